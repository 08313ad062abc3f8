"""A stage: what a page describes and the player shows.

Axes used in this folder: `S` recorded sweep values, `F` frames (time). A leading axis of length 1 stands for "the same at
every sweep value" (or at every frame). Whatever a page describes a stage with can be imported from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pages.ui.player.arrays import Array, Arrays, Quantised, Ref
from pages.ui.player.charts import Bars, Heat, Lines, Plane, PlaneView, Series
from pages.ui.player.compared import Compared, CompareRow, Shared, SharedView
from pages.ui.player.course import Course
from pages.ui.player.funnel import Band, Entry, Field, Labels, Listing, Slopes, Stages
from pages.ui.player.panel import Panel
from pages.ui.player.reach import Curve, Reach
from pages.ui.player.texts import Maps, Match, Scores, Tokens

__all__ = [
    "WORDS", "Array", "Arrays", "Band", "Bars", "Chip", "Compared", "CompareRow", "Course", "Curve", "Entry", "Field", "Heat", "Labels",
    "Lines", "Listing", "Maps", "Match", "Panel", "Plane", "PlaneView", "Quantised", "Reach", "Readout", "Ref", "Rung", "Scores",
    "Series", "Shared", "SharedView", "Slopes", "Stage", "Stages", "Sweep", "Tokens",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rung:
    """One structure of a ladder; keys 1..n choose it. `sentence` is shown under the control, and below it `unless`: when it is
    not the one to take."""

    id: str
    title: str
    sentence: str
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Readout:
    """A number shown live beside the slider, on these rungs alone; on all where none are named. `array` (S, F)."""

    label: str
    array: Ref
    digits: int = 2
    rungs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chip:
    """A button for some values of a sweep that belong together: it goes to the first of them."""

    label: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """The second axis: a setting that was recorded at several values. `recorded` is ascending and has length S.
    With `options`, a name for each, it is a choice instead of a slider, of people where each has one of the `icons` of Material
    Symbols: what stands behind " · " in its name is said of it alone. With `ask`, a placeholder, there is a field to
    type another into. A slider with `stops`, ascending, rests on these alone; `marks` are values with a name under it.
    With `chips` the choice is among these, and `turn` goes to the next value of the same one. `warning` stands in the
    invitation's place: what was typed cannot be shown."""

    name: str
    label: str
    symbol: str
    low: float
    high: float
    step: float
    recorded: tuple[float, ...]
    invitation: str
    readout: tuple[Readout, ...] = ()
    options: tuple[str, ...] = ()
    ask: str = ""
    stops: tuple[float, ...] = ()
    marks: tuple[tuple[float, str], ...] = ()
    chips: tuple[Chip, ...] = ()
    turn: str = ""
    warning: str = ""
    icons: tuple[str, ...] = ()


WORDS = (
    "play", "pause", "previous", "next", "speed", "time", "step_of", "rungs", "nearest", "save_svg", "save_png",
    "close", "value", "row", "column", "band", "angle", "not_recorded", "summary",
)  # fmt: skip
"""Keys of `Stage.words`. Templates: step_of {step} {last}, nearest {value}, summary {rung} {step} {hero}, angle {degrees}."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The place that a page opens at: the last frame of a rung, at a value of the sweep."""

    rung: str
    hero: float


@dataclass(frozen=True, slots=True)
class Stage:
    """All that the player shows. `names` (S, F) are words for the frames, "" before a shorter sequence begins. `steps` (F,) is the training step of each frame; `arrays` are (S, F, …). The first panel is
    the large one, at most two more stand at its right. `hero` may lie between recorded values: the nearest is shown.
    `instead` names, for the id of a panel, another that it stands in for on a click, and by itself on the rungs that `stands_on`
    names for it, where it names none while a run trains; `turns` are short names of both, for the buttons. `aside` is
    the id of a `Plane` that is a small sign at the slider, and opens over the figures at the right. `spoken` is the id of the
    panel that the page's sentence speaks of: before a room it alone stands beside the drawing, the others by their `turns`. `opening` is
    where the page opens, on a stage that is the one it opens on. Where `plays` has grown it plays from its first frame, and
    where there is a `course` it plays that."""

    title: str
    steps: tuple[int, ...]
    time_label: str
    rungs: tuple[Rung, ...]
    panels: tuple[Panel, ...]
    arrays: Arrays
    sweep: Sweep | None
    hero: float
    origin: Literal["recorded", "live", "illustrative"]
    origin_text: str
    words: Mapping[str, str]
    live: bool = False
    names: tuple[tuple[str, ...], ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    turns: Mapping[str, str] = field(default_factory=dict)
    stands_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aside: str = ""
    spoken: str = ""
    opening: Opening | None = None
    plays: int = 0
    course: Course | None = None
