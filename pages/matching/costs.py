"""What each model costs."""

from __future__ import annotations

from engine.cost import Served
from engine.matching import ENGINE
from engine.matching.opened.opened import Opened, Search
from pages.matching.shown import Shown
from pages.ui.language import N_
from pages.ui.pieces.costs import Costs


def _served(now: Shown, model: str) -> Served:
    scene = now.whole()
    opened = Opened(now.config, now.frame, now.hand.library.lexicon)
    return opened.served(model, Search(scene.query, scene.rows))


COSTS: Costs[Shown] = Costs(
    ENGINE,
    _served,
    N_("1,000 rows: the semantic vectors of documents as long as the first, whose words are already hashed"),
)
