"""The matching page: controls → run → stage → ranking → drill-down → experiments."""

from __future__ import annotations

import streamlit as st

from pages.matching import experiments, exports, live, looks, notes, own_pairs, part, ranking, settings, where
from pages.matching.where import PLACE
from pages.ui import share, training
from pages.ui.language import t
from pages.ui.story_panel import story_panel

PLACE.follow(live.PLAYER)
with st.sidebar:
    config = settings.sidebar(where.take)
    share.link()
    share.presenter()

notice = st.container()  # always there: what comes below must not change its place when the notice goes
if training.lost_in_reload():
    notice.warning(t(training.LOST))
above = st.container()  # a point being told stands above the stage that shows it
live.draw(config, ranking.draw)
story_panel("matching", where.go, above)
part.draw()
looks.draw()
experiments.draw()
own_pairs.draw()
notes.draw()
exports.draw()
