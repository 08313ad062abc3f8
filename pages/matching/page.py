"""The matching page: controls → run → stage → ranking → drill-down → experiments."""

from __future__ import annotations

from pages.matching import experiments, exports, live, looks, notes, own_pairs, part, ranking, settings, where
from pages.matching.where import PLACE
from pages.ui.page import page

page(
    PLACE,
    live.PLAYER,
    lambda: settings.sidebar(where.take),
    live.stage,
    where.go,
    part.draw,
    looks.draw,
    experiments.draw,
    own_pairs.draw,
    notes.draw,
    exports.draw,
    below=ranking.draw,
)
