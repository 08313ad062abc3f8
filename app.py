"""Gatescope: `streamlit run app.py`. Page config, language, navigation, start-up; nothing else."""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from pages.ui import language, theme
from pages.ui.language import t
from pages.ui.openings import declared
from pages.ui.playground import playgrounds
from pages.ui.run import sessions
from pages.ui.run.house import house, owner
from pages.ui.server import OwnOrigins, open_house


@st.cache_resource(show_spinner=False)
def start_up() -> None:
    """Torch on one thread, all that pages need imported, and the house with its warm workers."""
    import torch

    torch.set_num_threads(1)
    for playground in playgrounds():
        playground.warm()
    house().beforehand.add(  # last: workers load the same libraries, and two cores are soon shared out
        work for playground in playgrounds() for work in declared(playground.name).works()
    )


def draw() -> None:
    """One run of a session: the frame that all pages share, and the page."""
    st.set_page_config(page_title="Gatescope", page_icon="assets/icon.svg", layout="wide")
    start_up()
    theme.apply()
    owner()
    with house().turns.turn():
        with st.sidebar:
            language.switch()
        with language.speaking(language.language()):
            draw_page()


def draw_page() -> None:
    """The navigation and the page that it leads to."""
    home = st.Page("pages/home/page.py", title=t("Home"), icon=":material/home:", default=True)
    rooms = [st.Page(room.page, title=t(room.title), icon=room.icon, url_path=room.name) for room in playgrounds()]
    st.navigation([home, *rooms], position="top").run()


if __name__ == "app":  # the server imports this file once, before its first visitor; sessions run it as a script
    sessions.mend()
    app = st.App(__file__, middleware=[Middleware(OwnOrigins)], lifespan=open_house)
else:
    draw()
