"""The claims of this ladder, each as paired differences over seeds.

A claim names the cells it needs and turns their results into one difference per seed, negative
where the claim is right; `engine.runs.verdict` judges. Results are the last frames of §3.3's
training: 2,500 steps of fresh rows, loss averaged over the tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.multitask.config import MultitaskConfig
from engine.runs.frame import Array
from engine.runs.service.study import Results
from engine.runs.verdict import ENOUGH_SEEDS, Verdict, judge

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


class Seeds:
    """Results looked up by setting: one number per seed."""

    def __init__(self, results: Results, seeds: Sequence[int]) -> None:
        self._results, self._seeds = results, seeds

    def metric(self, base: MultitaskConfig, structure: str, p: float, name: str) -> Array:
        """(S,) or (S, …) of one metric. KeyError where a cell is missing."""
        found = [self._results[cell][f"{structure}.{name}"] for cell in cells(base, (structure,), (p,), self._seeds)]
        return np.concatenate(found).astype(np.float64)

    def loss(self, base: MultitaskConfig, structure: str, p: float, name: str = "test_loss") -> Array:
        """(S,) loss averaged over tasks."""
        return self.metric(base, structure, p, name).mean(-1)


def cells(
    base: MultitaskConfig, structures: Iterable[str], correlations: Iterable[float], seeds: Sequence[int]
) -> tuple[MultitaskConfig, ...]:
    """One cell for each structure, correlation and group of `CELL_SEEDS` seeds."""
    return tuple(
        replace(base, structures=(structure,), correlation=p, seed=first)
        for p in correlations
        for structure in structures
        for first in seeds[::CELL_SEEDS]
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """id, the cells it needs for some seeds, and its differences (S,), negative where it is right."""

    id: str
    needs: Callable[[Sequence[int]], tuple[MultitaskConfig, ...]]
    differences: Callable[[Seeds], Array]

    def verdict(self, seeds: Seeds) -> Verdict:
        return judge(self.differences(seeds), enough=ENOUGH_SEEDS)


def _below(base: MultitaskConfig, lower: str, upper: str, p: float) -> Claim:
    rate = "slow" if base is SLOW else f"{p:g}"
    return Claim(
        f"{lower}_below_{upper}@{rate}",
        lambda seeds: cells(base, (lower, upper), (p,), seeds),
        lambda at: at.loss(base, lower, p) - at.loss(base, upper, p),
    )


def _advantage(at: Seeds, p: float) -> Array:
    return at.loss(PAPER, "shared_bottom", p) - at.loss(PAPER, "mmoe", p)


def _gap(at: Seeds, p: float) -> Array:
    return at.loss(PAPER, "omoe", p) - at.loss(PAPER, "mmoe", p)


def _overfits_less(rows: int) -> Claim:
    def gap(at: Seeds, structure: str) -> Array:
        held_out, seen = (at.loss(SCARCE[rows], structure, SCARCE_CORRELATION, n) for n in ("test_loss", "train_loss"))
        return held_out - seen

    return Claim(
        f"shared_overfits_less@{rows}",
        lambda seeds: cells(SCARCE[rows], ("single_task", "shared_bottom"), (SCARCE_CORRELATION,), seeds),
        lambda at: gap(at, "shared_bottom") - gap(at, "single_task"),
    )


def _gate_fall(at: Seeds) -> Array:
    near, far = (at.metric(PAPER, "mmoe", p, "mean_gate_distance") for p in (1.0, 0.0))
    return near - far


CLAIMS: tuple[Claim, ...] = (
    *(_below(PAPER, lower, "shared_bottom", p) for lower in ("mmoe", "omoe") for p in CORRELATIONS),
    _below(SLOW, "mmoe", "shared_bottom", 0.5),
    Claim(
        "omoe_close_to_mmoe_at_1",
        lambda seeds: cells(PAPER, ("omoe", "mmoe"), (0.0, 1.0), seeds),
        lambda at: _gap(at, 1.0) - _gap(at, 0.0),
    ),
    Claim(
        "advantage_grows_as_p_falls",
        lambda seeds: cells(PAPER, ("shared_bottom", "mmoe"), (0.0, 1.0), seeds),
        lambda at: _advantage(at, 1.0) - _advantage(at, 0.0),
    ),
    Claim("gates_meet_as_p_rises", lambda seeds: cells(PAPER, ("mmoe",), (0.0, 1.0), seeds), _gate_fall),
    *(_overfits_less(rows) for rows in SCARCE),
)


def all_cells(seeds: Sequence[int], claims: Iterable[Claim] = CLAIMS) -> tuple[MultitaskConfig, ...]:
    """Every cell that the claims need, once."""
    return tuple(dict.fromkeys(cell for claim in claims for cell in claim.needs(seeds)))


def preview_cells(seeds: Sequence[int] = range(CELL_SEEDS)) -> tuple[MultitaskConfig, ...]:
    """3 structures × 5 correlations × 8 seeds: what the page runs while a viewer waits."""
    found = cells(PAPER, COMPARED, PREVIEW_CORRELATIONS, seeds)
    return tuple(
        sorted(found, key=lambda cell: cell.structures == ("shared_bottom",))
    )  # short ones last: no idle worker
