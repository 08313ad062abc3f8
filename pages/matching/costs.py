"""What each model costs."""

from __future__ import annotations

from collections.abc import Sequence

from engine.cost import Served
from engine.matching import ENGINE
from engine.matching.claims import LOG, cells
from engine.matching.opened.opened import Opened, Search
from engine.matching.shipped import SHIPPED
from pages.matching.shown import Shown
from pages.ui.language import N_, t
from pages.ui.pieces.costs import Costs


def _served(now: Shown, model: str) -> Served:
    scene = now.whole()
    opened = Opened(now.config, now.frame, now.hand.library.lexicon)
    return opened.served(model, Search(scene.query, scene.rows))


def _seconds(model: str) -> Sequence[float]:
    found = cells(LOG["en"], (model,))
    return [SHIPPED.seconds[cell] for cell in found if cell in SHIPPED.seconds]


def _trained() -> str:
    return t("one run of {steps} steps of the study, on one core.", steps=f"{LOG['en'].steps:,}")


COSTS: Costs[Shown] = Costs(
    ENGINE,
    _served,
    N_("1,000 rows: the semantic vectors of documents as long as the first, whose words are already hashed"),
    _seconds,
    _trained,
)
