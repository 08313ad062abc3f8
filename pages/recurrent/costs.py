"""What each cell costs."""

from __future__ import annotations

from engine.cost import Served
from engine.recurrent import ENGINE
from pages.recurrent.shown import Shown
from pages.ui.language import N_
from pages.ui.pieces.costs import Costs


def _served(now: Shown, cell: str) -> Served:
    return now.opened.served(cell, now.probe.inputs)


COSTS: Costs[Shown] = Costs(
    ENGINE, _served, N_("1,000 rows: the answers after every word of sequences as long as the one on stage")
)  # fmt: skip
