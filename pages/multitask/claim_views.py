"""What is drawn when a question is opened: the study's numbers, and the verdicts they lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import streamlit as st

from engine.measures import parameter_count
from engine.multitask.claims import (
    COMPARED,
    CORRELATIONS,
    DECLARED,
    DECLARED_ROWS,
    PAPER,
    SCARCE,
    SCARCE_CORRELATION,
    SLOW,
    Seeds,
)
from engine.multitask.ladder import TITLES
from engine.multitask.models import build, multiply_adds
from engine.multitask.shipped import SHIPPED, sweep
from engine.runs.studies.verdict import Verdict
from pages.multitask.claim_charts import colours, curve, curve_rows, histogram
from pages.ui.controls.choices import one_of
from pages.ui.language import N_, bare, t
from pages.ui.pieces.charts import show
from pages.ui.pieces.verdict import RUNS, verdict_lines
from pages.ui.theme import HUES

View: TypeAlias = Callable[[Seeds, Mapping[str, Verdict]], None]
"""Draws what answers a question: the stored results, and the verdicts of its claims by their ids."""


def _four_digits(columns: Iterable[str]) -> dict[str, Any]:
    return {column: st.column_config.NumberColumn(format="%.4f") for column in columns}


def _verdict_lines(verdicts: Mapping[str, Verdict], sentence: str) -> None:
    verdict_lines(SHIPPED, {claim: t(sentence) for claim in verdicts}, min(verdicts))


def loss(seeds: Seeds, verdicts: Mapping[str, Verdict]) -> None:
    """Loss over the correlation, a table of differences, and how the seeds spread."""
    values = {(TITLES[s], p): seeds.loss(PAPER, s, p) for s in COMPARED for p in CORRELATIONS}
    show(
        curve(curve_rows(values), t("held-out loss"), colours()),
        key="loss_curve",
        alt=t("Held-out loss over task correlation, three structures"),
    )
    table = pd.DataFrame(
        [
            {
                "p": name.partition("@")[2],
                t("against Shared-Bottom"): TITLES[name.partition("_")[0]],
                t("difference"): v.mean,
                t("low"): v.low,
                t("high"): v.high,
                t("median"): v.median,
                t("runs in favour"): t(RUNS, ahead=v.ahead, count=v.runs),
            }
            for name, v in verdicts.items()
        ]
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config=_four_digits(table.columns[2:6]),
    )
    verdict_lines(
        SHIPPED,
        {
            f"{s}_below_shared_bottom@{DECLARED:g}": t(
                "At p = {p} the loss of {structure} is below Shared-Bottom's:", p=f"{DECLARED:g}", structure=TITLES[s]
            )
            for s in ("mmoe", "omoe")
        },
        "loss",
    )
    _spread(seeds)


def _spread(seeds: Seeds) -> None:
    """How the seeds spread at one correlation."""
    p = one_of(
        t("Histogram over seeds at correlation"),
        list(CORRELATIONS),
        0.5,
        key="multitask_histogram_p",
        name_of=lambda value: f"{value:g}",
    )
    histogram({TITLES[s]: seeds.loss(PAPER, s, float(p)) for s in COMPARED})
    spread = {s: seeds.loss(PAPER, s, float(p)).std(ddof=1) for s in COMPARED}
    st.caption(
        t(
            "Spread over seeds (standard deviation): {spread}. The paper reports a much larger spread of Shared-Bottom; here it is reported, not claimed.",
            spread=", ".join(f"{TITLES[s]} {v:.4f}" for s, v in spread.items()),
        )
    )


def _differences(seeds: Seeds, minuend: str, subtrahend: str) -> dict[tuple[str, float], np.ndarray]:
    name = f"{TITLES[minuend]} − {TITLES[subtrahend]}"
    return {(name, p): seeds.loss(PAPER, minuend, p) - seeds.loss(PAPER, subtrahend, p) for p in CORRELATIONS}


def gap(seeds: Seeds, verdicts: Mapping[str, Verdict]) -> None:
    """How far OMoE lies above MMoE, seed by seed."""
    values = _differences(seeds, "omoe", "mmoe")
    show(
        curve(curve_rows(values), t("loss difference"), {next(iter(values))[0]: HUES[2]}),
        key="gap_curve",
        alt=t("OMoE's loss minus MMoE's over task correlation"),
    )
    _verdict_lines(verdicts, N_("The gap at 1 is smaller than at 0:"))


def advantage(seeds: Seeds, verdicts: Mapping[str, Verdict]) -> None:
    """How far Shared-Bottom lies above MMoE, seed by seed."""
    values = _differences(seeds, "shared_bottom", "mmoe")
    show(
        curve(curve_rows(values), t("loss difference"), {next(iter(values))[0]: HUES[3]}),
        key="advantage_curve",
        alt=t("Shared-Bottom's loss minus MMoE's over task correlation"),
    )
    _verdict_lines(verdicts, N_("MMoE's advantage at 0 is larger than at 1:"))


def gates(seeds: Seeds, verdicts: Mapping[str, Verdict]) -> None:
    """How far the tasks' gates lie apart."""
    mean, per_row = bare("between the mean gates"), bare("row by row")
    values = {
        (name, p): seeds.metric(PAPER, "mmoe", p, metric)
        for name, metric in ((mean, "mean_gate_distance"), (per_row, "gate_distance"))
        for p in CORRELATIONS
    }
    show(
        curve(curve_rows(values), t("total variation"), {mean: HUES[3], per_row: HUES[4]}),
        key="gate_curve",
        alt=t("Distance between the tasks' gates over task correlation"),
    )
    first = sweep()[0].frames[0].metrics
    st.caption(
        t(
            "Untrained, over {count} seeds: {mean} between the mean gates and {row} row by row. Random gates already differ row by row; what training moves is their mean.",
            count=sweep()[0].config.runs,
            mean=f"{first['mmoe.mean_gate_distance'].mean():.2f}",
            row=f"{first['mmoe.gate_distance'].mean():.2f}",
        )
    )
    _verdict_lines(verdicts, N_("The mean gates are closer at 1 than at 0:"))


def _gap_row(seeds: Seeds, count: int, structure: str, verdict: Verdict) -> dict[str, object]:
    """Losses of one structure on so many training rows, and in how many seeds sharing keeps the gap smaller."""
    seen, held_out = (
        seeds.loss(SCARCE[count], structure, SCARCE_CORRELATION, name).mean() for name in ("train_loss", "test_loss")
    )
    ahead = t(RUNS, ahead=verdict.ahead, count=verdict.runs)
    return {
        t("training rows"): count,
        t("structure"): TITLES[structure],
        t("training loss"): seen,
        t("held-out loss"): held_out,
        t("gap"): held_out - seen,
        t("Shared-Bottom overfits less"): ahead if structure == "shared_bottom" else "",
    }


def sharing(seeds: Seeds, verdicts: Mapping[str, Verdict]) -> None:
    """What a shared bottom saves, and how much less it overfits."""
    rows = [
        _gap_row(seeds, count, structure, verdicts[f"shared_overfits_less@{count}"])
        for count in SCARCE
        for structure in ("single_task", "shared_bottom")
    ]
    table = pd.DataFrame(rows)
    st.dataframe(table, hide_index=True, height="content", column_config=_four_digits(table.columns[2:5]))
    st.caption(
        t(
            "Fixed training rows, {steps} steps, correlation {p}, {count} seeds. Overfitting is the gap between held-out and training loss.",
            steps=f"{PAPER.steps:,}",
            p=f"{SCARCE_CORRELATION:g}",
            count=next(iter(verdicts.values())).runs,
        )
    )
    verdict_lines(
        SHIPPED,
        {
            f"shared_overfits_less@{DECLARED_ROWS}": t(
                "With {rows} training rows Shared-Bottom's gap is smaller:", rows=f"{DECLARED_ROWS:,}"
            )
        },
        "sharing",
    )
    _sizes()


def _sizes() -> None:
    """Parameters and multiply-adds of each structure."""
    sizes = [
        {
            "": TITLES[s],
            t("parameters"): parameter_count(build(PAPER, s)),
            t("multiply-adds a row"): multiply_adds(build(PAPER, s)),
        }
        for s in TITLES
    ]
    st.dataframe(pd.DataFrame(sizes), hide_index=True, height="content")
    ratio = parameter_count(build(PAPER, "mmoe")) / parameter_count(build(PAPER, "shared_bottom")) - 1
    st.caption(
        t(
            "The paper matches the structures without counting gates and biases; with them MMoE has {percent}% more parameters than Shared-Bottom.",
            percent=f"{100 * ratio:.1f}",
        )
    )


def breaks(seeds: Seeds, verdicts: Mapping[str, Verdict]) -> None:
    """MMoE against Shared-Bottom at a rate at which nothing has converged."""
    histogram({TITLES[s]: seeds.loss(SLOW, s, 0.5) for s in ("shared_bottom", "mmoe")})
    _verdict_lines(
        verdicts,
        N_("Learning rate 0.001, correlation 0.5, the same 2,500 steps: MMoE's loss is below Shared-Bottom's:"),
    )
    st.caption(
        t(
            "Nothing has converged at this rate: the ordering of structures is also a matter of how long and how fast they train."
        )
    )
