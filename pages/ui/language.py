"""English and 中文: gettext catalogues, read once; the English sentence is the key."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import streamlit as st
from babel.messages.pofile import read_po

from engine.errors import UserError
from engine.files import ROOT
from pages.ui.controls.choices import one_of
from pages.ui.marked import Marked, unmarked

LANGUAGES = {"en": "English", "zh": "中文"}
CATALOGUES = ROOT / "assets" / "locale"
KEY = "lang"


def N_(sentence: str) -> str:
    """Marks a sentence for the catalogues where it is translated later."""
    return sentence


@functools.cache
def catalogue(language: str) -> dict[str, str]:
    """English sentence → the language's; empty for English."""
    if language == "en":
        return {}
    with (CATALOGUES / f"{language}.po").open("rb") as source:
        return {str(m.id): str(m.string) for m in read_po(source, locale=language) if m.id and m.string}


_SPOKEN: ContextVar[str] = ContextVar("spoken", default="")


@contextmanager
def speaking(spoken: str) -> Iterator[None]:
    """In this language, without a look at the session: for one drawing of a page, which asks for it a hundred times, and for a
    download, which runs where there is no session."""
    before = _SPOKEN.set(spoken)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def language() -> str:
    """The language of this session: the viewer's choice, else the browser's."""
    if spoken := _SPOKEN.get():
        return spoken
    chosen = st.session_state.get(KEY)
    return chosen if chosen in LANGUAGES else from_browser()


def from_browser() -> str:
    """zh for a Chinese browser, else en."""
    return "zh" if (st.context.locale or "").lower().startswith("zh") else "en"


def t(sentence: str, **values: Any) -> Marked:
    """The sentence in the session's language, as Markdown. A text that fills it is made plain: it may be of a user's file."""
    text = Marked(_said(sentence))
    return text.format(**values) if values else text


def bare(sentence: str, **values: Any) -> str:
    """The sentence for what renders no Markdown: the stage, a chart, a table's cell, an option of a list, a report."""
    words = {name: unmarked(value) if isinstance(value, Marked) else value for name, value in values.items()}
    return _said(sentence).format(**words) if words else _said(sentence)


def _said(sentence: str) -> str:
    return catalogue(language()).get(sentence, sentence)


def listed(parts: Iterable[str], mark: str = ", ") -> str:
    """Parts of a sentence, one after another, with the language's marks; Markdown as soon as one of them is."""
    between, whole = {", ": "、", "; ": "；"}.get(mark, mark) if language() == "zh" else mark, tuple(parts)
    return (Marked(between) if any(isinstance(part, Marked) for part in whole) else between).join(whole)


FULL_WIDTH = "。；：！？，"
"""Marks that bring their own room: after one of them Chinese leaves no space."""


def sentences(parts: Iterable[str]) -> Marked:
    """Sentences one after another, with a space between them where the language has one."""
    told = Marked("")
    for part in filter(None, parts):
        close = not told or language() == "zh" and told.endswith(tuple(FULL_WIDTH))
        told = told + (Marked("") if close else Marked(" ")) + part
    return told


def together(parts: Iterable[str]) -> str:
    """Several as one: a, b and c."""
    *several, last = parts
    return t("{several} and {last}", several=listed(several), last=last) if several else last


def after_stop() -> str:
    """What stands between two sentences: in Chinese nothing, beside a full-width stop."""
    return "" if language() == "zh" else " "


def explain(error: UserError) -> Marked:
    """A user error in the session's language, as Markdown. What fills it is made plain: it may be the name of a user's column."""
    return t(error.sentence, **error.values)


def follow(slot: str) -> None:
    """Before the control of a page's own text language is drawn: it goes along when the screen's language changes."""
    seen = f"{slot}_beside"
    if st.session_state.get(seen, language()) != language():
        st.session_state[slot] = language()
    st.session_state[seen] = language()


def switch() -> None:
    """The language control. Its choice is in the URL, and goes along when the page changes."""
    if KEY in st.session_state:
        st.session_state[KEY] = st.session_state[KEY]  # to another page it is a new widget, which would start anew
    one_of(t("Language"), list(LANGUAGES), from_browser(), key=KEY, name_of=LANGUAGES.__getitem__, wide=True)
