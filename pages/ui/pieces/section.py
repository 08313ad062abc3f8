"""A section that is closed until asked for; whether it is open is in the URL, and a closed one costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from engine.runs.studies.shipped import Shipped
from pages.ui import share
from pages.ui.language import t
from pages.ui.pieces.verdict import summary, verdicts_of
from pages.ui.place import Place
from pages.ui.run import polling, training

S = TypeVar("S")
TOGGLED = "toggled"


def own_section(title: str, key: str, draw: Callable[[], None]) -> None:
    """A section for what a visitor brings: drawn with the page, as whatever is done in it concerns the stage."""
    body = st.expander(title, key=key, icon=":material/upload_file:", on_change="rerun", bind="query-params")
    if body.open:
        with body:
            draw()


def section(title: str, key: str, draw: Callable[[], None], icon: str | None = None, *, follows: bool = False) -> None:
    """Draw an expander; `draw` fills it while it is open, and is asked anew at each drawing, so it looks for itself what is
    on stage then.

    Opening and closing it draws nothing else of the page. A control inside may move the stage, so it draws all. One that
    `follows` is drawn again with each frame of a run while it is open.
    """
    drawn = False

    def fragment() -> None:
        nonlocal drawn
        toggled = key in st.session_state.setdefault(TOGGLED, set())
        st.session_state[TOGGLED].discard(key)
        if drawn and not toggled and not polling.called(key):
            st.rerun()
        drawn = True
        share.noted()
        body = st.expander(title, key=key, icon=icon, on_change=_toggled, args=(key,), bind="query-params")
        if body.open:
            with body:
                draw()
        if toggled and polling.going_on() and not polling.ticking():
            st.rerun()  # what has come on screen is drawn anew by the page's clock

    def stamp() -> object:
        return training.frames_stamp() if looking() else None

    def looking() -> bool:
        return follows and bool(st.session_state.get(key))

    polling.polled(fragment, key, stamp, lambda: training.active() and looking())


def _toggled(key: str) -> None:
    st.session_state[TOGGLED].add(key)


@dataclass(frozen=True, slots=True)
class Section(Generic[S]):
    """A closed section of a page: a closer look, or an experiment that stored studies answer.

    key     its name in the URL, behind the playground's
    title   a sentence of the catalogues
    draw    fills it, from what is on stage then
    claims  of the ladder, that answer it, and what each says, by its id: their verdicts stand in the title
    shown   whether there is such a section for what is on stage; always, where nothing is said
    """

    key: str
    title: str
    draw: Callable[[S], None]
    icon: str = ""
    claims: Callable[[], Mapping[str, str]] = dict
    shown: Callable[[S], bool] | None = None


def draw_section(
    one: Section[S],
    place: Place,
    shipped: Shipped[Any, Any],
    now: Callable[[], S],
    below: Callable[[Section[S]], None] | None = None,
) -> None:
    """Draw one section of a page, `now` telling what is on stage. An experiment has something `below` it and rests on a stored
    study; any other is a look at what is on stage, and follows it."""
    if one.shown is not None and not one.shown(now()):
        return
    title: str = t(one.title)
    if one.claims():
        try:
            verdicts = verdicts_of(shipped, one.claims())
            title = title + " " + summary([verdict for id_, verdict in verdicts.items() if id_ in shipped.family])
        except (KeyError, FileNotFoundError):  # the claims were changed and not yet trained; a test fails on that too
            st.warning(t("{question} The stored study is older than the question: run `make claims`.", question=title))
            return

    def draw() -> None:
        one.draw(now())
        if below is not None:
            below(one)

    section(title, place.open_key(one.key), draw, one.icon and f":material/{one.icon}:", follows=below is None)
