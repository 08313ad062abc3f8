"""The multitask page: controls → run → stage → drill-down → experiments."""

from __future__ import annotations

import streamlit as st

from pages.multitask import experiments, exports, live, looks, notes, own_data, part, settings, study, where
from pages.multitask.where import PLACE
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
story_panel("multitask", where.go, above)
story_invitation("multitask", where.go)
part.draw()
looks.draw()
experiments.draw()
study.draw()
own_data.draw()
notes.draw()
exports.draw()
