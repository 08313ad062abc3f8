"""What is drawn when a question is opened: the study's numbers, and the verdicts they lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import streamlit as st

from engine.multitask.claims import (
    COMPARED,
    CORRELATIONS,
    DECLARED,
    PAPER,
    SEEDS,
    SLOW,
    Seeds,
    own_rate,
)
from engine.multitask.ladder import TITLES
from engine.multitask.measures import HELD_BACK, held_back
from engine.multitask.shipped import SHIPPED, sweep
from engine.runs.studies.verdict import Verdict
from pages.multitask.claim_charts import colours, curve, histogram
from pages.multitask.claim_words import PAIRS, at, said
from pages.multitask.settings import DEAD
from pages.ui.controls.choices import one_of
from pages.ui.language import bare, t
from pages.ui.pieces.charts import show
from pages.ui.pieces.verdict import in_favour, numbers, outcome, tests, verdict_line, verdict_lines
from pages.ui.theme import HUES

View: TypeAlias = Callable[[Seeds, Mapping[str, Verdict]], None]
"""Draws what answers a question: the stored results, and the verdicts of its claims by their ids."""


def four_digits(columns: Iterable[str]) -> dict[str, Any]:
    """Numbers of these columns with four decimals."""
    return {column: st.column_config.NumberColumn(format="%.4f") for column in columns}


def _verdict_lines(verdicts: Mapping[str, Verdict]) -> None:
    """One claim, and beside it the same where the training was twice as long."""
    verdict_lines(SHIPPED, {claim: said(claim) for claim in verdicts}, min(verdicts))


def loss(seeds: Seeds, verdicts: Mapping[str, Verdict]) -> None:
    """Loss over the correlation, a table of differences, and how the seeds spread."""
    values = {(TITLES[s], p): seeds.loss(PAPER, s, p) for s in TITLES for p in CORRELATIONS}
    show(
        curve(values, t("held-out loss"), colours(tuple(TITLES)), paired=False),
        key="loss_curve",
        alt=t("Held-out loss over task correlation"),
    )
    table = pd.DataFrame([_pair_row(name, v, name in SHIPPED.family) for name, v in verdicts.items()])
    st.dataframe(table, hide_index=True, height="content", column_config=four_digits(table.columns[2:6]))
    named = {name: said(name) for name in verdicts}
    declared = f"mmoe_below_shared_bottom@{DECLARED:g}"
    st.markdown(verdict_line(named[declared], verdicts[declared], numbers(verdicts[declared])))
    tests({named[name]: verdict for name, verdict in verdicts.items() if name in SHIPPED.family}, "loss")
    st.caption(
        t(
            "Learning rates at p = {p}: {rates}.",
            p=f"{DECLARED:g}",
            rates=", ".join(f"{TITLES[s]} {own_rate(PAPER, s, DECLARED):g}" for s in TITLES),
        )
    )
    _spread(seeds)


def _pair_row(claim: str, v: Verdict, judged: bool) -> dict[str, object]:
    name, _, cut = claim.partition("@")
    lower, upper = PAIRS[name]
    return {
        "p": at(cut),
        t("lower loss"): t("{lower} than {upper}", lower=lower, upper=upper),
        t("difference"): v.mean,
        t("low"): v.low,
        t("high"): v.high,
        t("median"): v.median,
        t("runs in favour"): in_favour(v),
        t("verdict"): outcome(v) if judged else "",
    }


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
        curve(values, t("loss difference"), {next(iter(values))[0]: HUES[2]}),
        key="gap_curve",
        alt=t("OMoE's loss minus MMoE's over task correlation"),
    )
    _verdict_lines(verdicts)


def advantage(seeds: Seeds, verdicts: Mapping[str, Verdict]) -> None:
    """How far Shared-Bottom lies above MMoE, seed by seed."""
    values = _differences(seeds, "shared_bottom", "mmoe")
    show(
        curve(values, t("loss difference"), {next(iter(values))[0]: HUES[3]}),
        key="advantage_curve",
        alt=t("Shared-Bottom's loss minus MMoE's over task correlation"),
    )
    _verdict_lines(verdicts)


def gates(seeds: Seeds, verdicts: Mapping[str, Verdict]) -> None:
    """How far the tasks' gates lie apart."""
    mean, per_row = bare("between the mean gates"), bare("row by row")
    values = {
        (name, p): seeds.metric(PAPER, "mmoe", p, metric)
        for name, metric in ((mean, "mean_gate_distance"), (per_row, "gate_distance"))
        for p in CORRELATIONS
    }
    show(
        curve(values, t("total variation"), {mean: HUES[3], per_row: HUES[4]}, paired=False),
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
    _verdict_lines(verdicts)


def dead(seeds: Seeds) -> None:
    """Runs that a tower holds back: how many there are of each structure, and which."""
    st.dataframe(pd.DataFrame(list(_held(seeds))), hide_index=True, height="content")
    st.caption(
        t(
            "Held back is a run in which a task's held-out loss is over {times} times the median of its structure: in those that were looked into, the first steps of Adam have put several of the {units} units of its tower below 0 for every row, where a ReLU has no gradient. What is not listed has none. With a slope of the towers below 0 (leaky ReLU, among the model's settings) they learn on; here it is 0, as in the paper. The preset “{preset}” trains such a run; its tower tells how many units are left.",
            times=f"{HELD_BACK:g}",
            units=PAPER.tower_units,
            preset=t(DEAD),
        )
    )


def _held(seeds: Seeds) -> Iterator[dict[str, object]]:
    """A row for each structure and correlation with such runs."""
    for structure in TITLES:
        for p in CORRELATIONS:
            losses = seeds.metric(PAPER, structure, p, "test_loss")
            held = held_back(losses, losses)
            if len(held):
                yield {
                    t("structure"): TITLES[structure],
                    "p": f"{p:g}",
                    t("held back"): f"{len(held)} / {len(SEEDS)}",
                    t("Seeds"): ", ".join(str(SEEDS[run]) for run in held),
                }


def breaks(seeds: Seeds, verdicts: Mapping[str, Verdict]) -> None:
    """MMoE against Shared-Bottom at a rate at which nothing has converged."""
    histogram({TITLES[s]: seeds.loss(SLOW, s, 0.5) for s in ("shared_bottom", "mmoe")})
    _verdict_lines(verdicts)
    st.caption(
        t(
            "Nothing has converged at this rate: the ordering of structures is also a matter of how long and how fast they train."
        )
    )
