"""What is drawn of sharing: what a shared bottom saves, and whether it overfits less."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from engine.measures import parameter_count
from engine.multitask.claims import DECLARED_ROWS, PAPER, SCARCE, SCARCE_CORRELATION, SHARING, Seeds
from engine.multitask.ladder import TITLES
from engine.multitask.models import build, multiply_adds
from engine.multitask.shipped import SHIPPED
from engine.runs.studies.verdict import Verdict
from pages.multitask.claim_views import four_digits
from pages.multitask.claim_words import said
from pages.ui.language import t
from pages.ui.pieces.verdict import in_favour, verdict_lines


def _gap_row(seeds: Seeds, count: int, structure: str, verdict: Verdict) -> dict[str, object]:
    """Losses of one structure on so many training rows, and in how many runs sharing has the lower held-out loss."""
    seen, held_out = (
        seeds.loss(SCARCE[count], structure, SCARCE_CORRELATION, name).mean() for name in ("train_loss", "test_loss")
    )
    return {
        t("training rows"): count,
        t("structure"): TITLES[structure],
        t("training loss"): seen,
        t("held-out loss"): held_out,
        t("gap"): held_out - seen,
        t("Shared-Bottom has the lower held-out loss"): in_favour(verdict) if structure == "shared_bottom" else "",
    }


def sharing(seeds: Seeds, verdicts: Mapping[str, Verdict]) -> None:
    """What a shared bottom saves, and how much less it overfits."""
    rows = [
        _gap_row(seeds, count, structure, verdicts[f"sharing_overfits_less@{count}"])
        for count in SCARCE
        for structure in SHARING
    ]
    table = pd.DataFrame(rows)
    st.dataframe(table, hide_index=True, height="content", column_config=four_digits(table.columns[2:5]))
    st.caption(
        t(
            "Fixed training rows, {steps} steps, correlation {p}, {count} seeds. Who overfits less is told by the held-out loss; beside it the gap to the training loss.",
            steps=f"{PAPER.steps:,}",
            p=f"{SCARCE_CORRELATION:g}",
            count=next(iter(verdicts.values())).runs,
        )
    )
    names = (f"{name}@{DECLARED_ROWS}" for name in ("sharing_overfits_less", "sharing_has_the_smaller_gap"))
    verdict_lines(SHIPPED, {name: said(name) for name in names}, "sharing")
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
