"""A closer look: gradients over distance, the chain rule's factors, which word moves which answer, and learning itself."""

from __future__ import annotations

from functools import partial

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recurrent.config import CELLS, RecurrentConfig
from engine.recurrent.gradients import chain, connectivity, untrained_flow
from engine.recurrent.ladder import LADDER, TITLES
from engine.recurrent.tasks import task_of
from engine.recurrent.view import said_of
from pages.recurrent.shown import Shown
from pages.recurrent.where import PLACE
from pages.ui.language import N_, bare, t
from pages.ui.pieces.charts import LEGEND, show, word_axis
from pages.ui.run.live import choose_moment
from pages.ui.theme import HUES

FLOOR = 1e-30
"""Zeros are drawn here: a logarithm has none."""
FLOW_SEEDS = 7
LENGTH = 100
"""Of the sequence, until the viewer says otherwise."""
DECADES = alt.Axis(values=[10.0**power for power in range(0, -31, -4)], format=".0e")


def cell_scale(cells: tuple[str, ...] = CELLS) -> dict[str, alt.Scale]:
    """Colours and dashes of the cells, the same everywhere."""
    names = [t(TITLES[cell]) for cell in cells]
    dashes = [[int(n) for n in (LADDER[cell].dash or "1 0").split()] for cell in cells]
    hues = [HUES[colour] for cell in cells if isinstance(colour := LADDER[cell].hue, int)]
    return {"color": alt.Scale(domain=names, range=hues), "dash": alt.Scale(domain=names, range=dashes)}


@st.cache_data(max_entries=60, show_spinner=False)
def _flows(length: int, bias: float | None) -> dict[str, np.ndarray]:
    found = {}
    for cell in CELLS:
        each = [untrained_flow(cell, length, 32, bias, seed).h for seed in range(FLOW_SEEDS)]
        found[cell] = np.median([one[::-1] / one[-1] for one in each], axis=0)  # by lag, relative to the last step
    return found


BEFOREHAND = (partial(_flows, LENGTH, None),)
"""What the look of gradients opens with: a second of small operations."""


def gradient_look(now: Shown) -> None:
    """Untrained cells: how the gradient falls with distance, and what forget bias does to it."""
    left, right = st.columns((2, 3), gap="large")
    with left:
        length = st.slider(
            t("Length of the sequence"), 10, 200, LENGTH, 10, key="recurrent_flow_length", bind="query-params"
        )
        torchs = st.toggle(t("torch's default bias"), True, key="recurrent_flow_torch", bind="query-params")
        bias = st.slider(
            t("Forget bias"), -1.0, 5.0, 1.0, 0.5, key="recurrent_flow_bias", bind="query-params", disabled=torchs
        )
        st.caption(
            t(
                "Two uniform inputs, 32 units, nothing trained, loss = the sum of squares of the last output. Median of {seeds} seeds. The default LSTM vanishes too: the belt is not kept by itself, forget bias does it.",
                seeds=FLOW_SEEDS,
            )
        )
    flows = _flows(int(length), None if torchs else float(bias))
    rows = [
        {"lag": lag, "gradient": max(float(value), FLOOR), "cell": t(TITLES[cell])}
        for cell, values in flows.items()
        for lag, value in enumerate(values)
    ]
    scale = cell_scale()
    with right:
        show(
            alt.Chart(pd.DataFrame(rows), height=260)
            .mark_line(strokeWidth=2.5)
            .encode(
                x=alt.X("lag:Q", title=t("lag: steps before the last")),
                y=alt.Y("gradient:Q", title="‖∂L/∂h(t)‖ ÷ ‖∂L/∂h(T)‖", scale=alt.Scale(type="log"), axis=DECADES),
                color=alt.Color("cell:N", title=None, scale=scale["color"], sort=None, legend=LEGEND),
                strokeDash=alt.StrokeDash("cell:N", title=None, scale=scale["dash"], sort=None),
                tooltip=[alt.Tooltip("cell:N", title=t("Cell")), alt.Tooltip("lag:Q", title=t("lag")), alt.Tooltip("gradient:Q", title=t("gradient"), format=".1e")],
            ),
            key="gradient_over_lag",
            alt=t("Length of the gradient over lag, one line a cell, logarithmic"),
        )  # fmt: skip
        ends = ", ".join(f"{t(TITLES[cell])} {values[-1]:.1e}" for cell, values in flows.items())
        st.caption(t("At lag {lag}: {ends}", lag=length - 1, ends=ends))


def chain_look(now: Shown) -> None:
    """The chain rule's factors, from the last word back to the first."""
    one = now.probe
    st.caption(
        t(
            "The gradient that reaches a word is a product, one factor for every word in between. RNN: ∂h(t)/∂h(t−1) = diag(1 − h²) R, measured by its Frobenius norm over √H. GRU: along its state the factor is the update gate. LSTM: along the belt it is the forget gate itself."
        )
    )
    rows = []
    for cell in now.config.cells:
        found = chain(now.opened, cell, one.inputs)
        rows += [
            {"at": s, "word": word, "cell": t(TITLES[cell]), "factor": None if np.isnan(found.factors[s]) else float(found.factors[s]), "running": max(float(found.running[s]), FLOOR)}
            for s, word in enumerate(one.written)
        ]  # fmt: skip
    data, scale = pd.DataFrame(rows), cell_scale(now.config.cells)
    for key, title, kind in (
        ("factor", t("factor"), "linear"),
        ("running", t("product"), "log"),
    ):
        show(
            alt.Chart(data, height=190)
            .mark_line(point=key == "factor", strokeWidth=2)
            .encode(
                x=word_axis(one.written),
                y=alt.Y(f"{key}:Q", title=title, scale=alt.Scale(type="log" if kind == "log" else "linear"), axis=DECADES if kind == "log" else alt.Axis(format=".1f")),
                color=alt.Color("cell:N", title=None, scale=scale["color"], sort=None, legend=LEGEND),
                strokeDash=alt.StrokeDash("cell:N", title=None, scale=scale["dash"], sort=None),
                tooltip=[alt.Tooltip("word:N", title=t("word")), alt.Tooltip("cell:N", title=t("Cell")), alt.Tooltip("factor:Q", title=t("factor"), format=".3f"), alt.Tooltip("running:Q", title=t("product"), format=".2e")],
            ),
            key=f"chain_{key}",
            alt=title,
        )  # fmt: skip


def connectivity_look(now: Shown) -> None:
    """Which input word moves the answer at which output word."""
    one = now.probe
    st.caption(
        t(
            "‖∂ answer(row) / ∂ x(column)‖, the answer as log-odds: bright where it would move with that word. Each map has its own scale; the root is drawn, so that small values show."
        )
    )
    for column, cell in zip(st.columns(len(now.config.cells), gap="medium"), now.config.cells, strict=True):
        found = connectivity(now.opened, cell, one.inputs, one.answer)
        top = float(np.nanmax(found)) or 1.0
        rows = [
            {"out": s, "in": r, "from": one.written[r], "to": one.written[s], "value": float(found[s, r]) / top}
            for s in range(len(found))
            for r in range(s + 1)
        ]
        show(
            alt.Chart(pd.DataFrame(rows), height=300, title=t(TITLES[cell]))
            .mark_rect()
            .encode(
                x=alt.X("in:O", title=t("input word"), axis=alt.Axis(labelOverlap=True, labelAngle=0)),
                y=alt.Y("out:O", title=t("output word"), axis=alt.Axis(labelOverlap=True)),
                color=alt.Color("value:Q", title=None, scale=alt.Scale(scheme="viridis", type="sqrt", domain=[0, 1]), legend=None),
                tooltip=[alt.Tooltip("from:N", title=t("input word")), alt.Tooltip("to:N", title=t("output word")), alt.Tooltip("value:Q", title=t("share of the largest"), format=".3f")],
            ),
            key=f"connectivity_{cell}",
            alt=bare("Connectivity of {cell}", cell=t(TITLES[cell])), into=column,
        )  # fmt: skip
        column.caption(t("Largest: {value}", value=f"{top:.2e}"))


SAID = {
    "language": N_("probability of “{answer}”"),
    "order": N_("probability of “{answer}”"),
    "counting": N_("probability that the end comes next"),
    "adding": N_("half the sum, as far as read"),
    "delays": N_("delay ÷ longest, as far as read"),
    "text": N_("probability of the character that follows"),
}


def answer_look(now: Shown) -> None:
    """What each cell says of the answer after every word of the sequence on stage."""
    one, scale = now.probe, cell_scale(now.config.cells)
    rows = [
        {"at": s, "word": one.written[s], "cell": t(TITLES[cell]), "said": float(value)}
        for cell in now.config.cells
        for s, value in enumerate(said_of(now.opened.trace(cell, one.inputs), one))
    ]
    title = bare(SAID[now.config.task], answer=task_of(now.config).answers[one.answer])
    y = alt.Scale(domain=[0, 1]) if now.config.task not in ("adding", "delays") else alt.Scale()
    show(
        alt.Chart(pd.DataFrame(rows), height=220)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=word_axis(one.written),
            y=alt.Y("said:Q", title=title, scale=y),
            color=alt.Color("cell:N", title=None, scale=scale["color"], sort=None, legend=LEGEND),
            strokeDash=alt.StrokeDash("cell:N", title=None, scale=scale["dash"], sort=None),
            tooltip=[alt.Tooltip("word:N", title=t("word")), alt.Tooltip("cell:N", title=t("Cell")), alt.Tooltip("said:Q", title=title, format=".3f")],
        ),
        key="answer_over_words",
        alt=title,
    )  # fmt: skip


def learning_look(now: Shown) -> None:
    """Accuracy over training, and the way to earlier moments."""
    config, recording = now.config, now.recording
    choose_moment(PLACE, recording, now.live)
    left, right = st.columns(2, gap="large")
    at = config.test_distances.index(config.distance)
    over = [
        {
            "step": frame.step,
            "accuracy": float(frame.metrics[f"{cell}.accuracy"][:, at].mean()),
            "cell": t(TITLES[cell]),
        }
        for frame in recording.frames
        for cell in config.cells
    ]
    far = [
        {"distance": d, "accuracy": float(now.frame.metrics[f"{cell}.accuracy"][:, n].mean()), "cell": t(TITLES[cell])}
        for cell in config.cells
        for n, d in enumerate(config.test_distances)
    ]
    far_title = bare("distance (trained up to {distance})", distance=config.distance)
    for column, rows, x, title in ((left, over, "step", t("training step")), (right, far, "distance", far_title)):
        show(_accuracy(now, rows, x, title), key=f"accuracy_over_{x}", alt=title, into=column)


def guessing(config: RecurrentConfig) -> alt.Chart | None:
    """A line at the accuracy of guessing, where one of several answers is asked for."""
    task = task_of(config)
    if task.kind != "class":
        return None
    data = pd.DataFrame({"accuracy": [1 / len(task.answers)], "what": [t("guessing")]})
    return alt.Chart(data).mark_rule(strokeDash=[1, 4], color="#888").encode(
        y=alt.Y("accuracy:Q", title=t("held-out accuracy")), tooltip=[alt.Tooltip("what:N", title=" "), alt.Tooltip("accuracy:Q", title=t("held-out accuracy"), format=".2f")]
    )  # fmt: skip


def _accuracy(now: Shown, rows: list[dict[str, object]], x: str, title: str) -> alt.Chart | alt.LayerChart:
    scale, chance = cell_scale(now.config.cells), guessing(now.config)
    lines = (
        alt.Chart(pd.DataFrame(rows), height=220)
        .mark_line(point=x == "distance", strokeWidth=2.5)
        .encode(
            x=alt.X(f"{x}:Q", title=title),
            y=alt.Y("accuracy:Q", title=t("held-out accuracy"), scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("cell:N", title=None, scale=scale["color"], sort=None, legend=LEGEND),
            strokeDash=alt.StrokeDash("cell:N", title=None, scale=scale["dash"], sort=None),
            tooltip=[alt.Tooltip("cell:N", title=t("Cell")), alt.Tooltip(f"{x}:Q", title=title), alt.Tooltip("accuracy:Q", title=t("held-out accuracy"), format=".2f")],
        )
    )  # fmt: skip
    return lines if chance is None else chance + lines
