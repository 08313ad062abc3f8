"""Take it away: the recording, the numbers as a table, a report to hand out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.multitask import MultitaskConfig
from engine.multitask.ladder import LADDER, TITLES
from engine.multitask.models import MIXTURES
from engine.multitask.opened import Opened
from engine.runs.frame import Array, Frame
from engine.runs.recording import Recording
from pages.multitask import settings
from pages.multitask.shown import Shown
from pages.ui.language import t
from pages.ui.pieces import report
from pages.ui.theme import HUES

if TYPE_CHECKING:
    import plotly.graph_objects as go


def prepare(now: Shown) -> tuple[Callable[[], pd.DataFrame], Callable[[], Sequence[report.Section]]]:
    """Makers of the table, and of what the report shows of the run on stage."""
    recording, names = now.recording, settings.task_names(now.config.num_tasks)
    return lambda: table(recording, names), lambda: blocks(recording, names)


def opened(now: Shown) -> Opened:
    """The structures at the moment on stage."""
    return Opened(now.config, now.frame)


def table(recording: Recording[MultitaskConfig], names: tuple[str, ...]) -> pd.DataFrame:
    """One row for each frame, structure, seed and task; of a mixture with the mean weight of every expert in the task's
    gate."""
    return pd.DataFrame([
        {"step": frame.step, "structure": TITLES[s], "seed": recording.config.seeds[i], "task": name,
         "held_out_loss": float(frame.metrics[f"{s}.test_loss"][i, k]), "training_loss": float(frame.metrics[f"{s}.train_loss"][i, k])}
        | {f"gate_{n + 1}": float(weight) for n, weight in enumerate(_gates(frame, s, i, k))}
        for frame in recording.frames for s in recording.config.structures
        for i in range(recording.config.runs) for k, name in enumerate(names)
    ])  # fmt: skip


def _gates(frame: Frame, structure: str, seed: int, task: int) -> Array:
    """(E,) mean over the held-out rows; (0,) of a structure without gates."""
    gates = frame.metrics.get(f"{structure}.gates")
    return np.zeros(0) if gates is None else gates[seed, task]


def blocks(recording: Recording[MultitaskConfig], names: tuple[str, ...]) -> Sequence[report.Section]:
    """What the report shows of one recording."""
    config, last = recording.config, recording.frames[-1].metrics
    finals = pd.DataFrame([
        {
            t("Structure"): TITLES[s],
            t("mean"): float(last[f"{s}.test_loss"].mean()),
            t("standard deviation"): float(last[f"{s}.test_loss"].mean(-1).std()),
        }
        for s in config.structures
    ])  # fmt: skip
    gates = [_gate_figure(recording, s, names) for s in config.structures if s in MIXTURES]
    return (
        (t("Final losses"), [finals]),
        (t("Held-out loss, mean over seeds"), [_loss_figure(recording)]),
        (t("Gate weights at the end, seed followed"), gates),
    )


def _loss_figure(recording: Recording[MultitaskConfig]) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    for s in recording.config.structures:
        loss = recording.series(f"{s}.test_loss").mean((1, 2))
        line = {"color": HUES[LADDER[s].hue], "dash": _dash(LADDER[s].dash)}
        figure.add_scatter(x=recording.steps, y=loss, name=TITLES[s], line=line)
    figure.update_layout(template="simple_white", height=380, margin={"t": 20})
    figure.update_xaxes(title=t("training step"))
    ticks = [digit * 10.0**power for power in range(-6, 4) for digit in (1, 2, 5)]
    how = {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}
    figure.update_yaxes(title=t("Held-out loss, mean over seeds"), **how)
    return figure


def _dash(lengths: str | None) -> str:
    """The player's dashes in Plotly's way of writing them."""
    return "solid" if lengths is None else ",".join(f"{length}px" for length in lengths.split())


def _gate_figure(recording: Recording[MultitaskConfig], structure: str, names: tuple[str, ...]) -> go.Figure:
    gates = recording.frames[-1].metrics[f"{structure}.gates"][0]  # (T, E)
    import plotly.graph_objects as go

    figure = go.Figure()
    for k, name in enumerate(names):
        figure.add_bar(x=list(range(1, gates.shape[1] + 1)), y=gates[k], name=name, marker_color=HUES[k])
    figure.update_layout(template="simple_white", height=280, title=TITLES[structure], margin={"t": 40})
    figure.update_xaxes(title=t("Expert"), dtick=1)
    figure.update_yaxes(title=t("weight"), range=[0, 1])
    return figure
