"""Take it away: the recording, the numbers of the sequence on stage as a table, a report to hand out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.recurrent.ladder import LADDER, TITLES
from engine.recurrent.opened import Opened
from engine.recurrent.probe import Probe
from engine.recurrent.view import said_of
from pages.recurrent.shown import Shown
from pages.ui.language import t
from pages.ui.pieces import report
from pages.ui.theme import HUES

if TYPE_CHECKING:
    import plotly.graph_objects as go


def prepare(now: Shown) -> tuple[Callable[[], pd.DataFrame], Callable[[], Sequence[report.Section]]]:
    """Makers of the table, and of what the report shows of the sequence on stage and the run behind it."""
    one = now.probe
    return lambda: table(now, one), lambda: blocks(now, one)


def opened(now: Shown) -> Opened:
    """The readers at the moment on stage."""
    return now.opened


def table(now: Shown, one: Probe) -> pd.DataFrame:
    """One row for each cell, word and unit."""
    rows = []
    for cell in now.config.cells:
        traced = now.opened.trace(cell, one.inputs)
        parts = [name for name in ("f", "i", "z", "r", "m", "g", "o", "c", "h") if name in traced]
        rows += [
            {"cell": t(TITLES[cell]), "word": word, "position": s + 1, "unit": u + 1}
            | {name: float(traced[name][s, u]) for name in parts}
            for s, word in enumerate(one.written)
            for u in range(now.config.hidden)
        ]
    return pd.DataFrame(rows)


def blocks(now: Shown, one: Probe) -> Sequence[report.Section]:
    """What the report shows of what is on stage."""
    config = now.config
    at = config.test_distances.index(config.distance)
    said = {c: said_of(now.opened.trace(c, one.inputs), one) for c in config.cells}
    learnt = {
        c: np.array([f.metrics[f"{c}.accuracy"][:, at].mean() for f in now.recording.frames]) for c in config.cells
    }
    labels = [f"{n + 1} {word}" for n, word in enumerate(one.written)]
    after, accuracy = t("The answer after every word"), t("held-out accuracy")
    return (
        (t("The sequence on stage"), [" ".join(one.written)]),
        (after, [_lines(labels, said, t("word"), after)]),
        (accuracy, [_lines(list(now.recording.steps), learnt, t("training step"), accuracy)]),
    )  # fmt: skip


def _lines(x: list[str] | list[int], values: Mapping[str, np.ndarray], across: str, up: str) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    for cell, each in values.items():
        colour = LADDER[cell].hue
        dash = ",".join(f"{length}px" for length in (LADDER[cell].dash or "").split()) or "solid"
        line = {"color": HUES[colour] if isinstance(colour, int) else "#7A8691", "dash": dash}
        figure.add_scatter(x=x, y=each, name=t(TITLES[cell]), line=line)
    figure.update_layout(template="simple_white", height=340, margin={"t": 20})
    figure.update_xaxes(title=across)
    figure.update_yaxes(title=up)
    return figure
