"""The recommender page: controls → run → stage → why not recommended → closer looks and experiments."""

from __future__ import annotations

from pages.recommender import exports, live, notes, own_log, settings, where, why
from pages.recommender.looks import table
from pages.recommender.where import PLACE
from pages.ui.page import page

page(
    PLACE,
    live.PLAYER,
    lambda: settings.sidebar(where.take),
    live.stage,
    where.go,
    table.draw,
    own_log.draw,
    notes.draw,
    exports.draw,
    below=why.draw,
)
