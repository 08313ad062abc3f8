"""Panels of numbers: lines, bars, a matrix, directions in a plane.

Axes as in `stage`: `S` recorded sweep values, `F` frames, `N` bars or dots, `R` × `C` cells, `K` arrows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pages.ui.player.arrays import Arrays, Ref
from pages.ui.player.network import Colour
from pages.ui.player.panel import Panel


@dataclass(frozen=True, slots=True)
class Series:
    """One line over time. `array` (S, F). It stands out while `rung` is on stage (None: always)."""

    name: str
    array: Ref
    colour: Colour
    weight: Literal["mean", "run"] = "mean"
    rung: str | None = None
    dash: str | None = None


@dataclass(frozen=True, slots=True)
class Lines(Panel):
    """Lines over the training step. `x_max` is the last step planned, for a run that is still going on."""

    x_label: str
    y_label: str
    series: tuple[Series, ...]
    log: bool = False
    x_max: int | None = None


@dataclass(frozen=True, slots=True)
class Bars(Panel):
    """One bar a label. `array`, `low` and `high` (the band) are (S, F, N); `elements` are the ids of the bars in other panels,
    where they have one."""

    array: Ref
    labels: tuple[str, ...]
    colours: tuple[Colour, ...]
    low: Ref | None = None
    high: Ref | None = None
    elements: tuple[str, ...] = ()

    def selectable(self) -> frozenset[str]:
        return frozenset(self.elements or (f"{self.id}:{n}" for n in range(len(self.labels))))

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """One row a bar."""
        return len(self.labels), 0


@dataclass(frozen=True, slots=True)
class Heat(Panel):
    """A matrix as colour. `array` (S, F, R, C), float32, or uint8 where 0..255 stands for `low`..`high`."""

    array: Ref
    low: float
    high: float
    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    diverging: bool = False

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        return arrays[self.array].shape[2], arrays[self.array].shape[3]


@dataclass(frozen=True, slots=True)
class PlaneView:
    """Dots of one rung. `points` (S, F, N, 2) with length at most 1; `blend` (S, F, N) in 0..1 mixes the colours of the first
    two arrows. `group[n]` is the part that dot n belongs to, `group_ids[g]` the id that part has in the other panels."""

    points: Ref
    group: tuple[int, ...]
    point_labels: tuple[str, ...]
    blend: Ref | None = None
    group_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plane(Panel):
    """Directions in the unit circle. `arrows` (S, F, K, 2)."""

    views: Mapping[str, PlaneView]
    arrows: Ref
    arrow_labels: tuple[str, ...]
    arrow_colours: tuple[Colour, ...]
    caption: str
    axis_labels: tuple[str, str] = ("u₁", "u₂")

    def selectable(self) -> frozenset[str]:
        dots = {f"{self.id}:{n}" for view in self.views.values() for n in range(len(view.group))}
        return frozenset(dots.union(*(view.group_ids for view in self.views.values())))

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """Dots, and the groups that they belong to."""
        dots = max((len(view.group) for view in self.views.values()), default=0)
        return dots, max((max(view.group, default=-1) + 1 for view in self.views.values()), default=0)
