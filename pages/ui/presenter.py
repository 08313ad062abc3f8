"""The presenter: a page in front of a room, for the whole visit. Its switch, its type, and the keys of a clicker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from engine.files import ROOT
from pages.ui.language import t
from pages.ui.player.component import component

PRESENTER = "presenter"
ASSETS = ROOT / "assets" / "presenter"
CSS = (ASSETS / "page.css").read_text(encoding="utf-8")
_component = component(
    "gatescope_presenter.keys",
    js=(ASSETS / "keys.js").read_text(encoding="utf-8"),
    css=":host { display: contents; }",
)


def switch(where: str) -> None:
    """The control, drawn on every page; `where` is its name. What was chosen goes along when the page changes, and a link that
    says something else is followed."""
    came = st.session_state.get("presenter_at") != where
    st.session_state["presenter_at"] = where
    written = st.query_params.get(PRESENTER)
    if came and written is not None:
        st.session_state[PRESENTER] = written == "true"
    elif PRESENTER in st.session_state:
        st.session_state[PRESENTER] = bool(st.session_state[PRESENTER])  # to another page it is a new widget
    st.toggle(
        t("Presenter"),
        key=PRESENTER,
        help=t("For a room: large type, one figure beside the drawing, and a clicker that walks the story."),
    )
    if on():
        st.query_params[PRESENTER] = "true"
    else:
        st.query_params.pop(PRESENTER, None)


def on() -> bool:
    """Whether this visit is in front of a room."""
    return bool(st.session_state.get(PRESENTER, False))


def dress() -> None:
    """The page for a room, or for a desk again: larger type, and the sidebar folded away; its arrow brings it back."""
    if on() != st.session_state.get("presented", False):
        st.session_state["presented"] = on()
        st.set_page_config(initial_sidebar_state="collapsed" if on() else "expanded")
    if on():
        st.html(f"<style>{CSS}</style>")


def keys(on_walk: Callable[[int], None] | None = None, on_home: Callable[[], None] | None = None) -> None:
    """A clicker's keys, in front of a room: Page Up and Page Down, and Space, call `on_walk` with −1 or 1; Home calls `on_home`, and
    the stage on screen goes to its opening before that arrives. B blanks the screen in the browser alone."""
    if not on():
        return

    def walked() -> None:
        by = _told("walk")
        if on_walk is not None and by in (-1, 1):
            on_walk(int(by))

    def went_home() -> None:
        if on_home is not None:
            on_home()

    _component(
        key="presenter_keys",
        data={"blank": t("The screen is blank; B brings it back"), "walks": on_walk is not None},
        on_walk_change=walked,
        on_home_change=went_home,
    )


def _told(name: str) -> Any:
    """What the browser said last under a name: anything."""
    held = st.session_state.get("presenter_keys")
    told = held.get(name) if isinstance(held, Mapping) else None
    by = told.get("by") if isinstance(told, Mapping) else None
    return by if isinstance(by, int) and not isinstance(by, bool) else None
