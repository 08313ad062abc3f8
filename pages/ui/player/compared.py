"""Panels of a comparison: what mixtures have in common, and models against one of them, run by run.

Axes as in `stage`: `S` recorded sweep values, `F` frames, `T` mixtures, `E` parts of a mixture, `R` rows, `N` runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pages.ui.player.arrays import Arrays, Ref
from pages.ui.player.network import Colour
from pages.ui.player.panel import Panel


@dataclass(frozen=True, slots=True)
class SharedView:
    """The mixtures of one rung. `parts` (S, F, 1 + T, E): what all have of each part, then what each has beyond; `share` (S, F)
    is the sum of the first. The parts stand in order; `order` (S, F, E or more) has the place of each, none where they stand as
    they are numbered. `labels` and `ids` are their names here and in the other panels, by their numbers."""

    parts: Ref
    share: Ref
    labels: tuple[str, ...]
    ids: tuple[str, ...]
    order: Ref | None = None


@dataclass(frozen=True, slots=True)
class Shared(Panel):
    """Mixtures as bars over each other on one axis from 0 to 1: what all of them have is grey, what one has alone has its
    colour. `mark` (S or 1, 1) is a share to compare with, called `mark_label` {share}; `shared_label` {share} is said of what all have,
    and `common_label` is what all have,
    in a word."""

    views: Mapping[str, SharedView]
    names: tuple[str, ...]
    colours: tuple[Colour, ...]
    shared_label: str
    common_label: str
    mark: Ref | None = None
    mark_label: str = ""

    def selectable(self) -> frozenset[str]:
        return frozenset(one for view in self.views.values() for one in view.ids)

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """Parts, and mixtures with what they share."""
        return max(len(view.labels) for view in self.views.values()), 1 + len(self.names)


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One model: the rung that it is, and beside its row what it costs."""

    name: str
    rung: str
    colour: Colour
    cost: str


@dataclass(frozen=True, slots=True)
class Compared(Panel):
    """A row for each model with its difference to one of them, in per cent, below 0 where it is better: each run a faint dot, the
    median a full one with its interval, and how many runs are ahead. `median`, `low`, `high`, `ahead` (S, F, R), `runs`
    (S, F, R × N), nan where there is none; `count` (S, 1) runs. `reference` is the row that the others are compared with,
    `taken` (S, 1) the one that is chosen, -1 for none. `reach` is the farthest that the axis shows on both sides of 0; what
    lies beyond is a sign at its end, and `beyond_label` says so. `notes`, one or S, say what was measured. Template: ahead_label {ahead} {count}."""

    rows: tuple[CompareRow, ...]
    median: Ref
    low: Ref
    high: Ref
    runs: Ref
    ahead: Ref
    count: Ref
    taken: Ref
    reference: int
    reach: float
    notes: tuple[str, ...]
    reference_label: str
    better_label: str
    ahead_title: str
    cost_title: str
    ahead_label: str
    taken_label: str
    beyond_label: str

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """One row a model."""
        return len(self.rows), 0
