"""The recommender page: controls → run → stage → why not recommended → closer looks and experiments."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.recommender import exports, live, looks, notes, own_log, settings, where, why
from pages.recommender.where import PLACE
from pages.ui import share, training
from pages.ui.language import t
from pages.ui.story_panel import story_invitation, story_panel


def tell(setting: Mapping[str, str]) -> None:
    """From inside the stage's fragment: the whole page follows."""
    where.go(setting)
    PLACE.refresh()


def below() -> None:
    """What is drawn anew with the stage while something trains."""
    story_invitation("recommender", tell)


PLACE.follow(live.PLAYER)
with st.sidebar:
    config = settings.sidebar(where.take)
    share.link()
    share.presenter()

notice = st.container()  # always there: what comes below must not change its place when the notice goes
if training.lost_in_reload():
    notice.warning(t(training.LOST))
above = st.container()  # a point being told stands above the stage that shows it
story_panel("recommender", where.go, above)
live.draw(config, below)
why.draw()
looks.draw()
own_log.draw()
notes.draw()
exports.draw()
