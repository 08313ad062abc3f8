"""What each stage of the funnel costs."""

from __future__ import annotations

from engine.cost import Served
from engine.recommender import ENGINE
from engine.recommender.opponents.beside import OPPONENTS
from engine.recommender.serving.opened import Opened, Request
from pages.recommender.opponents import METHODS
from pages.recommender.shown import Shown
from pages.ui.language import N_
from pages.ui.pieces.costs import Costs


def _served(now: Shown, rung: str) -> Served:
    return Opened(now.server).served(rung, Request(now.users[0]))


COSTS: Costs[Shown] = Costs(
    ENGINE,
    _served,
    N_("1,000 rows: the candidates of so many users, by the index; the odds of so many candidates, whose features are already read"),
    {name: METHODS[name] for name in OPPONENTS},
    N_("What needs no training: the numbers that it keeps, of item-kNN at most; seconds of one core until it can serve, its tuning apart; and of the first 300 that may be served to each of 1,000 users."),
)  # fmt: skip
