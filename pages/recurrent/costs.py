"""What each cell costs."""

from __future__ import annotations

from collections.abc import Sequence

from engine.cost import Served
from engine.recurrent import ENGINE
from engine.recurrent.claims import GROWING, cells
from engine.recurrent.shipped import SHIPPED
from pages.recurrent.shown import Shown
from pages.ui.language import N_, t
from pages.ui.pieces.costs import Costs


def _served(now: Shown, cell: str) -> Served:
    return now.opened.served(cell, now.probe.inputs)


def _seconds(cell: str) -> Sequence[float]:
    found = [one for one in cells(GROWING) if one.cells == (cell,)]
    return [SHIPPED.seconds[one] / one.runs for one in found if one in SHIPPED.seconds]


def _trained() -> str:
    return t(
        "one run of {steps} steps of the study, its share of a stack of {runs} runs that are trained at once, on one core.",
        steps=f"{GROWING.steps:,}",
        runs=GROWING.runs,
    )


COSTS: Costs[Shown] = Costs(
    ENGINE, _served, N_("1,000 rows: the answers after every word of sequences as long as the one on stage"), _seconds, _trained
)  # fmt: skip
