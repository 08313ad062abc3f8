"""The story of a playground as a panel: one point a state, with previous and next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui import theme
from pages.ui.language import language, t
from pages.ui.marked import Marked
from pages.ui.pieces import questions, story
from pages.ui.pieces.questions import Found

OnState = Callable[[Mapping[str, str]], None]


def story_panel(name: str, on_state: OnState, beside: DeltaGenerator, found: Callable[[str], Found]) -> None:
    """The point being told, in `beside`, which stands in the sidebar's place; nothing until the story is asked for. Opening a
    point calls `on_state` with its settings, and answering its question with those that show what is right; `found` tells by the
    question's name what was measured. The point is in the URL."""
    states = story.load(name, language())
    at = _point(_slot(name), len(states))
    if at is None:
        return

    def leave() -> None:
        st.query_params.pop(_slot(name), None)

    with beside.container(key="story", gap="xsmall"):
        st.html(theme.STORY)
        state = states[at]
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="story_turns"):
            st.button(
                t("Previous point"),
                icon=":material/chevron_left:",
                key="story_previous",
                on_click=_go,
                args=(name, at - 1, on_state),
                disabled=at == 0,
            )
            st.button(
                t("Next point"),
                icon=":material/chevron_right:",
                key="story_next",
                on_click=_go,
                args=(name, at + 1, on_state),
                disabled=at + 1 == len(states),
            )
            st.button(t("Close"), icon=":material/close:", key="story_close", on_click=leave, type="tertiary")
        head = Marked("**{at} / {count} · {title}** &nbsp; :gray[{ids}]")
        title, ids = Marked(state.title), " ".join(state.ids)
        st.markdown(head.format(at=at + 1, count=len(states), title=title, ids=ids))
        if (asked := state.question) is not None:
            slot = f"{_slot(name)}_guess_{at}"
            questions.guess(asked, partial(found, asked.name), slot, partial(on_state, asked.reveal))
        st.markdown(state.text)


def story_invitation(name: str, on_state: OnState) -> None:
    """Beside the question, until the story is being told."""
    states = story.load(name, language())
    if _point(_slot(name), len(states)) is not None:
        return
    st.button(
        t("Tell the story"),
        icon=":material/menu_book:",
        key="story_open",
        on_click=_go,
        args=(name, 0, on_state),
        help=t("{count} points, each shown on the stage as a claim to check", count=len(states)),
        type="tertiary",
    )


def _go(name: str, index: int, on_state: OnState) -> None:
    st.query_params[_slot(name)] = str(index + 1)
    on_state(story.load(name, language())[index].setting)


def told(name: str) -> bool:
    """Whether the story of a playground is being told."""
    return _point(_slot(name), len(story.load(name, language()))) is not None


def _slot(name: str) -> str:
    return f"{name}_point"


def _point(slot: str, count: int) -> int | None:
    written = st.query_params.get(slot, "")
    return int(written) - 1 if written.isdecimal() and len(written) < 4 and 1 <= int(written) <= count else None
