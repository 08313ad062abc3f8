"""What is drawn of the seesaw: what one task gains over a network of its own, against what the other gains."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.measures import parameter_count
from engine.multitask.claims import CGC, CORRELATIONS, DECLARED, PAPER, TOGETHER, Seeds, gains, own_rate
from engine.multitask.ladder import LADDER, TITLES
from engine.multitask.models import build
from engine.multitask.shipped import SHIPPED
from engine.runs.studies.verdict import Verdict
from pages.multitask.claim_views import four_digits
from pages.multitask.claim_words import PAYS, said
from pages.ui.controls.choices import one_of
from pages.ui.language import bare, listed, t
from pages.ui.pieces.charts import built_once, show
from pages.ui.pieces.verdict import in_favour, verdict_lines
from pages.ui.theme import HUES

CLAIMS = (
    f"ple{PAYS}@{DECLARED:g}",
    f"ple_below_mmoe@{DECLARED:g}",
    *(f"ple_below_mmoe@{p:g}" for p in CORRELATIONS if p != DECLARED),
    "ple_below_mmoe@long",
    f"cgc_below_mmoe@{DECLARED:g}",
    *(f"{s}{PAYS}@{p:g}" for s in TOGETHER for p in CORRELATIONS if (s, p) != ("ple", DECLARED)),
)


def seesaw(seeds: Seeds, verdicts: Mapping[str, Verdict]) -> None:
    """Both tasks' gains over Single-Task at one correlation, what the claims say, and how large the structures are."""
    p = float(
        one_of(
            t("Correlation"), list(CORRELATIONS), DECLARED, key="multitask_seesaw_p", name_of=lambda value: f"{value:g}"
        )
    )
    found = {structure: gains(seeds, structure, p) for structure in TOGETHER}
    show(
        chart(
            {TITLES[s]: (values, HUES[LADDER[s].hue]) for s, values in found.items()},
            bare("{task}: loss below Single-Task's", task=bare("task {number}", number=1)),
            bare("{task}: loss below Single-Task's", task=bare("task {number}", number=2)),
        ),
        key="seesaw",
        alt=t("What task 1 gains over Single-Task against what task 2 gains, a dot for each seed"),
    )
    st.caption(
        t(
            "A dot is a seed, an arrow goes to the median of {count}. Up and to the right both tasks gain; in the other two corners one pays for the other.",
            count=len(next(iter(found.values()))),
        )
    )
    table = pd.DataFrame([_row(s, found[s], verdicts[f"{s}{PAYS}@{p:g}"]) for s in TOGETHER])
    st.dataframe(table, hide_index=True, height="content", column_config=four_digits(table.columns[1:3]))
    verdict_lines(SHIPPED, {claim: said(claim) for claim in CLAIMS[:2]}, "seesaw")
    further = {claim: said(claim) for claim in CLAIMS[2:] if "_below_" in claim}
    verdict_lines(SHIPPED, further, "seesaw_further")
    st.caption(_sizes(p))


def _row(structure: str, gained: np.ndarray, verdict: Verdict) -> dict[str, object]:
    return {
        t("structure"): TITLES[structure],
        t("task 1, median"): float(np.median(gained[:, 0])),
        t("task 2, median"): float(np.median(gained[:, 1])),
        t("runs in which neither task pays"): in_favour(verdict),
    }


def _sizes(p: float) -> str:
    """How many parameters stand behind the comparison, and the rates."""
    sizes = {TITLES[s]: parameter_count(build(PAPER, s)) for s in ("single_task", *TOGETHER)}
    return t(
        "Parameters: {sizes}; PLE on one level (CGC) {cgc}. Learning rate of PLE {rate}.",
        sizes=listed(f"{name} {size:,}" for name, size in sizes.items()),
        cgc=f"{parameter_count(build(CGC, 'ple')):,}",
        rate=f"{own_rate(PAPER, 'ple', p):g}",
    )


@built_once
def chart(found: Mapping[str, tuple[np.ndarray, str]], x: str, y: str, digits: str = ".4f") -> alt.LayerChart:
    """By a structure's title its gains (S, 2) and colour: a dot for each seed, an arrow from nothing gained to the median."""
    dots = [(name, *gained) for name, (values, _) in found.items() for gained in values.tolist()]
    middle = [(name, *np.median(values, 0)) for name, (values, _) in found.items()]
    ends = pd.DataFrame([
        {"structure": name, "x": at * first, "y": at * second, "place": at} for name, first, second in middle for at in (0, 1)
    ])  # fmt: skip
    colour = alt.Color(
        "structure:N",
        title=None,
        sort=None,
        scale=alt.Scale(domain=list(found), range=[colour for _, colour in found.values()]),
        legend=alt.Legend(symbolOpacity=1),
    )
    first, second = alt.X("x:Q", title=x), alt.Y("y:Q", title=y)
    told = [
        alt.Tooltip("structure:N", title=t("Structure")),
        alt.Tooltip("x:Q", title=x, format=digits),
        alt.Tooltip("y:Q", title=y, format=digits),
    ]
    cloud = alt.Chart(pd.DataFrame(dots, columns=["structure", "x", "y"]), height=340).mark_circle(size=22, opacity=0.4)
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(strokeDash=[4, 3], opacity=0.6)
    shaft = alt.Chart(ends).mark_line(strokeWidth=2.5).encode(x=first, y=second, color=colour, order="place:Q")
    head = alt.Chart(ends[ends["place"] == 1]).mark_point(shape="diamond", filled=True, size=110, opacity=1)
    return (
        zero.encode(x="zero:Q")
        + zero.encode(y="zero:Q")
        + cloud.encode(x=first, y=second, color=colour, tooltip=told)
        + shaft
        + head.encode(x=first, y=second, color=colour, tooltip=told)
    )
