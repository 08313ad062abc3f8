"""The claims of this ladder: each a question with its study, spread and verdict, closed at first."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recurrent import RecurrentConfig
from engine.recurrent.claims import BIASES, COUNTING, DELAYS, MIXED, PATIENT, SEEDS, SINGLE, Seeds, biased
from engine.recurrent.ladder import TITLES
from engine.recurrent.shipped import SHIPPED
from pages.recurrent.looks import cell_scale
from pages.ui.language import N_, bare, t
from pages.ui.pieces.charts import LEGEND, show
from pages.ui.pieces.experiment import experiment
from pages.ui.theme import HUES


def about() -> str:
    """What the stored studies are."""
    return t(
        "Stored studies of {seeds} seeds, the same sentences for every cell. Each claim is judged alone: so few seeds bear no correction for many.",
        seeds=len(SEEDS),
    )


def _curves(values: Mapping[tuple[str, float], np.ndarray], x: str, y: str, key: str) -> None:
    """Mean over seeds and every seed as a dot, for each (cell's title, x)."""
    rows = [
        {"x": at, "cell": name, "value": float(one), "mean": float(sample.mean())}
        for (name, at), sample in values.items()
        for one in sample
    ]
    names = list(dict.fromkeys(name for name, _ in values))
    known = cell_scale()["color"]
    hues = dict(zip(known["domain"], known["range"], strict=True)) | {t("RNN, its own rate"): HUES[1]}
    colour = alt.Color(
        "cell:N", title=None, sort=names, legend=LEGEND,
        scale=alt.Scale(domain=names, range=[hues.get(name, HUES[4]) for name in names]),
    )  # fmt: skip
    base = alt.Chart(pd.DataFrame(rows), height=260).encode(
        x=alt.X("x:Q", title=x),
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
    show(dots + line, key=key, alt=f"{y} / {x}")


def _accuracies(seeds: Seeds, base: RecurrentConfig, cell: str, name: str = "") -> dict[tuple[str, float], np.ndarray]:
    found = seeds.metric(base, cell, "accuracy")
    return {(name or t(TITLES[cell]), d): found[:, n] for n, d in enumerate(base.test_distances)}


def _mixed(seeds: Seeds) -> None:
    values = {key: one for cell in MIXED.cells for key, one in _accuracies(seeds, MIXED, cell).items()}
    values |= _accuracies(seeds, PATIENT, "rnn", t("RNN, its own rate"))
    _curves(values, bare("distance (trained up to {distance})", distance=40), t("held-out accuracy"), "claim_mixed")
    st.caption(
        t(
            "Trained on all distances from 1 to 40, {steps} steps at learning rate {rate}. The RNN learns nothing at that rate, so it is also shown with a rate of its own, {own}, and {patient} steps. Chance is 0.1.",
            steps=f"{MIXED.steps:,}",
            rate=f"{MIXED.learning_rate:g}",
            own=f"{PATIENT.learning_rate:g}",
            patient=f"{PATIENT.steps:,}",
        )
    )


def _single(seeds: Seeds) -> None:
    values = {
        (bare(TITLES[cell]), float(d)): seeds.at(base, cell, d)
        for cell in MIXED.cells
        for d, base in SINGLE.items()
    }  # fmt: skip
    _curves(values, t("the one distance of training and test"), t("held-out accuracy"), "claim_single")
    st.caption(t("Every dot is a network trained at this one distance alone, without easier sentences to begin with."))


def _bias(seeds: Seeds) -> None:
    values = {
        (bare("forget bias {bias}", bias=f"{bias:g}"), d): seeds.metric(biased(bias), "lstm", "accuracy")[:, n]
        for bias in BIASES
        for n, d in enumerate(MIXED.test_distances)
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
    base = alt.Chart(pd.DataFrame(rows), height=260).encode(x=alt.X("distance:Q", title=t("distance")), color=colour)
    band = base.mark_area(opacity=0.12).encode(
        y=alt.Y("low:Q", title=t("held-out accuracy"), scale=alt.Scale(domain=[0, 1])), y2="high:Q"
    )
    line = base.mark_line(point=True, strokeWidth=2.5).encode(y=alt.Y("mean:Q", title=t("held-out accuracy")))
    show(band + line, key="claim_bias", alt=t("Accuracy over distance for four forget biases"))
    st.caption(t("LSTM, mixed distances; the band is the range over {seeds} seeds.", seeds=len(SEEDS)))


def _counting(seeds: Seeds) -> None:
    values = {key: one for cell in COUNTING.cells for key, one in _accuracies(seeds, COUNTING, cell).items()}
    _curves(
        values,
        bare("n of aⁿbⁿ (trained up to {distance})", distance=COUNTING.distance),
        t("strings right at every step"),
        "claim_counting",
    )
    st.caption(
        t(
            "Two units each. A string counts as right when after every symbol exactly the symbols that may follow are named."
        )
    )


def _delays(seeds: Seeds) -> None:
    values = {
        (t(TITLES[cell]), d): seeds.metric(DELAYS, cell, "test_loss")[:, n]
        for cell in DELAYS.cells
        for n, d in enumerate(DELAYS.test_distances)
        if d == DELAYS.distance
    }
    rows = [{"cell": name, "loss": float(one)} for (name, _), sample in values.items() for one in sample]
    scale = cell_scale(DELAYS.cells)
    show(
        alt.Chart(pd.DataFrame(rows), height=140)
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
            "Delays of {low} to {high} steps, eight units, {steps} steps of training; right to the step: {shares}.",
            low=DELAYS.distance // 2,
            high=DELAYS.distance,
            steps=f"{DELAYS.steps:,}",
            shares=listed,
        )
    )


EXPERIMENTS = (
    experiment(
        SHIPPED,
        "mixed",
        N_("Trained on mixed distances: does the LSTM remember at 40 where the RNN has forgotten?"),
        {
            "lstm_remembers@40": N_("The LSTM is right in more than .95 at distance 40:"),
            "rnn_below_lstm@40": N_("The RNN is below it:"),
            "patient_rnn_below_lstm@40": N_("The RNN with its own rate and more steps is below it:"),
        },
        _mixed,
    ),
    experiment(
        SHIPPED,
        "single",
        N_("Trained at one distance alone: which cell fails first?"),
        {f"rnn_below_lstm_single@{d}": N_("At distance {distance} the RNN is below the LSTM:") for d in SINGLE}
        | {
            "mixed_helps_lstm@40": N_(
                "At distance {distance} the LSTM is better for having seen shorter sentences too:"
            )
        },
        _single,
    ),
    experiment(
        SHIPPED,
        "bias",
        N_("Does forget bias 1 beat a belt that leaks (−1)?"),
        {"bias_1_beats_minus_1": N_("Forget bias 1 is better at distance 40:")},
        _bias,
    ),
    experiment(
        SHIPPED,
        "counting",
        N_("aⁿbⁿ: do peepholes count further?"),
        {"peephole_counts_further": N_("With peepholes more lengths are right:")},
        _counting,
    ),
    experiment(
        SHIPPED,
        "delays",
        N_("Spike delays: do peepholes time better?"),
        {"peephole_times_better": N_("With peepholes the error is lower:")},
        _delays,
    ),
)
