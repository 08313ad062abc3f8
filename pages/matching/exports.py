"""Take it away: the recording, the ranking on stage as a table, a report to hand out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.matching.config import TITLES
from engine.matching.log import Log
from engine.matching.scene import Scene, ranks
from pages.matching import PLAYGROUND, ranking, settings
from pages.matching.answer import answer
from pages.matching.charts import COLOURS
from pages.matching.shown import Shown, scores_of, shown
from pages.ui import report, share
from pages.ui.downloads import downloads
from pages.ui.language import bare, language, t
from pages.ui.marked import unmarked
from pages.ui.theme import HUES

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw() -> None:
    """What can be taken away of the query on stage and the run behind it."""
    now = shown()
    scene = now.scene()
    scores = scores_of(now, scene)
    ranked, address, words, chosen = (
        ranking.ranked(now, scene, scores),
        share.url(),
        _words(now, scene.text),
        language(),
    )
    log = now.hand.library.log  # here: a download runs without the session that a user's texts belong to
    names = {name: t(ranking.NAMES[name]) for name in scores}
    names |= {
        "query": t("query"),
        "clicked": t("clicked"),
        "document": t("document"),
        "score": t("score"),
        "rank": t("rank"),
    }
    downloads(
        f"gatescope-matching-{now.config.digest[:8]}",
        recording=now.recording.to_bytes,
        table=lambda: table(log, scene, scores, names),
        about_table=t("Every document of the pool with its score and rank by each model and baseline."),
        report=lambda: build(now, ranked, words, address, chosen),
    )


def table(log: Log, scene: Scene, scores: Mapping[str, np.ndarray], names: Mapping[str, str]) -> pd.DataFrame:
    """One row for each document of the pool."""
    columns: dict[str, object] = {
        names["query"]: [scene.text] * len(log.pool),
        names["document"]: [log.documents[n] for n in log.pool],
        names["clicked"]: [int(scene.clicked and n == scene.documents[0]) for n in log.pool],
    }
    for name, one in scores.items():
        columns |= {
            f"{names[name]}: {names['score']}": np.asarray(one, float),
            f"{names[name]}: {names['rank']}": ranks(one),
        }
    return pd.DataFrame(columns)


def _words(now: Shown, query: str) -> dict[str, str]:
    """The report's sentences, translated now: a download runs in another thread, without a session."""
    return {
        "title": t(PLAYGROUND.question),
        "answer": unmarked(answer(now)),
        "settings": t("Settings"),
        "setting": t("setting"),
        "value": t("value"),
        "ranking": bare("Ranking for “{query}”", query=query),
        "learning": t("held-out mean reciprocal rank"),
        "step": t("training step"),
        "link": t("Link to this view"),
        "recording": bare("Recording {digest}", digest=now.recording.digest),
    } | {
        f"{kind}.{name}": text
        for name, value in now.config.to_dict().items()
        for kind, text in (("field", settings.label(name)), ("value", settings.written(value)))
    }


def build(now: Shown, ranked: pd.DataFrame, words: Mapping[str, str], address: str, chosen: str) -> str:
    """The report of what is on stage, in the language that `words` are in."""
    chosen_settings = pd.DataFrame(
        [(words[f"field.{name}"], words[f"value.{name}"]) for name in now.config.to_dict()],
        columns=[words["setting"], words["value"]],
    )
    return report.html(words["title"], chosen, [
        (words["ranking"], [words["answer"], ranked, words["recording"], report.Link(words["link"], address)]),
        (words["learning"], [_learning(now, words)]),
        (words["settings"], [chosen_settings]),
    ])  # fmt: skip


def _learning(now: Shown, words: Mapping[str, str]) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    for model in now.config.models:
        colour = COLOURS[model]
        line = {"color": HUES[colour] if isinstance(colour, int) else "#7A8691"}
        figure.add_scatter(x=now.recording.steps, y=now.recording.series(f"{model}.mrr"), name=TITLES[model], line=line)
    figure.update_layout(template="simple_white", height=340, margin={"t": 20})
    figure.update_xaxes(title=words["step"])
    figure.update_yaxes(title=words["learning"])
    return figure
