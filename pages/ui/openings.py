"""Openings: what each page says as it opens, in every language, made once for all visitors and outside of any visit.

A page's own `answer` says it. Its recording is read for that, and the recommender is opened, which takes seconds: a thread does it,
and who comes before it has ended waits for no sentence.
"""

from __future__ import annotations

import importlib
import logging
import threading
from typing import Any

import streamlit as st

from pages.ui.declared import Page
from pages.ui.language import LANGUAGES, speaking
from pages.ui.playground import playgrounds

LOG = logging.getLogger("gatescope.openings")
NAME = "openings"


def declared(room: str) -> Page[Any, Any]:
    """The page that a playground declares."""
    page = importlib.import_module(f"pages.{room}.declared").PAGE
    assert isinstance(page, Page)
    return page


def sentence(room: str, language: str) -> str:
    """What a page answers as a cold link opens it. Outside of a session: no visitor's slider is read, none is moved."""
    page = declared(room)
    with speaking(language):
        return page.answer(page.shown())


class Openings:
    """The sentences by room and language, as far as they are made."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], str] = {}
        self._thread = threading.Thread(target=self._make, name=NAME, daemon=True)
        logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").addFilter(_outside)
        self._thread.start()

    def said(self, room: str, language: str) -> str | None:
        """None where it is not made yet; "" where it could not be."""
        return self._said.get((room, language))

    def wait(self) -> None:
        """Until all are made."""
        self._thread.join()

    def _make(self) -> None:
        for language in LANGUAGES:
            for room in playgrounds():
                try:
                    self._said[room.name, language] = sentence(room.name, language)
                except Exception:  # home stands without it
                    LOG.exception("the opening of %s could not be said", room.name)
                    self._said[room.name, language] = ""


def _outside(record: logging.LogRecord) -> bool:
    """Streamlit remarks at each look at the session that this thread has none: that is meant."""
    return record.threadName != NAME


@st.cache_resource(show_spinner=False)
def openings() -> Openings:
    """The openings of this server; they begin to be made when they are asked for first."""
    return Openings()
