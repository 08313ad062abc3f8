"""What each structure costs."""

from __future__ import annotations

from collections.abc import Sequence

from engine.cost import Served
from engine.multitask import ENGINE
from engine.multitask.claims import CORRELATIONS, PAPER, cells
from engine.multitask.opened import Opened, probe
from engine.multitask.shipped import SHIPPED
from pages.multitask.shown import Shown
from pages.ui.language import N_, t
from pages.ui.pieces.costs import Costs


def _served(now: Shown, structure: str) -> Served:
    return Opened(now.config, now.frame).served(structure, probe(now.config).x)


def _seconds(structure: str) -> Sequence[float]:
    found = cells(PAPER, (structure,), CORRELATIONS)
    return [SHIPPED.seconds[cell] / cell.runs for cell in found if cell in SHIPPED.seconds]


def _trained() -> str:
    return t(
        "one run of {steps} steps of the study, its share of a stack of {runs} runs that are trained at once, on one core.",
        steps=f"{PAPER.steps:,}",
        runs=PAPER.runs,
    )


COSTS: Costs[Shown] = Costs(
    ENGINE, _served, N_("1,000 rows: the predictions of all tasks for held-out rows"), _seconds, _trained
)
