"""What each stage of the funnel costs."""

from __future__ import annotations

from engine.cost import Served
from engine.recommender import ENGINE
from engine.recommender.serving.opened import Opened, Request
from pages.recommender.shown import Shown
from pages.ui.language import N_
from pages.ui.pieces.costs import Costs


def _served(now: Shown, rung: str) -> Served:
    return Opened(now.server).served(rung, Request(now.users[0]))


COSTS: Costs[Shown] = Costs(
    ENGINE,
    _served,
    N_("1,000 rows: the candidates of so many users, by the index; the odds of so many candidates, whose features are already read")
)  # fmt: skip
