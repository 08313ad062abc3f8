"""The shape that every playground's page has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st

from engine.runs.config import Config
from pages.ui import share
from pages.ui.language import t
from pages.ui.pieces.story_panel import story_invitation, story_panel
from pages.ui.place import Place
from pages.ui.run import live, polling, training

C = TypeVar("C", bound=Config)
Drawn = Callable[[], None]


def page(
    place: Place,
    player: str,
    sidebar: Callable[[], C | None],
    stage: Callable[[C | None], None],
    go: Callable[[Mapping[str, str]], None],
    *sections: Drawn,
    below: Drawn | None = None,
) -> None:
    """Sidebar, notice, the point of the story being told, the stage, and the sections under it, from top to bottom.

    player   key of the component on stage
    sidebar  draws the controls: the config they make, or None with the reason shown
    go       callback: bring the stage to a state of the story
    below    drawn anew with the stage while something trains
    """
    polling.begin()
    place.follow(player)
    with st.sidebar:
        config = sidebar()
        share.link()
        share.presenter()
    notice = st.container()  # always there: what comes below must not change its place when the notice goes
    if training.lost_in_reload():
        notice.warning(t(training.LOST))
    above = st.container()  # a point being told stands above the stage that shows it
    story_panel(place.playground, go, above)

    def tell(setting: Mapping[str, str]) -> None:
        go(setting)
        place.refresh()  # from inside the stage's fragment: the whole page follows

    def drawn() -> None:
        stage(config)
        story_invitation(place.playground, tell)
        if below is not None:
            below()

    live.stage(place, player, drawn)
    for section in sections:
        section()
    polling.clock(live.watch())
