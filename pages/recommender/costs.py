"""What each stage of the funnel costs."""

from __future__ import annotations

from collections.abc import Sequence

from engine.cost import Served
from engine.recommender import ENGINE
from engine.recommender.claims import BASE, RECALL, cells
from engine.recommender.serving.opened import Opened, Request
from engine.recommender.shipped import SHIPPED
from pages.recommender.shown import Shown
from pages.ui.language import N_, t
from pages.ui.pieces.costs import Costs

TRAINED = {"recall": RECALL, "rank": BASE}


def _served(now: Shown, rung: str) -> Served:
    return Opened(now.server).served(rung, Request(now.users[0]))


def _seconds(rung: str) -> Sequence[float]:
    return [SHIPPED.seconds[cell] for cell in cells(TRAINED[rung]) if cell in SHIPPED.seconds]


def _trained() -> str:
    return t(
        "one run of {steps} steps of the study, on one core; its catalogue has {videos} videos.",
        steps=f"{RECALL.steps:,}",
        videos=f"{RECALL.videos:,}",
    )


COSTS: Costs[Shown] = Costs(
    ENGINE,
    _served,
    N_("1,000 rows: the candidates of so many users, by the index; the odds of so many candidates, whose features are already read"),
    _seconds,
    _trained,
)  # fmt: skip
