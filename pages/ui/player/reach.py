"""A share over the sweep: one line a rung, chance dashed, a cursor where the slider stands.

Axes as in `stage`; `N` places along the sweep at which a curve was measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pages.ui.player.arrays import Arrays, Ref
from pages.ui.player.network import Colour
from pages.ui.player.panel import Panel


@dataclass(frozen=True, slots=True)
class Curve:
    """What a rung reaches: `array` (1, 1 or F, N), a share in 0..1 at each place of `at`, ascending. "main" is drawn bold with
    a dot at each place, "beside" thin."""

    rung: str
    array: Ref
    at: tuple[float, ...]
    colour: Colour
    dash: str | None = None
    kind: Literal["main", "beside"] = "main"


@dataclass(frozen=True, slots=True)
class Reach(Panel):
    """Curves over `low`..`high` of the sweep, in a chart whose axis goes from 0 to 1, and their values beside it: a row for each
    rung by `names`, a column for each kind of curve, headed by `heads` ("" for a kind that there is none of). The values are
    those of the measured place that is nearest to the slider. `chance` is what guessing reaches, `longest` where training
    ended, behind which it is shaded. Templates: percent {value}, cursor {at}."""

    x_label: str
    y_label: str
    low: float
    high: float
    curves: tuple[Curve, ...]
    names: tuple[tuple[str, str], ...]
    heads: tuple[str, str]
    percent: str
    cursor: str
    chance: float | None = None
    chance_label: str = ""
    longest: float | None = None
    longest_label: str = ""

    def check(self, arrays: Arrays) -> None:
        for curve in self.curves:
            shape = arrays[curve.array].shape
            if len(shape) != 3 or shape[0] != 1 or shape[2] != len(curve.at):
                raise ValueError(f"a curve of {self.id!r} has shape {shape}, expected (1, 1 or F, {len(curve.at)})")
