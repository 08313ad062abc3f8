"""A section that is closed until asked for; whether it is open is in the URL, and a closed one costs nothing."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.ui import share
from pages.ui.run import polling

TOGGLED = "toggled"


def own_section(title: str, key: str, draw: Callable[[], None]) -> None:
    """A section for what a visitor brings: drawn with the page, as whatever is done in it concerns the stage."""
    body = st.expander(title, key=key, icon=":material/upload_file:", on_change="rerun", bind="query-params")
    if body.open:
        with body:
            draw()


def section(title: str, key: str, draw: Callable[[], None], icon: str | None = None) -> None:
    """Draw an expander; `draw` fills it while it is open, and is asked anew at each drawing, so it looks for itself what is
    on stage then.

    Opening and closing it draws nothing else of the page. A control inside may move the stage, so it draws all.
    """
    drawn = False

    def fragment() -> None:
        nonlocal drawn
        toggled = key in st.session_state.setdefault(TOGGLED, set())
        st.session_state[TOGGLED].discard(key)
        if drawn and not toggled:
            st.rerun()
        drawn = True
        share.noted()
        body = st.expander(title, key=key, icon=icon, on_change=_toggled, args=(key,), bind="query-params")
        if body.open:
            with body:
                draw()
        if toggled and polling.going_on() and not polling.ticking():
            st.rerun()  # what has come on screen is drawn anew by the page's clock

    st.fragment(fragment, key=key)()


def _toggled(key: str) -> None:
    st.session_state[TOGGLED].add(key)
