"""The recurrent page: controls → run → stage → drill-down → experiments."""

from __future__ import annotations

import streamlit as st

from pages.recurrent import experiments, exports, intervene, live, looks, notes, own_text, part, settings, where
from pages.recurrent.where import PLACE
from pages.ui import share, training
from pages.ui.language import t
from pages.ui.story_panel import story_invitation, story_panel

PLACE.follow(live.PLAYER)
with st.sidebar:
    config = settings.sidebar(where.take)
    share.link()
    share.presenter()

notice = st.container()  # always there: what comes below must not change its place when the notice goes
if training.lost_in_reload():
    notice.warning(t(training.LOST))
above = st.container()  # a point being told stands above the stage that shows it
live.draw(config)
story_panel("recurrent", where.go, above)
story_invitation("recurrent", where.go)
part.draw()
intervene.draw()
looks.draw()
experiments.draw()
own_text.draw()
notes.draw()
exports.draw()
