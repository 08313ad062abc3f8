"""Bringing a page's stage elsewhere: by a preset, by a point of its story, by an old link, or back to what it opens on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.ui.controls.controls import Preset
from pages.ui.declared import Page
from pages.ui.run import live

FIRST = "-999"
"""A step before every first one: the stage goes to the nearest that there is."""


def by_old_names(room: str, renamed: Mapping[str, str]) -> None:
    """A link names settings as they were called when it was made: the URL says today's names before anything is drawn. Where
    it says both, today's counts."""
    loose = {f"{room}_{old}": f"{room}_{now}" for old, now in renamed.items() if f"{room}_{old}" in st.query_params}
    for old, now in loose.items():
        if now not in st.query_params:
            st.query_params[now] = st.query_params.get_all(old)
        del st.query_params[old]
    if loose:
        st.rerun()  # a control takes its value from the URL that a run began with


def take(page: Page[Any, Any], preset: Preset | None) -> None:
    """Callback of the presets: the settings, and the player goes to the rung that shows it."""
    place = page.place
    _arrive(page, preset, page.hero_of(preset, place.hero_start))
    if preset is not None and preset.opens:
        st.session_state[place.open_key(preset.opens)] = True
    place.go({place.rung: preset.rung if preset else "", place.step: ""})


def show_state(page: Page[Any, Any], setting: Mapping[str, str]) -> None:
    """Callback: bring the stage to a state of the story; what it does not name is at its default.

    preset, hero, rung, select, open, and a step by whatever the page calls it: "first", "last", or one of its own.
    """
    place, preset = page.place, page.settings.named(setting.get("preset", ""))
    _arrive(page, preset, float(setting.get("hero", place.hero_start)))
    opened = setting.get("open", "")
    place.open_only(page.sections, page.story_opens.get(opened, (opened,)))
    word = next((setting[name] for name in ("word", "frame", "step") if name in setting), "last")
    step = {"last": "", "first": FIRST}.get(word) if word in ("last", "first") else page.step_of(word)
    place.go({
        place.step: step or "", place.rung: setting.get("rung", ""), place.part: setting.get("select", "").replace("none", "")
    })  # fmt: skip


def reset(page: Page[Any, Any]) -> None:
    """Callback of Reset: this tab's run is given up, and all is as the page opens."""
    live.end(page.place)
    show_state(page, {})


def _arrive(page: Page[Any, Any], preset: Preset | None, hero: float) -> None:
    page.settings.choose(preset)
    page.place.clear()
    page.arrive()
    page.place.set_hero(hero)
