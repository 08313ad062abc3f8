"""Where the viewer is: frame, rung and selected part, kept in the URL beside the settings."""

from __future__ import annotations

import re
from collections.abc import Mapping

import streamlit as st

from engine.multitask import STRUCTURES, MultitaskConfig
from pages.multitask.settings import CORRELATION, PRESET, PRESETS, Preset, choose
from pages.ui.position import Position

STEP, RUNG, PART, SHOWN = "multitask_step", "multitask_rung", "multitask_part", "multitask_shown"
UNIT = "multitask_unit"
_PART = re.compile(r"x|shared|bottom|gate|(bottom|expert|gate|mix|tower|y):[0-9]{1,2}")
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
SEEK, REFRESH, WRITTEN = "multitask_seek", "multitask_refresh", "multitask_written"


def start(steps: tuple[int, ...], structures: tuple[str, ...], hero: float) -> Position:
    """The position that the URL names, the last frame of the highest rung where it names none."""
    step = st.query_params.get(STEP, "")
    frame = len(steps) - 1
    if step.isdecimal() and len(step) < 9:
        frame = min(range(len(steps)), key=lambda index: abs(steps[index] - int(step)))
    rung = st.query_params.get(RUNG, "")
    ladder = [structure for structure in STRUCTURES if structure in structures]
    part = st.query_params.get(PART, "")
    return Position(frame, hero, rung if rung in ladder else ladder[-1], part if _PART.fullmatch(part) else None)


def remember(position: Position, steps: tuple[int, ...]) -> None:
    """Write a position to the URL; what is at its default is left out."""
    _write(STEP, "" if position.frame == len(steps) - 1 else str(steps[position.frame]))
    _write(RUNG, "" if position.rung == STRUCTURES[-1] else position.rung)
    _write(PART, position.selected or "")


def choose_unit(part: str, unit: int) -> None:
    """The unit whose sum the drill-down opens, for parts of this kind."""
    st.session_state[unit_key(part)] = unit + 1


def unit_key(part: str) -> str:
    """The key of the unit's control, one for each kind of part."""
    return f"{UNIT}_{part.partition(':')[0]}"


def set_correlation(p: float) -> None:
    """The hero was released: the config and the URL follow."""
    st.session_state[CORRELATION] = round(p, 4)
    _write(CORRELATION, "" if p == MultitaskConfig().correlation else f"{p:g}")


def go(setting: Mapping[str, str]) -> None:
    """Callback: bring the stage to a story's state."""
    chosen = next((p for p in PRESETS if p.id == setting.get("preset")), None)
    st.session_state[PRESET] = chosen.id if chosen else None
    choose(chosen)
    set_correlation(float(setting.get("hero", "0")))
    _write(STEP, "0" if setting.get("frame") == "first" else "")
    _write(RUNG, setting.get("rung", ""))
    _write(PART, setting.get("select", ""))
    for name in SECTIONS:
        st.session_state[open_key(name)] = name in _OPENS.get(setting.get("open", ""), ())
    seek()


def take(preset: Preset | None) -> None:
    """Callback of the presets: the settings, and the player goes to the rung that shows it."""
    choose(preset)
    set_correlation(preset.fields.get("correlation", 0.0) if preset else 0.0)
    _write(RUNG, preset.rung if preset and preset.rung != STRUCTURES[-1] else "")
    _write(STEP, "")
    if preset is not None and preset.id == "figure4":
        st.session_state[open_key("figure4")] = True
    seek()


def follow(player: str) -> None:
    """Bring the player along when the URL has changed under the page (back, forward); coming from another page, which
    empties the URL, restore what it said. Once a run, before anything is drawn."""
    known = st.session_state.get(WRITTEN)
    here = {name: st.query_params.get(name, "") for name in (STEP, RUNG, PART, CORRELATION)}
    st.session_state[WRITTEN] = here
    if known is None or here == known:
        return
    if player not in st.session_state:  # its state went when the page was left
        for name, value in known.items():
            _write(name, value)
    else:
        st.session_state.pop(CORRELATION, None)  # the URL's counts
    seek()


def seek() -> None:
    """The player goes to the position in the URL at the next draw."""
    st.session_state[SEEK] = st.session_state.get(SEEK, 0) + 1


def open_key(name: str) -> str:
    """The key, and the name in the URL, of a section's open state."""
    return f"multitask_open_{name}"


def _write(name: str, value: str) -> None:
    st.session_state.setdefault(WRITTEN, {})[name] = value
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)
