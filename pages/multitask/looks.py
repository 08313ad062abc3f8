"""A closer look at the run on stage: its labels, its gates over training, and its numbers to take away."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.multitask import MultitaskConfig
from engine.multitask.ladder import LADDER, TITLES
from engine.multitask.models import MIXTURES
from engine.multitask.opened import Opened, probe
from engine.runs.config import IntRange
from engine.runs.recording import Recording
from pages.multitask import settings
from pages.multitask.shown import Shown
from pages.ui.controls import controls
from pages.ui.controls.choices import one_of
from pages.ui.language import t
from pages.ui.pieces.charts import show
from pages.ui.theme import HUES


def labels(now: Shown) -> None:
    """The labels of two tasks over the held-out rows, and what p does to them."""
    config = now.config
    rows = probe(config)
    names = settings.task_names(config.num_tasks)
    y = rows.y[:, :2].numpy()
    chart = (
        alt.Chart(pd.DataFrame(y, columns=["first", "second"]), height=300)
        .mark_circle(size=14, opacity=0.45, color=HUES[0])
        .encode(x=alt.X("first:Q", title=names[0]), y=alt.Y("second:Q", title=names[1]))
    )
    left, right = st.columns((3, 2), gap="large")
    show(chart, key="labels", width="stretch", alt=t("Scatter of the two labels over the held-out rows"), into=left)
    pearson = float(np.corrcoef(y.T)[0, 1]) if y.std(0).all() else float("nan")
    right.metric(t("Label Pearson, measured"), f"{pearson:+.3f}")
    right.metric(t("p, the cosine of the weight vectors"), f"{config.correlation:+.2f}")
    right.caption(
        t(
            "The sine terms bend both labels alike, so the labels agree less than their weight vectors do: what is usually called task correlation here is p."
        )
    )


def gates(now: Shown) -> None:
    """Gate weights, entropy and distance over training."""
    recording = now.recording
    mixtures = [s for s in recording.config.structures if s in MIXTURES]
    if not mixtures:
        st.info(t("None of the structures on stage has a gate."))
        return
    names = settings.task_names(recording.config.num_tasks)
    structure = one_of(
        t("Structure"),
        mixtures,
        "mmoe" if "mmoe" in mixtures else mixtures[-1],
        key="multitask_gate_structure",
        name_of=TITLES.__getitem__,
    )
    show(
        _film(recording, str(structure), names),
        key="gate_film",
        width="content",
        alt=t("Mean gate weight of every expert over training, one panel a task"),
    )
    if recording.config.runs > 1:
        st.caption(
            t(
                "This is the followed seed. On the stage bars and lines are the mean of {count} seeds, the band is their range, and the line across a bar is the followed one. Experts of different seeds are strangers: each is matched by its place, from those that the first task uses more to those of the last.",
                count=recording.config.runs,
            )
        )
    left, right = st.columns(2, gap="large")
    show(
        _over_steps(recording, mixtures, "gate_entropy", t("gate entropy (nats)")),
        key="entropy",
        alt=t("Gate entropy over training"),
        into=left,
    )
    show(_distances(recording), key="distances", alt=t("Distance between the tasks' gates over training"), into=right)
    if "mmoe" in mixtures:
        _how_far(recording)
    if recording.frames[-1].parameters:
        _one_row(recording, str(structure), names)


def _how_far(recording: Recording[MultitaskConfig]) -> None:
    """What the gates' distances were before training, and are now."""
    first, last = recording.frames[0].metrics, recording.frames[-1].metrics
    st.caption(
        t(
            "Row by row the untrained gates already differ by {row_before}; now by {row}. Their means went from {mean_before} to {mean}. Even use of all experts has entropy {even}.",
            row_before=f"{first['mmoe.gate_distance'].mean():.2f}",
            row=f"{last['mmoe.gate_distance'].mean():.2f}",
            mean_before=f"{first['mmoe.mean_gate_distance'].mean():.2f}",
            mean=f"{last['mmoe.mean_gate_distance'].mean():.2f}",
            even=f"{np.log(recording.config.num_experts):.2f}",
        )
    )


def _film(recording: Recording[MultitaskConfig], structure: str, names: tuple[str, ...]) -> alt.Chart:
    gates = recording.series(f"{structure}.gates")[:, 0]  # (F, T, E)
    mixtures = [s for s in recording.config.structures if s in MIXTURES]
    top = max(float(recording.series(f"{s}.gates")[:, 0].max()) for s in mixtures)  # one scale for all structures
    rows = [
        {"frame": f, "step": recording.steps[f], "task": name, "expert": e + 1, "weight": float(gates[f, k, e])}
        for f in range(len(gates))
        for k, name in enumerate(names)
        for e in range(gates.shape[-1])
    ]
    return (
        alt.Chart(pd.DataFrame(rows), width=360, height=180)
        .mark_rect()
        .encode(
            x=alt.X("frame:O", title=t("training step, one column a frame"), axis=alt.Axis(labels=False, ticks=False)),
            y=alt.Y("expert:O", title=t("Expert")),
            column=alt.Column("task:N", title=None, sort=list(names)),
            color=alt.Color("weight:Q", title=t("weight"), scale=alt.Scale(scheme="viridis", domain=[0, top])),
            tooltip=[
                alt.Tooltip("step:Q", title=t("training step")),
                alt.Tooltip("expert:O", title=t("Expert")),
                alt.Tooltip("weight:Q", title=t("weight"), format=".3f"),
            ],
        )
    )


def _over_steps(recording: Recording[MultitaskConfig], mixtures: list[str], metric: str, title: str) -> alt.Chart:
    rows = [
        {"step": frame.step, "value": float(frame.metrics[f"{s}.{metric}"].mean()), "structure": TITLES[s]}
        for frame in recording.frames
        for s in mixtures
    ]
    colours = alt.Scale(domain=[TITLES[s] for s in mixtures], range=[HUES[LADDER[s].hue] for s in mixtures])
    return (
        alt.Chart(pd.DataFrame(rows), height=200)
        .mark_line()
        .encode(
            x=alt.X("step:Q", title=t("training step")),
            y=alt.Y("value:Q", title=title),
            color=alt.Color("structure:N", title=None, scale=colours),
        )
    )


def _distances(recording: Recording[MultitaskConfig]) -> alt.Chart:
    if "mmoe" not in recording.config.structures:
        mixtures = [s for s in recording.config.structures if s in MIXTURES]
        return _over_steps(recording, mixtures, "gate_distance", t("gate distance"))
    kinds = {t("between the mean gates"): ("mean_gate_distance", HUES[3]), t("row by row"): ("gate_distance", HUES[4])}
    rows = [
        {"step": frame.step, "value": float(frame.metrics[f"mmoe.{metric}"].mean()), "kind": kind}
        for frame in recording.frames
        for kind, (metric, _) in kinds.items()
    ]
    colours = alt.Scale(domain=list(kinds), range=[colour for _, colour in kinds.values()])
    return (
        alt.Chart(pd.DataFrame(rows), height=200)
        .mark_line()
        .encode(
            x=alt.X("step:Q", title=t("training step")),
            y=alt.Y("value:Q", title=t("gate distance"), scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("kind:N", title=None, scale=colours),
        )
    )


def _one_row(recording: Recording[MultitaskConfig], structure: str, names: tuple[str, ...]) -> None:
    """One sample's gates beside the mean: the mean hides how far rows differ."""
    config = recording.config
    row = controls.whole_number(
        t("Gates of one held-out row"),
        IntRange(0, config.test_rows - 1),
        0,
        key="multitask_gate_row",
        bind="query-params",
    )
    x = probe(config).x[row : row + 1]
    weights = Opened(config, recording.frames[-1]).trace(structure, x)["gates"][0]  # (T, E)
    rows = [
        {"task": name, "expert": e + 1, "weight": float(weights[k, e])}
        for k, name in enumerate(names)
        for e in range(weights.shape[1])
    ]
    colours = alt.Scale(domain=list(names), range=list(HUES[: len(names)]))
    chart = (
        alt.Chart(pd.DataFrame(rows), height=180)
        .mark_bar()
        .encode(
            x=alt.X("expert:O", title=t("Expert"), axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("task:N", sort=list(names)),
            y=alt.Y("weight:Q", title=t("weight"), scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("task:N", title=None, scale=colours, sort=list(names)),
        )
    )
    show(chart, key="row_gates", alt=t("Gate weights of one row"))
