"""Take it away: the recording, the ranking on stage as a table, a report to hand out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.matching.data.log import Log
from engine.matching.ladder import LADDER, TITLES
from engine.matching.opened.scene import Scene, ranks
from pages.matching import PLAYGROUND, ranking, settings
from pages.matching.answer import answer
from pages.matching.shown import Shown, position, scores_of, shown
from pages.ui import share
from pages.ui.language import bare, t
from pages.ui.marked import unmarked
from pages.ui.pieces import report
from pages.ui.pieces.downloads import downloads
from pages.ui.theme import HUES

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw() -> None:
    """What can be taken away of the query on stage and the run behind it."""
    now = shown()
    at, scene, answered, address = now.at(), now.scene(), unmarked(answer(now)), share.noted()
    scores, rung = scores_of(now, scene), position(now)[0]
    downloads(
        f"gatescope-matching-{now.config.digest[:8]}",
        recording=now.recording.to_bytes,
        table=lambda: table(now.hand.library.log, scene, scores),
        about_table=t("Every document of the pool with its score and rank by each model and baseline."),
        report=lambda: build(now, scene, ranking.ranked(now, at, scene, scores, rung), answered, address),
    )


def table(log: Log, scene: Scene, scores: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """One row for each document of the pool."""
    columns: dict[str, object] = {
        t("query"): [scene.text] * len(log.pool),
        t("document"): [log.documents[n] for n in log.pool],
        t("clicked"): [int(scene.clicked and n == scene.documents[0]) for n in log.pool],
    }
    for name, one in scores.items():
        title = t(ranking.NAMES[name])
        columns |= {f"{title}: {t('score')}": np.asarray(one, float), f"{title}: {t('rank')}": ranks(one)}
    return pd.DataFrame(columns)


def build(now: Shown, scene: Scene, ranked: pd.DataFrame, answered: str, address: share.Address) -> str:
    """The report of what is on stage."""
    return report.of_run(
        PLAYGROUND.question, answered, now.recording, settings.GROUPS, address,
        (bare("Ranking for “{query}”", query=scene.text), [ranked]),
        (t("held-out mean reciprocal rank"), [_learning(now)]),
    )  # fmt: skip


def _learning(now: Shown) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    for model in now.config.models:
        colour = LADDER[model].hue
        line = {"color": HUES[colour] if isinstance(colour, int) else "#7A8691"}
        figure.add_scatter(x=now.recording.steps, y=now.recording.series(f"{model}.mrr"), name=TITLES[model], line=line)
    figure.update_layout(template="simple_white", height=340, margin={"t": 20})
    figure.update_xaxes(title=t("training step"))
    figure.update_yaxes(title=t("held-out mean reciprocal rank"))
    return figure
