"""The story in front of a room: one line above the stage, questions before what answers them, and where a clicker leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui import arrival
from pages.ui.declared import Page
from pages.ui.language import language, t
from pages.ui.marked import Marked
from pages.ui.pieces import questions, story
from pages.ui.pieces.story import State
from pages.ui.run.live import RECORDED


class Room:
    """One page's story as a room follows it. Where it is stands in the URL."""

    def __init__(self, page: Page[Any, Any]) -> None:
        self._page, name = page, page.about.name
        self._states = story.load(name, language())
        self._point, self._hands, self._revealed = f"{name}_point", f"{name}_hands", f"{name}_revealed"

    def at(self) -> int | None:
        """The point that is being told, if any."""
        written = st.query_params.get(self._point, "")
        known = written.isdecimal() and len(written) < 4 and 1 <= int(written) <= len(self._states)
        return int(written) - 1 if known else None

    def asking(self) -> bool:
        """Whether this point's question is open: what answers it is not shown yet."""
        at = self.at()
        return at is not None and self._states[at].question is not None and not self._is_revealed()

    def _is_revealed(self) -> bool:
        return st.query_params.get(self._revealed) == "true"

    def walk(self, by: int) -> None:
        """Callback of the clicker: what is right, else the next point or the one before."""
        at = self.at()
        if by > 0 and self.asking():
            self.reveal()
        elif at is None and by > 0:
            self.go(0)
        elif at == 0 and by < 0:
            self.leave()
        elif at is not None and at + by < len(self._states):
            self.go(at + by)

    def go(self, index: int) -> None:
        """Callback: tell this point."""
        self._forget()
        st.query_params[self._point] = str(index + 1)
        self._show(self._states[index].setting)

    def reveal(self) -> None:
        """Callback: the recording plays to what answers the question."""
        at = self.at()
        question = self._states[at].question if at is not None else None
        if question is not None:
            st.query_params[self._revealed] = "true"
            self._show(question.reveal)
            self._page.place.play()

    def leave(self) -> None:
        """Callback: no story."""
        self._forget()
        st.query_params.pop(self._point, None)

    def home(self) -> None:
        """Callback of Home: the opening of the page. A run goes on; it is one click away."""
        self.leave()
        self._show({})

    def _forget(self) -> None:
        questions.forget(self._hands)
        st.query_params.pop(self._revealed, None)

    def _show(self, setting: Mapping[str, str]) -> None:
        place = self._page.place
        if place.shown in st.session_state:
            st.session_state[place.shown] = RECORDED
        arrival.show_state(self._page, setting)

    def draw(self, above: DeltaGenerator) -> None:
        """The point being told, in `above`; nothing until the story is asked for."""
        at = self.at()
        if at is None:
            return
        state = self._states[at]
        with above:
            self._line(at, state)
            if self.asking():
                st.html("<style>.st-key-question p, .st-key-origin { visibility: hidden; }</style>")
                assert state.question is not None
                questions.ask(state.question, self._hands, self.reveal)
            elif state.question is not None:
                found = self._page.questions[state.question.name](self._page.shown())
                questions.tell(state.question, found, self._hands)

    def _line(self, at: int, state: State) -> None:
        last = at + 1 == len(self._states)
        with st.container(horizontal=True, vertical_alignment="center", key="room_line"):
            st.button(
                t("Previous point"),
                icon=":material/chevron_left:",
                key="story_previous",
                on_click=self.walk,
                args=(-1,),
            )
            head = Marked("**{at} / {count} · {title}**")
            st.markdown(head.format(at=at + 1, count=len(self._states), title=Marked(state.title)))
            with st.popover(t("Text"), icon=":material/notes:", key="room_text"):
                st.markdown(state.text)
            st.button(
                t("Next point"),
                icon=":material/chevron_right:",
                key="story_next",
                on_click=self.walk,
                args=(1,),
                disabled=last and not self.asking(),
            )
            st.button(t("Close"), icon=":material/close:", key="story_close", on_click=self.leave, type="tertiary")
