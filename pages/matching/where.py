"""Where the viewer of this page is, and how presets and the story bring it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from engine.matching import MODELS
from pages.matching.settings import PRESET, PRESETS, choose
from pages.ui.controls.controls import Preset
from pages.ui.place import Place

HERO, ASKED, WITHOUT, UNIT = (f"matching_{name}" for name in ("at", "q", "without", "unit"))
PLACE = Place("matching", MODELS, r"(q|d1|d2)_(input|inner|pool|vector)|cos[1-5]|p[1-5]", HERO, 0.0, "clsm")
SECTIONS = (
    "measures",
    "hashing",
    "shapes",
    "filters",
    "delete",
    "reading",
    "gamma",
    "space",
    "order",
    "spelling",
    "evidence",
    "beyond",
    "towers",
    "own_pairs",
    "notes",
)


def hero() -> int:
    """Which query is on stage, by its place among those offered: the session's, else the URL's."""
    if HERO not in st.session_state:
        written = PLACE.read(HERO)
        st.session_state[HERO] = float(written) if written.isdecimal() and len(written) < 3 else 0.0
    return int(st.session_state[HERO])


def choose_query(value: float) -> None:
    """Another query; what was deleted belonged to the last one."""
    if int(value) != hero():
        PLACE.write(WITHOUT, "")
    PLACE.set_hero(float(round(value)))


def asked() -> str:
    """The query that was typed, if any."""
    return PLACE.read(ASKED)[:200]


def ask(text: str, offered: int) -> None:
    """A typed query comes on stage, behind the `offered` ones."""
    PLACE.write(ASKED, text)
    choose_query(float(offered))
    PLACE.write(WITHOUT, "")


def deleted(words: int) -> tuple[int, ...]:
    """Words taken away, by their place through query and document."""
    parts = PLACE.read(WITHOUT).split(".")
    return tuple(sorted({int(part) for part in parts if part.isdecimal() and len(part) < 4 and int(part) < words}))


def toggle(word: int, words: int) -> None:
    """Delete a word, or bring it back."""
    now = set(deleted(words)) ^ {word}
    PLACE.write(WITHOUT, ".".join(map(str, sorted(now))))


def forget_query() -> None:
    """Another log: its queries are others."""
    for name in (WITHOUT, ASKED):
        PLACE.write(name, "")
    PLACE.set_hero(0.0)


def unit() -> int:
    """The filter or unit that the drill-down shows, from 0."""
    written = PLACE.read(UNIT)
    return int(written) - 1 if written.isdecimal() and 0 < int(written[:4]) < 1_000 else 0


def go(setting: Mapping[str, str]) -> None:
    """Callback: bring the stage to a story's state."""
    chosen = next((p for p in PRESETS if p.id == setting.get("preset")), None)
    _arrive(chosen, float(setting.get("hero", "0")))
    PLACE.open_only(SECTIONS, (setting.get("open", ""),))
    word = setting.get("word", "")
    step = {"last": "", "first": "-999"}.get(word, word)
    PLACE.go({
        PLACE.step: step, PLACE.rung: setting.get("rung", ""), PLACE.part: setting.get("select", "").replace("none", "")
    })  # fmt: skip


def take(preset: Preset | None) -> None:
    """Callback of the presets: the settings, and the player goes to the rung that shows it."""
    _arrive(preset, 0.0)
    PLACE.go({PLACE.rung: preset.rung if preset else "", PLACE.step: ""})


def _arrive(preset: Preset | None, query: float) -> None:
    st.session_state[PRESET] = preset.id if preset else None
    choose(preset)
    choose_query(query)
    for name in (WITHOUT, UNIT, ASKED, PLACE.moment):
        PLACE.write(name, "")
