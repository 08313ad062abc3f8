"""The claims of this ladder, each as paired differences over seeds.

A claim names the cells it needs and turns their results into one difference per seed, above 0
where the claim is right; `engine.runs.studies.verdict` judges. Results are the last frames of §3.3's
training: 2,500 steps of fresh rows, loss averaged over the tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from engine.multitask.config import MultitaskConfig
from engine.runs.frame import Array
from engine.runs.studies.claims import Claim, Stored
from engine.runs.studies.stored import Results
from engine.runs.studies.verdict import ENOUGH_SEEDS

SEEDS = tuple(range(ENOUGH_SEEDS))
CELL_SEEDS = 8
"""Seeds of a cell: the unit of work, so that a stack always has the same shape."""
CORRELATIONS = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
PREVIEW_CORRELATIONS = (0.0, 0.25, 0.5, 0.75, 1.0)
COMPARED = ("shared_bottom", "omoe", "mmoe")

PAPER = MultitaskConfig(steps=2_500, frames=2, runs=CELL_SEEDS, test_rows=2_000)
"""The setting that reproduced the paper's ordering."""
SLOW = replace(PAPER, learning_rate=0.001)
"""The same, not converged: where the first claim breaks."""
SCARCE = {rows: replace(PAPER, rows=rows) for rows in (500, 2_000, 8_000)}
"""Fixed rows, few to many: where sharing has overfitting to guard against."""
SCARCE_CORRELATION = 0.9
DECLARED = 0.5
"""The correlation at which structures are judged; the others are shown beside it."""
DECLARED_ROWS = 2_000
"""The size at which sharing is judged."""
LOSS_THAT_MATTERS = 0.002
"""A twentieth of a converged loss: what a practitioner would not change the structure for."""
DISTANCE_THAT_MATTERS = 0.05
"""Of the total variation between two gates, which is at most 1."""


class Seeds(Stored[MultitaskConfig]):
    """Results looked up by setting: one number for each of these seeds."""

    def __init__(self, results: Results, seeds: Sequence[int] = SEEDS) -> None:
        super().__init__(results)
        self._seeds = seeds

    def metric(self, base: MultitaskConfig, structure: str, p: float, name: str) -> Array:
        """(S,) or (S, …) of one metric. KeyError where a cell is missing."""
        several = cells(base, (structure,), (p,), self._seeds)
        return np.concatenate([self.metric_of(cell, f"{structure}.{name}") for cell in several])

    def loss(self, base: MultitaskConfig, structure: str, p: float, name: str = "test_loss") -> Array:
        """(S,) loss averaged over tasks."""
        return self.metric(base, structure, p, name).mean(-1)


def cells(
    base: MultitaskConfig, structures: Iterable[str], correlations: Iterable[float], seeds: Sequence[int] = SEEDS
) -> tuple[MultitaskConfig, ...]:
    """One cell for each structure, correlation and group of `CELL_SEEDS` seeds."""
    return tuple(
        replace(base, structures=(structure,), correlation=p, seed=first)
        for p in correlations
        for structure in structures
        for first in seeds[::CELL_SEEDS]
    )


MultitaskClaim: TypeAlias = Claim[MultitaskConfig, Seeds]


def _claim(
    id_: str,
    needs: tuple[MultitaskConfig, ...],
    differences: Callable[[Seeds], Array],
    smallest: float = LOSS_THAT_MATTERS,
    *,
    beside: bool = False,
) -> MultitaskClaim:
    return Claim(id_, needs, differences, smallest, enough=ENOUGH_SEEDS, beside=beside)


def _below(base: MultitaskConfig, lower: str, upper: str, p: float) -> MultitaskClaim:
    rate = "slow" if base is SLOW else f"{p:g}"
    return _claim(
        f"{lower}_below_{upper}@{rate}",
        cells(base, (lower, upper), (p,)),
        lambda at: at.loss(base, upper, p) - at.loss(base, lower, p),
        beside=base is SLOW or p != DECLARED,
    )


def _advantage(at: Seeds, p: float) -> Array:
    return at.loss(PAPER, "shared_bottom", p) - at.loss(PAPER, "mmoe", p)


def _gap(at: Seeds, p: float) -> Array:
    return at.loss(PAPER, "omoe", p) - at.loss(PAPER, "mmoe", p)


def _overfits_less(rows: int) -> MultitaskClaim:
    def gap(at: Seeds, structure: str) -> Array:
        held_out, seen = (at.loss(SCARCE[rows], structure, SCARCE_CORRELATION, n) for n in ("test_loss", "train_loss"))
        return held_out - seen

    return _claim(
        f"shared_overfits_less@{rows}",
        cells(SCARCE[rows], ("single_task", "shared_bottom"), (SCARCE_CORRELATION,)),
        lambda at: gap(at, "single_task") - gap(at, "shared_bottom"),
        beside=rows != DECLARED_ROWS,
    )


def _gate_fall(at: Seeds) -> Array:
    near, far = (at.metric(PAPER, "mmoe", p, "mean_gate_distance") for p in (1.0, 0.0))
    return far - near


CLAIMS: tuple[MultitaskClaim, ...] = (
    *(_below(PAPER, lower, "shared_bottom", p) for lower in ("mmoe", "omoe") for p in CORRELATIONS),
    _below(SLOW, "mmoe", "shared_bottom", 0.5),
    _claim(
        "omoe_close_to_mmoe_at_1",
        cells(PAPER, ("omoe", "mmoe"), (0.0, 1.0)),
        lambda at: _gap(at, 0.0) - _gap(at, 1.0),
    ),
    _claim(
        "advantage_grows_as_p_falls",
        cells(PAPER, ("shared_bottom", "mmoe"), (0.0, 1.0)),
        lambda at: _advantage(at, 0.0) - _advantage(at, 1.0),
    ),
    _claim("gates_meet_as_p_rises", cells(PAPER, ("mmoe",), (0.0, 1.0)), _gate_fall, DISTANCE_THAT_MATTERS),
    *(_overfits_less(rows) for rows in SCARCE),
)


def preview_cells(seeds: Sequence[int] = range(CELL_SEEDS)) -> tuple[MultitaskConfig, ...]:
    """3 structures × 5 correlations × 8 seeds: what the page runs while a viewer waits."""
    found = cells(PAPER, COMPARED, PREVIEW_CORRELATIONS, seeds)
    return tuple(
        sorted(found, key=lambda cell: cell.structures == ("shared_bottom",))
    )  # short ones last: no idle worker
