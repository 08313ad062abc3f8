"""Where the viewer of this page is, and how presets and the story bring it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from engine.recurrent import CELLS, RecurrentConfig
from engine.recurrent.probe import probe
from pages.recurrent.settings import HERO, HERO_START, PRESET, PRESETS, choose, hero
from pages.ui.controls.controls import Preset
from pages.ui.language import language
from pages.ui.place import Place

SOURCE, UNIT = "recurrent_source", "recurrent_unit"
_SEEN = "recurrent_peephole_seen"
PLACE = Place(
    "recurrent", CELLS, r"x|before_h|before_c|f|i|g|o|c|h|kept|written|said|tanh|answer", HERO, HERO_START, "lstm"
)
SECTIONS = (
    "units",
    "gradient",
    "chain",
    "connectivity",
    "learning",
    "intervene",
    "own_sentence",
    "mixed",
    "single",
    "bias",
    "counting",
    "delays",
    "own_text",
    "notes",
)


def go(setting: Mapping[str, str]) -> None:
    """Callback: bring the stage to a story's state."""
    chosen = next((p for p in PRESETS if p.id == setting.get("preset")), None)
    _arrive(chosen, float(setting.get("hero", HERO_START)))
    PLACE.open_only(SECTIONS, (setting.get("open", ""),))
    word = setting.get("word", "")
    step = _told() if word == "told" else {"last": "", "first": "-999"}.get(word, word)
    part = setting.get("select", "").replace("none", "")
    PLACE.go({PLACE.step: step, PLACE.rung: setting.get("rung", ""), PLACE.part: part})


def take(preset: Preset | None) -> None:
    """Callback of the presets: the settings, and the player goes to the rung that shows it."""
    _arrive(preset, HERO_START)
    PLACE.go({PLACE.rung: preset.rung if preset else "", PLACE.step: ""})


def first_peephole() -> bool:
    """Whether the peephole rung is chosen for the first time, by hand and with no other task at work. True once."""
    language_task = st.session_state.get("recurrent_task", "language") == "language"
    if not language_task or st.session_state.get(PRESET) or st.session_state.get(_SEEN):
        return False
    st.session_state[_SEEN] = True
    return True


def _arrive(preset: Preset | None, distance: float) -> None:
    st.session_state[PRESET] = preset.id if preset else None
    choose(preset)
    longest = preset.fields.get("distance", RecurrentConfig().distance) if preset else RecurrentConfig().distance
    PLACE.set_hero(min(distance, float(longest)))
    for name in (SOURCE, PLACE.moment, *(unit_key(cell) for cell in CELLS)):
        PLACE.write(name, "")


def _told() -> str:
    """The step of the word that tells the answer, counted back from the last."""
    asked = RecurrentConfig(sentences=language())
    one = probe(asked, int(hero(asked.distance)))
    return str(one.told + 1 - len(one.written))


def unit_key(cell: str) -> str:
    """The unit of each cell that is followed."""
    return f"{UNIT}_{cell}"


def source(told: int) -> int:
    """The word whose trace is followed along the belt, counted from the sequence's first: the URL's, else `told`."""
    chosen = PLACE.read(SOURCE)
    return int(chosen) if chosen.isdecimal() and len(chosen) < 4 else told
