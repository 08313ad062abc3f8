"""The recurrent page: controls → run → stage → drill-down → experiments."""

from __future__ import annotations

from pages.recurrent import experiments, exports, intervene, live, looks, notes, own_text, part, settings, where
from pages.recurrent.where import PLACE
from pages.ui.page import page

page(
    PLACE,
    live.PLAYER,
    lambda: settings.sidebar(where.take),
    live.stage,
    where.go,
    part.draw,
    intervene.draw,
    looks.draw,
    experiments.draw,
    own_text.draw,
    notes.draw,
    exports.draw,
)
