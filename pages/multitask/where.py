"""Where the viewer of this page is, and how presets and the story bring it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from engine.multitask import STRUCTURES
from pages.multitask.settings import CORRELATION, PRESET, PRESETS, Preset, choose
from pages.ui.place import Place

UNIT = "multitask_unit"
PLACE = Place(
    "multitask",
    STRUCTURES,
    r"x|shared|bottom|gate|(bottom|expert|gate|mix|tower|y):[0-9]{1,2}",
    hero=CORRELATION,
    hero_start=0.0,
)
SECTIONS = (
    "labels",
    "gates",
    "intervene",
    "loss",
    "gap",
    "advantage",
    "distance",
    "sharing",
    "breaks",
    "figure4",
    "study",
    "own_data",
    "notes",
)
_OPENS = {"experiments": ("loss", "gap", "advantage")} | {name: (name,) for name in SECTIONS}


def choose_unit(part: str, unit: int) -> None:
    """The unit whose sum the drill-down opens, for parts of this kind."""
    st.session_state[unit_key(part)] = unit + 1


def unit_key(part: str) -> str:
    """The key of the unit's control, one for each kind of part."""
    return f"{UNIT}_{part.partition(':')[0]}"


def go(setting: Mapping[str, str]) -> None:
    """Callback: bring the stage to a story's state."""
    chosen = next((p for p in PRESETS if p.id == setting.get("preset")), None)
    st.session_state[PRESET] = chosen.id if chosen else None
    choose(chosen)
    PLACE.set_hero(float(setting.get("hero", "0")))
    PLACE.open_only(SECTIONS, _OPENS.get(setting.get("open", ""), ()))
    step = "0" if setting.get("frame") == "first" else ""
    PLACE.go({PLACE.step: step, PLACE.rung: setting.get("rung", ""), PLACE.part: setting.get("select", "")})


def take(preset: Preset | None) -> None:
    """Callback of the presets: the settings, and the player goes to the rung that shows it."""
    choose(preset)
    PLACE.set_hero(preset.fields.get("correlation", 0.0) if preset else 0.0)
    if preset is not None and preset.id == "figure4":
        st.session_state[PLACE.open_key("figure4")] = True
    PLACE.go({PLACE.rung: preset.rung if preset else "", PLACE.step: ""})
