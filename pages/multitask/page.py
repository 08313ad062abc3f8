"""The multitask page: controls → run → stage → drill-down → experiments."""

from __future__ import annotations

from pages.multitask import experiments, exports, live, looks, notes, own_data, part, settings, study, where
from pages.multitask.where import PLACE
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
    study.draw,
    own_data.draw,
    notes.draw,
    exports.draw,
)
