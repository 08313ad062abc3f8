"""The story of a playground as a panel: one point a state, with previous and next."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui import story
from pages.ui.language import language, t


def story_panel(name: str, on_state: Callable[[Mapping[str, str]], None], above: DeltaGenerator) -> None:
    """Closed until asked for. Opening a point calls `on_state` with its settings, and the point is told in `above`.
    The point is in the URL."""
    states = story.load(name, language())
    slot = f"{name}_point"
    at = _point(slot, len(states))

    def go(index: int) -> None:
        st.query_params[slot] = str(index + 1)
        on_state(states[index].setting)

    def leave() -> None:
        st.query_params.pop(slot, None)

    place = st.container() if at is None else above
    with place.container(border=True, key="story", gap="xsmall"):
        if at is None:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    t("Tell the story"),
                    icon=":material/menu_book:",
                    key="story_open",
                    on_click=go,
                    args=(0,),
                    type="tertiary",
                )
                st.caption(t("{count} points, each shown on the stage as a claim to check", count=len(states)))
            return
        state = states[at]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                t("Previous point"),
                icon=":material/chevron_left:",
                key="story_previous",
                on_click=go,
                args=(at - 1,),
                disabled=at == 0,
            )
            st.button(
                t("Next point"),
                icon=":material/chevron_right:",
                key="story_next",
                on_click=go,
                args=(at + 1,),
                disabled=at + 1 == len(states),
            )
            st.markdown(f"**{at + 1} / {len(states)} · {state.title}** &nbsp; :gray[{' '.join(state.ids)}]")
            st.button(t("Close"), icon=":material/close:", key="story_close", on_click=leave, type="tertiary")
        st.markdown(state.text)


def _point(slot: str, count: int) -> int | None:
    written = st.query_params.get(slot, "")
    return int(written) - 1 if written.isdecimal() and len(written) < 4 and 1 <= int(written) <= count else None
