"""The declared pages, and what can be tried on them: derived from what they declare and from what they draw."""

from __future__ import annotations

import functools
import importlib
from typing import Any

from streamlit.testing.v1 import AppTest

from pages.ui.declared import Page
from pages.ui.playground import playgrounds
from tests.pages.visits import opened_at

PAGES: dict[str, Page[Any, Any]] = {
    room.name: importlib.import_module(f"pages.{room.name}.declared").PAGE for room in playgrounds()
}
ALIKE = ("lang", "presenter", "training")
"""Names in the URL that all pages know."""
CHOSEN: dict[str, dict[str, str]] = {
    "recurrent": {"recurrent_part": "answer", "recurrent_rung": "peephole", "recurrent_forced_cell": "peephole"},
    "matching": {"matching_part": "d1_inner", "matching_rung": "lstm"},
    "multitask": {"multitask_part": "gate:0", "multitask_sample": "true"},
    "recommender": {"recommender_sample": "true"},
}
"""What must be chosen for the drill-down, and for a section of own data, to draw all its controls."""


def opened(name: str, locale: str = "en-US", **params: str | list[str]) -> AppTest:
    """A playground's page as a link opens it."""
    return opened_at(PAGES[name].about.page, locale, **params)


def everything(name: str) -> dict[str, str]:
    """Every section open, and a part chosen."""
    page = PAGES[name]
    return {page.place.open_key(section): "true" for section in page.sections} | CHOSEN[name]


@functools.cache
def names_drawn(name: str) -> tuple[str, ...]:
    """Names of every control that the page draws with everything open: those in sections, too."""
    at = opened(name, **everything(name))
    found = {block.key for block in _elements(at) if isinstance(getattr(block, "key", None), str)}
    return tuple(sorted(key for key in found if key.startswith(f"{name}_")))


def _elements(at: AppTest) -> list[Any]:
    kinds = (
        "number_input selectbox multiselect slider select_slider text_input toggle checkbox radio button_group".split()
    )
    return [element for kind in kinds for element in at.get(kind)]


@functools.cache
def names(name: str) -> tuple[str, ...]:
    """Every name in the URL that means something on the page."""
    page = PAGES[name]
    return tuple(sorted({*page.names, *names_drawn(name), f"{name}_point", f"{name}_file", *ALIKE}))
