"""The control that chooses one unit of a part, and leaves its choice in the URL."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.runs.config import IntRange
from pages.ui.controls import controls
from pages.ui.place import Place


def unit(place: Place, name: str, label: str, count: int, start: int, **how: Any) -> int:
    """Which of `count` units, from 0. Until the viewer chooses one it is `start`, which may be another at every moment: so
    the control is not bound to the URL, and only a choice is written there, under `name`."""
    asked = place.number(name, 1)
    first = start + 1 if asked is None else min(asked, count)
    held = f"{name}_{first}_{count}"

    def choose() -> None:
        place.write(name, str(st.session_state[held]))

    return controls.whole_number(label, IntRange(1, count), first, key=held, on_change=choose, **how) - 1
