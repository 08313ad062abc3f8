"""Where the viewer of a playground is: frame, rung, selected part, hero, moment of training and what else a page asks for, kept in the URL
beside the settings.

The session's record counts, and the URL follows it. A request that left the browser before it had heard of the last
change carries an older URL, and while something trains there are four requests a second. Only a new session and the
browser's back and forward are told by the URL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from engine.errors import UserError
from engine.runs.config import FloatRange, IntRange
from pages.ui.player.position import Position

_STEP = re.compile(r"-?[0-9]{1,8}")
_NUMBER = re.compile(r"[0-9]{1,9}")


class Place:
    """One playground's place. Its names in the URL start with the playground's.

    ladder    every rung, lowest first; part  what a selected part may be called
    hero      the URL's name of the hero control, the values that it may have, and the one it has where the URL names none
    opens_on  the rung where the URL names none
    beside    further names in the URL that belong to what is on stage, and go when something else comes there
    """

    def __init__(
        self,
        playground: str,
        ladder: Sequence[str],
        part: str,
        hero: str,
        domain: FloatRange | IntRange,
        hero_start: float = 0.0,
        *,
        opens_on: str = "",
        beside: Sequence[str] = (),
    ) -> None:
        self.playground, self.ladder, self._part = playground, tuple(ladder), re.compile(part)
        self.opens_on = opens_on or self.ladder[-1]
        self.hero, self._domain, self.hero_start, self._beside = hero, domain, hero_start, tuple(beside)
        (
            self.step,
            self.rung,
            self.part,
            self.moment,
            self.shown,
            self._seek,
            self._refresh,
            self._plays,
            self._written,
        ) = (
            f"{playground}_{name}"
            for name in ("step", "rung", "part", "moment", "on_stage", "seek", "refresh", "plays", "written")
        )

    def start(self, steps: Sequence[int], rungs: Sequence[str], hero: float) -> Position:
        """The position that the URL names; else the last frame of the rung that the page opens on, or the highest."""
        step = self.read(self.step)
        frame = len(steps) - 1
        if _STEP.fullmatch(step):
            frame = min(range(len(steps)), key=lambda index: abs(steps[index] - int(step)))
        rung = self.read(self.rung)
        ladder = [one for one in self.ladder if one in rungs]
        part = self.read(self.part)
        first = self.opens_on if self.opens_on in ladder else ladder[-1]
        return Position(frame, hero, rung if rung in ladder else first, part if self._part.fullmatch(part) else None)

    def rung_of(self, rungs: Sequence[str]) -> str:
        """The rung on stage, of those that a run has; of all where it names none."""
        return self.start((0,), rungs or self.ladder, 0.0).rung

    def remember(self, position: Position, steps: Sequence[int]) -> None:
        """Write a position to the URL; what is at its default is left out."""
        self.write(self.step, "" if position.frame == len(steps) - 1 else str(steps[position.frame]))
        self.write(self.rung, "" if position.rung == self.opens_on else position.rung)
        self.write(self.part, position.selected or "")

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the URL that the place reads."""
        return (self.step, self.rung, self.part, self.moment, self.hero, *self._beside)

    def hero_value(self) -> float:
        """The hero's value: the session's, else the URL's, else the one it starts with."""
        if self.hero not in st.session_state:
            try:
                value = float(self._domain.validate("hero", self.read(self.hero) or self.hero_start))
            except UserError:
                value = self.hero_start
            st.session_state[self.hero] = value
        return float(st.session_state[self.hero])

    def clear(self) -> None:
        """Callback: forget what belongs to what was on stage."""
        for name in (*self._beside, self.moment):
            self.write(name, "")

    def number(self, name: str, low: int = 0, high: int = 10**9) -> int | None:
        """The whole number that stands under a name, None where none does, or none from `low` to `high`."""
        written = self.read(name)
        value = int(written) if _NUMBER.fullmatch(written) else None
        return value if value is not None and low <= value <= high else None

    def numbers(self, name: str, high: int = 10**9) -> tuple[int, ...]:
        """The whole numbers up to `high` that stand under a name with dots between them, ascending, each once."""
        parts = (part for part in self.read(name).split(".") if _NUMBER.fullmatch(part))
        return tuple(sorted({int(part) for part in parts if int(part) <= high}))

    def write_numbers(self, name: str, values: Iterable[int]) -> None:
        """Write whole numbers under a name, for `numbers` to read."""
        self.write(name, ".".join(str(value) for value in sorted(values)))

    def set_hero(self, value: float) -> None:
        """The hero was released: the session and the URL follow."""
        st.session_state[self.hero] = value
        self.write(self.hero, "" if value == self.hero_start else f"{value:g}")

    def follow(self, player: str) -> None:
        """Once a run, before anything is drawn: the URL and the session's record say the same again. Back and forward bring
        the player along; coming from another page, which empties the URL, the record is written anew."""
        known = st.session_state.get(self._written)
        if known is None:
            names = (self.step, self.rung, self.part, self.hero)
            st.session_state[self._written] = {name: st.query_params.get(name, "") for name in names}
            return
        here = {name: st.query_params.get(name, "") for name in known}
        if here == known:
            return
        left = player not in st.session_state  # its state went when the page was left
        if _went_back() and not left:
            st.session_state[self._written] = here
            st.session_state.pop(self.hero, None)  # the URL's counts
        else:
            for name in known:
                if here[name] != known[name]:
                    self.write(name, known[name])
        if left or _went_back():
            self.seek()

    def seek(self) -> None:
        """The player goes to the position in the URL at the next draw."""
        st.session_state[self._seek] = self.seeks + 1

    @property
    def seeks(self) -> int:
        """How often it was sent there."""
        return int(st.session_state.get(self._seek, 0))

    def play(self) -> None:
        """The player plays from its first frame at the next draw."""
        st.session_state[self._plays] = self.plays + 1

    @property
    def plays(self) -> int:
        """How often it was asked to."""
        return int(st.session_state.get(self._plays, 0))

    def refresh(self) -> None:
        """From a callback inside the stage's fragment: the whole page runs next."""
        st.session_state[self._refresh] = True

    def take_refresh(self) -> bool:
        """Whether the whole page is to run. True once."""
        return bool(st.session_state.pop(self._refresh, False))

    def open_key(self, section: str) -> str:
        """The key, and the name in the URL, of a section's open state."""
        return f"{self.playground}_open_{section}"

    def open_only(self, sections: Sequence[str], opened: Sequence[str]) -> None:
        """Callback: open these sections and close the others."""
        for name in sections:
            st.session_state[self.open_key(name)] = name in opened

    def go(self, values: Mapping[str, str]) -> None:
        """Callback: bring the stage to these values of the URL, "" for a default."""
        for name, value in values.items():
            self.write(name, value)
        self.seek()

    def read(self, name: str) -> str:
        """What this session wrote under a name, else what its URL came with, which is then on record; "" for nothing."""
        known = st.session_state.setdefault(self._written, {})
        return str(known.setdefault(name, st.query_params.get(name, "")))

    def write(self, name: str, value: str) -> None:
        """One name of the URL; "" takes it out."""
        st.session_state.setdefault(self._written, {})[name] = value
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def _went_back() -> bool:
    """Whether this run was asked for by the browser's back or forward."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation
