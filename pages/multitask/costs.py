"""What each structure costs."""

from __future__ import annotations

from engine.cost import Served
from engine.multitask import ENGINE
from engine.multitask.opened import Opened, probe
from pages.multitask.shown import Shown
from pages.ui.language import N_
from pages.ui.pieces.costs import Costs


def _served(now: Shown, structure: str) -> Served:
    return Opened(now.config, now.frame).served(structure, probe(now.config).x)


COSTS: Costs[Shown] = Costs(ENGINE, _served, N_("1,000 rows: the predictions of all tasks for held-out rows"))
