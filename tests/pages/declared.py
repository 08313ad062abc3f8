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
def section_alone(name: str, section: str) -> AppTest:
    """The page with this section open alone, and a part chosen; with no section, "", what stands beside them."""
    shown = {PAGES[name].place.open_key(section): "true"} if section else {}
    return opened(name, **shown | CHOSEN[name])


@functools.cache
def drawn_in(name: str) -> dict[str, str]:
    """Names of all controls of the page → the section that draws them, "" for those that stand beside the sections."""
    found: dict[str, str] = {}
    for section in ("", *PAGES[name].sections):
        keys = {element.key for element in _elements(section_alone(name, section)) if isinstance(element.key, str)}
        found = {key: section for key in keys if key.startswith(f"{name}_")} | found
    return found


def _elements(at: AppTest) -> list[Any]:
    kinds = (
        "number_input selectbox multiselect slider select_slider text_input toggle checkbox radio button_group".split()
    )
    return [element for kind in kinds for element in at.get(kind)]


@functools.cache
def names(name: str) -> tuple[str, ...]:
    """Every name in the URL that means something on the page."""
    page = PAGES[name]
    return tuple(sorted({*page.names, *drawn_in(name), f"{name}_point", f"{name}_file", f"{name}_sum", *ALIKE}))
