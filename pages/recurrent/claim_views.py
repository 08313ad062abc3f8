"""What is drawn when a question is opened: the stored study's numbers."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recurrent import RecurrentConfig
from engine.recurrent.claims import (
    BIASES,
    COUNTING,
    DECLARED_DISTANCE,
    DELAYS,
    FAR,
    GROWING,
    LEAKY,
    LONG,
    MIXED,
    SEEDS,
    SINGLE,
    Seeds,
)
from engine.recurrent.ladder import TITLES
from pages.recurrent.looks import cell_scale, guessing
from pages.recurrent.settings import DISTANCES
from pages.ui.language import bare, t
from pages.ui.pieces.charts import LEGEND, show, strip
from pages.ui.theme import HUES


def _rates(base: RecurrentConfig) -> str:
    """Each cell's learning rate in a setting."""
    return ", ".join(f"{t(TITLES[cell])} {base.rate(cell):g}" for cell in base.cells)


def _curves(
    values: Mapping[tuple[str, float], np.ndarray], x: str, y: str, key: str, task: RecurrentConfig = GROWING
) -> None:
    """Mean over seeds and every seed as a dot, for each (cell's title, x)."""
    rows = [
        {"x": at, "cell": name, "value": float(one), "mean": float(sample.mean())}
        for (name, at), sample in values.items()
        for one in sample
    ]
    names = list(dict.fromkeys(name for name, _ in values))
    known = cell_scale()["color"]
    hues = dict(zip(known["domain"], known["range"], strict=True)) | {t("RNN, twice the steps"): HUES[1]}
    colour = alt.Color(
        "cell:N", title=None, sort=names, legend=LEGEND,
        scale=alt.Scale(domain=names, range=[hues.get(name, HUES[4]) for name in names]),
    )  # fmt: skip
    base = alt.Chart(pd.DataFrame(rows), height=260).encode(
        x=alt.X("x:Q", title=x, scale=alt.Scale(type="log", nice=False)),
        color=colour,
        tooltip=[
            alt.Tooltip("cell:N", title=t("Cell")),
            alt.Tooltip("x:Q", title=x),
            alt.Tooltip("value:Q", title=y, format=".4f"),
            alt.Tooltip("mean:Q", title=t("mean"), format=".4f"),
        ],
    )
    scale = alt.Scale(domain=[0, 1])
    dots = base.mark_circle(size=26, opacity=0.4).encode(y=alt.Y("value:Q", title=y, scale=scale))
    line = base.mark_line(strokeWidth=2.5, point=True).encode(y=alt.Y("mean:Q", title=y, scale=scale))
    chance = guessing(task)
    show(dots + line if chance is None else chance + dots + line, key=key, alt=f"{y} / {x}")


def _accuracies(seeds: Seeds, base: RecurrentConfig, cell: str, name: str = "") -> dict[tuple[str, float], np.ndarray]:
    found = seeds.metric(base, cell, "accuracy")
    return {(name or t(TITLES[cell]), d): found[:, n] for n, d in enumerate(base.test_distances)}


def growing(seeds: Seeds) -> None:
    """Accuracy over distance, far beyond the longest of training, beside that of an RNN after twice the steps."""
    values = {key: one for cell in GROWING.cells for key, one in _accuracies(seeds, GROWING, cell).items()}
    values |= _accuracies(seeds, LONG, "rnn", t("RNN, twice the steps"))
    _curves(values, bare("distance (trained up to {distance})", distance=40), t("held-out accuracy"), "claim_growing")
    st.caption(
        t(
            "{steps} steps on sentences from near to far: the longest distance grows from 1 to 40 over the first half. No sentence of training was longer; {far} is four times as far. Learning rates: {rates}. Chance is 0.1.",
            steps=f"{GROWING.steps:,}",
            far=FAR,
            rates=_rates(GROWING),
        )
    )


def single(seeds: Seeds) -> None:
    """Accuracy of networks that were trained at one distance each."""
    values = {
        (bare(TITLES[cell]), float(d)): seeds.at(base, cell, d)
        for cell in ("rnn", "gru", "lstm")
        for d, base in SINGLE.items()
        if cell in base.cells
    }  # fmt: skip
    _curves(values, t("the one distance of training and test"), t("held-out accuracy"), "claim_single")
    st.caption(
        t(
            "Every dot is a network trained at this one distance alone for {steps} steps, without easier sentences to begin with. Learning rates at {distance}: {rates}.",
            steps=f"{SINGLE[40].steps:,}",
            distance=DECLARED_DISTANCE,
            rates=_rates(SINGLE[DECLARED_DISTANCE]),
        )
        + " "
        + t(
            "The GRU was trained at {distances} only.",
            distances=", ".join(str(d) for d, base in SINGLE.items() if "gru" in base.cells),
        )
    )


def from_near(seeds: Seeds) -> None:
    """Every seed at distance 40, by how the distances of training were chosen."""
    values = {
        (f"{bare(TITLES[cell])} · {bare(DISTANCES[base.distances])}", bare(TITLES[cell])): seeds.at(base, cell, 40)
        for cell in ("rnn", "lstm")
        for base in (GROWING, MIXED, SINGLE[40])
    }  # fmt: skip
    title, scale = bare("held-out accuracy at distance {distance}", distance=40), cell_scale(("rnn", "lstm"))["color"]
    hues = dict(zip(scale["domain"], scale["range"], strict=True))
    show(strip(values, title, hues, domain=(0.0, 1.0), format=".1f", rule=0.1), key="claim_from_near", alt=title)
    st.caption(t("The same {steps} steps and batches of one distance each.", steps=f"{GROWING.steps:,}"))


def bias(seeds: Seeds) -> None:
    """Accuracy over distance for each forget bias."""
    values = {
        (bare("forget bias {bias}", bias=f"{base.forget_bias:g}"), d): seeds.metric(base, "lstm", "accuracy")[:, n]
        for base in (LEAKY, *BIASES.values())
        for n, d in enumerate(base.test_distances)
    }
    names = list(dict.fromkeys(name for name, _ in values))
    rows = [
        {"distance": d, "bias": name, "mean": float(one.mean()), "low": float(one.min()), "high": float(one.max())}
        for (name, d), one in values.items()
    ]
    colour = alt.Color(
        "bias:N", title=None, sort=names, legend=LEGEND,
        scale=alt.Scale(domain=names, range=[HUES[n] for n in (1, 5, 2, 0)]),
    )  # fmt: skip
    base = alt.Chart(pd.DataFrame(rows), height=260).encode(
        x=alt.X("distance:Q", title=t("distance"), scale=alt.Scale(type="log", nice=False)), color=colour
    )
    band = base.mark_area(opacity=0.12).encode(
        y=alt.Y("low:Q", title=t("held-out accuracy"), scale=alt.Scale(domain=[0, 1])), y2="high:Q"
    )
    line = base.mark_line(point=True, strokeWidth=2.5).encode(y=alt.Y("mean:Q", title=t("held-out accuracy")))
    show(band + line, key="claim_bias", alt=t("Accuracy over distance for four forget biases"))
    st.caption(
        t(
            "LSTM, from near to far; the band is the range over {seeds} seeds. Learning rate {rate}, with bias −1 {leaky}.",
            seeds=len(SEEDS),
            rate=f"{GROWING.rate('lstm'):g}",
            leaky=f"{LEAKY.rate('lstm'):g}",
        )
    )


def counting(seeds: Seeds) -> None:
    """How many strings are right at every step, by their length."""
    values = {key: one for cell in COUNTING.cells for key, one in _accuracies(seeds, COUNTING, cell).items()}
    _curves(
        values,
        bare("n of aⁿbⁿ (trained up to {distance})", distance=COUNTING.distance),
        t("strings right at every step"),
        "claim_counting",
        COUNTING,
    )
    st.caption(
        t(
            "Two units each, {steps} steps. A string counts as right when after every symbol exactly the symbols that may follow are named. Learning rates: {rates}.",
            steps=f"{COUNTING.steps:,}",
            rates=_rates(COUNTING),
        )
    )


def delays(seeds: Seeds) -> None:
    """The error of every seed, with and without peepholes."""
    values = {
        (t(TITLES[cell]), d): seeds.metric(DELAYS, cell, "test_loss")[:, n]
        for cell in DELAYS.cells
        for n, d in enumerate(DELAYS.test_distances)
        if d == DELAYS.distance
    }
    rows = [{"cell": name, "loss": float(one)} for (name, _), sample in values.items() for one in sample]
    scale = cell_scale(DELAYS.cells)
    show(
        alt.Chart(pd.DataFrame(rows), height=180)
        .mark_tick(thickness=3, size=30)
        .encode(
            x=alt.X("loss:Q", title=bare("held-out squared error of delay ÷ {longest}", longest=DELAYS.distance), scale=alt.Scale(type="log")),
            y=alt.Y("cell:N", title=None, sort=None),
            color=alt.Color("cell:N", scale=scale["color"], legend=None),
            tooltip=[alt.Tooltip("cell:N", title=t("Cell")), alt.Tooltip("loss:Q", title=t("loss"), format=".5f")],
        ),
        key="claim_delays",
        alt=t("Squared error of every seed, with and without peepholes"),
    )  # fmt: skip
    right = {cell: seeds.at(DELAYS, cell, DELAYS.distance).mean() for cell in DELAYS.cells}
    listed = ", ".join(f"{t(TITLES[cell])} {share:.2f}" for cell, share in right.items())
    st.caption(
        t(
            "Delays of {low} to {high} steps, eight units, {steps} steps of training; right to the step: {shares}. Learning rates: {rates}.",
            low=DELAYS.distance // 2,
            high=DELAYS.distance,
            steps=f"{DELAYS.steps:,}",
            shares=listed,
            rates=_rates(DELAYS),
        )
    )
