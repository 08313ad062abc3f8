"""Take it away: the recording, the ranking on stage as a table, a report to hand out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.matching.data.log import Log
from engine.matching.ladder import LADDER, TITLES
from engine.matching.opened.opened import Opened
from engine.matching.opened.scene import Scene, ranks
from pages.matching import ranking
from pages.matching.shown import Shown, position, scores_of
from pages.ui.language import bare, t
from pages.ui.pieces import report
from pages.ui.theme import HUES

if TYPE_CHECKING:
    import plotly.graph_objects as go


def prepare(now: Shown) -> tuple[Callable[[], pd.DataFrame], Callable[[], Sequence[report.Section]]]:
    """Makers of the table, and of what the report shows of the query on stage and the run behind it."""
    at, scene = now.at(), now.scene()
    scores, rung = scores_of(now, scene), position(now)[0]
    return (
        lambda: table(now.hand.library.log, scene, scores),
        lambda: blocks(now, scene, ranking.ranked(now, at, scene, scores, rung)),
    )


def opened(now: Shown) -> Opened:
    """The models at the moment on stage, with their lexicon."""
    return Opened.of(now.models)


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


def blocks(now: Shown, scene: Scene, ranked: pd.DataFrame) -> Sequence[report.Section]:
    """What the report shows of what is on stage."""
    return (
        (bare("Ranking for “{query}”", query=scene.text), [ranked]),
        (t("held-out mean reciprocal rank"), [_learning(now)]),
    )


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
