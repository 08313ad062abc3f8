"""A playground's sidebar: presets first, then the settings in three groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from engine.runs.config import Config
from pages.ui.controls import controls
from pages.ui.controls.controls import Preset
from pages.ui.controls.groups import Drawn, Groups, nothing
from pages.ui.language import follow

C = TypeVar("C", bound=Config)


@dataclass(frozen=True, slots=True)
class Settings(Generic[C]):
    """What a viewer may choose before a training.

    groups    the controls
    presets   settings by name
    values    of fields that are chosen elsewhere, as the hero's
    before, after   controls that are drawn by hand into the data group, first and last
    speaks    key of a control that follows the language of the page until it is touched; "" for none
    reset     puts controls that are drawn by hand back to their defaults
    """

    groups: Groups[C]
    presets: tuple[Preset, ...]
    values: Drawn = nothing
    before: Drawn = nothing
    after: Drawn = nothing
    speaks: str = ""
    reset: Callable[[], None] = lambda: None

    @property
    def slot(self) -> str:
        """The preset's key, and its name in the URL."""
        return f"{self.groups.kind.playground}_preset"

    def chosen(self) -> Preset | None:
        """The preset chosen last, if any."""
        return controls.preset(self.presets, self.slot)

    def named(self, id_: str) -> Preset | None:
        """A preset by its id."""
        return next((one for one in self.presets if one.id == id_), None)

    def choose(self, preset: Preset | None) -> None:
        """Callback: a preset's settings, or all defaults."""
        fields = preset.fields if preset else {}
        st.session_state[self.slot] = preset.id if preset else None
        controls.reset(self.groups.kind, fields)
        self.reset()
        spoken = self.speaks.removeprefix(f"{self.groups.kind.playground}_")
        if spoken in fields:  # a preset of one language's texts
            st.session_state[self.speaks] = fields[spoken]

    def sidebar(self, on_preset: Callable[[Preset | None], None]) -> C | None:
        """Draw all; the config that the controls make, or None with the reason shown."""
        controls.presets(self.presets, self.slot, on_preset)
        if self.speaks:
            follow(self.speaks)
        return self.groups.draw(self.values(), self.before, self.after)

    def touched(self, config: C) -> frozenset[str]:
        """Fields that somebody has changed: which differ from what the page opens with."""
        return frozenset(config.differences(self.groups.kind(**self.values())))

    def difference(self, name: str, mine: Any, theirs: Any) -> str:
        """One setting in which the controls differ from the run on stage, as a sentence names it: of rungs those that come and
        go, of their rates those that differ."""
        label, written = self.groups.label(name), self.groups.written
        if name == self.groups.kind.ladder:
            signs = {"+": [one for one in mine if one not in theirs], "−": [one for one in theirs if one not in mine]}
            if moved := [f"{sign} {written((one,))}" for sign, some in signs.items() for one in some]:
                return f"{label} {' '.join(moved)}"  # else they stand in another order
        rungs = self.groups.kind().every_rung
        if name == "learning_rate" and isinstance(mine, tuple) and len(mine) == len(theirs) == len(rungs):
            each = zip(rungs, theirs, mine, strict=True)
            return f"{label} " + ", ".join(f"{written((r,))} {written(a)} → {written(b)}" for r, a, b in each if a != b)
        return f"{label} {written(theirs)} → {written(mine)}"
