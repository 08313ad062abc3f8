"""Panels of a recommender: all things a pixel each, who moves where in the ranking, what somebody did.

Axes as in `stage`: `S` recorded sweep values, `F` frames, `K` known things, `C` candidates, `R` what is shown, `M` what is marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pages.ui.player.arrays import Arrays, Ref
from pages.ui.player.panel import Panel

Labels = tuple[tuple[tuple[str, ...], ...], ...]
"""A text for each of some things, at every sweep value and frame: [S][F][n]. An outer length of 1 holds for every index."""


@dataclass(frozen=True, slots=True)
class Band:
    """The columns `start` up to, not including, `end` of a field that belong together."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Field(Panel):
    """Everything there is, a pixel each: `total` things on `width` × `height` pixels, numbered row by row from the top left.
    `bands` stand side by side, the newest above. What is told of a thing is told by its pixel; -1 stands for none.

    `pixels` (1, 1, K) are the things that have a vector, `glow` (S, F, K) in 0..1 how near each is; all others are cold.
    `born` (1, F, bands): rows above this number do not exist yet at that frame and are drawn blank.
    `candidates` (S, F, C) and `shown` (S, F, R) in order of place, `marked` (S, F, M) circled at all rungs, with labels.
    The first rung of the stage draws the glow alone, the second stresses the candidates, the third what is shown.
    A click's row is a pixel. Templates: candidate_label {place}, known_label {glow}. `legend` names, under the picture, the
    glow, the candidates, the shown and the marked; "" leaves one out. `shared_title` stands in the title's place, with the
    {count} of things a pixel, where the screen has fewer pixels than there are things.
    """

    width: int
    height: int
    total: int
    pixels: Ref
    glow: Ref
    bands: tuple[Band, ...]
    born: Ref
    candidates: Ref
    shown: Ref
    shown_labels: Labels
    marked: Ref
    marked_labels: Labels
    newest_label: str
    oldest_label: str
    candidate_label: str
    cold_label: str
    known_label: str
    unborn_label: str
    legend: tuple[str, str, str, str] = ("", "", "", "")
    shared_title: str = ""

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """One row a pixel."""
        return self.width * self.height, 0

    def check(self, arrays: Arrays) -> None:
        pixels, glow, born = (arrays[name].shape for name in (self.pixels, self.glow, self.born))
        if pixels[:2] != (1, 1) or len(pixels) != 3 or len(glow) != 3 or glow[2] != pixels[2]:
            raise ValueError(f"pixels {pixels} and glow {glow} of {self.id!r} must be (1, 1, K) and (S, F, K)")
        if len(born) != 3 or born[2] != len(self.bands):
            raise ValueError(f"born {born} of {self.id!r} must be (1, F, {len(self.bands)})")
        if self.width * self.height > 2**24:
            raise ValueError(f"{self.id!r} has more pixels than a float32 can number")


@dataclass(frozen=True, slots=True)
class Slopes(Panel):
    """Lines from a place in one order to a place in the next. `places` (S, F, R, 2), from 1; nan where it has none: without
    a second the line ends on its way, without a first there is none. `recalled` is the length of the left axis.
    `marked` (S, F, R) is 1 for what stands out. `pixels` (S, F, R) names each in a `Field`, so that both light up together.
    With `values` (S, F, R) a line has the colour of its value, from 0 to `value_high` and above, and a legend says so with
    `value_label`; without, that of its way, up or down. A click's row is an index of R."""

    left_label: str
    right_label: str
    places: Ref
    labels: Labels
    marked: Ref
    recalled: int
    pixels: Ref | None = None
    values: Ref | None = None
    value_label: str = ""
    value_high: float = 1.0

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """One row a line."""
        return arrays[self.places].shape[2], 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing somebody did; `note` says when, or how much of it. `gone`: it was taken away."""

    text: str
    note: str
    kind: Literal["watch", "search"]
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Listing(Panel):
    """What somebody did, in the order of `entries` [S][F], a line each. A watch can be taken away or brought back: a click's
    row is its index among all entries. `empty` is said where there are none."""

    entries: tuple[tuple[tuple[Entry, ...], ...], ...]
    gone_label: str
    take_label: str
    back_label: str
    empty: str

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """One row an entry."""
        return max((len(entries) for days in self.entries for entries in days), default=0), 0


@dataclass(frozen=True, slots=True)
class Stages(Panel):
    """What each stage leaves of the best possible, a bar a stage from 0 to 1: hollow where it could still be had, full where it is
    served, the largest drop marked. `shares` (S, F, N); `counts` [S][F][N] stands beside the `names` (N). `marks` (S, F, M) are
    shares to compare the last bar with, called `mark_labels` (M); nan where there is none."""

    shares: Ref
    names: tuple[str, ...]
    counts: Labels
    marks: Ref
    mark_labels: tuple[str, ...]
    drop_label: str

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """One row a stage."""
        return len(self.names), 0
