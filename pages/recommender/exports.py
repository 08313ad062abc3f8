"""Take it away: the recording, the funnel on stage as a table, a report to hand out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.recommender.serving.opened import Opened
from engine.recommender.serving.scene import Scene
from pages.recommender import naming, opponents, where
from pages.recommender.shown import Shown
from pages.ui.language import bare, listed, t
from pages.ui.pieces import report
from pages.ui.theme import HUES

if TYPE_CHECKING:
    import plotly.graph_objects as go


def prepare(now: Shown) -> tuple[Callable[[], pd.DataFrame], Callable[[], Sequence[report.Section]]]:
    """Makers of the table, and of what the report shows of the user and day on stage and the run behind them."""
    user, day, scene = now.now()
    return lambda: table(now, user, day, scene), lambda: blocks(now, table(now, user, day, scene))


def opened(now: Shown) -> Opened:
    """Both stages at the moment on stage."""
    return Opened(now.server)


def table(now: Shown, user: int, day: float, scene: Scene) -> pd.DataFrame:
    """One row for each candidate, in the order of recall."""
    given, site = scene.given, now.site
    final = {int(video): n + 1 for n, video in enumerate(given.shown)}
    columns: dict[str, object] = {
        t("user"): [naming.user(site, user)] * len(given.candidates),
        t("day"): [day] * len(given.candidates),
        t("video"): given.candidates,
        t("title"): [naming.title(site, int(video)) for video in given.candidates],
        t("place in recall"): np.arange(len(given.candidates)) + 1,
        "u·v": given.scores,
        "z": given.z,
        t("odds e^z"): np.exp(given.z),
        _final(now): pd.array([final.get(int(video)) for video in given.candidates], dtype="Int64"),
    }
    if site.world.true:
        columns[t("true minutes")] = now.truth.minutes(user, given.candidates, day)
    return pd.DataFrame(columns)


def _final(now: Shown) -> str:
    return t("place in ranking") if now.server.ranker else t("place shown")


def taken_away(now: Shown) -> str:
    """Which watches the viewer took away, as a sentence behind the answer."""
    titles = listed(
        f"“{naming.title(now.site, video)}”" for video in where.without() if video < len(now.site.world.videos)
    )
    return " " + bare("Without the watches of {titles}.", titles=titles) if titles else ""


def blocks(now: Shown, candidates: pd.DataFrame) -> Sequence[report.Section]:
    """What the report shows of what is on stage."""
    best = candidates.dropna(subset=[_final(now)]).sort_values(_final(now))
    return (
        (t("What is shown"), [best]),
        (t("held-out watches among the first 100"), [_learning(now)]),
    )


def _learning(now: Shown) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    frames = [frame for frame in now.recording.frames if "recall.hits" in frame.metrics]
    still = opponents.beside(now) or {}
    for hue, (name, label) in zip((*HUES, opponents.GREY), opponents.METHODS.items(), strict=True):
        found = [frame.metrics.get(f"{name}.hits", still.get(f"{name}.hits")) for frame in frames]
        hits = [float(one[1]) for one in found if one is not None]
        if len(hits) == len(frames):
            figure.add_scatter(x=[frame.step for frame in frames], y=hits, name=t(label), line={"color": hue})
    figure.update_layout(template="simple_white", height=340, margin={"t": 20})
    figure.update_xaxes(title=t("training step"))
    figure.update_yaxes(title=t("held-out watches among the first 100"), rangemode="tozero")
    return figure
