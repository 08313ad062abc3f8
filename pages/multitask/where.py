"""Where the viewer of this page is."""

from __future__ import annotations

import streamlit as st

from engine.multitask import STRUCTURES, MultitaskConfig
from engine.runs.config import FloatRange
from pages.ui.controls import controls
from pages.ui.place import Place

PLACE = Place(
    "multitask",
    STRUCTURES,
    r"x|shared|bottom|gate|(bottom|(lower_)?(expert|gate|mix)|tower|y):[0-9]{1,2}",
    controls.key(MultitaskConfig, "correlation"),
    FloatRange(-1.0, 1.0),
    opens_on="mmoe",  # what the page's sentence is about: a rung above it changes nothing of the opening
)


def choose_unit(part: str, unit: int) -> None:
    """The unit whose sum the drill-down opens, for parts of this kind."""
    st.session_state[unit_key(part)] = unit + 1


def unit_key(part: str) -> str:
    """The key of the unit's control, one for each kind of part."""
    return f"multitask_unit_{part.partition(':')[0]}"
