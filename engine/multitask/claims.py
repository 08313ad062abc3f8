"""The claims of this ladder, each as paired differences over seeds.

A claim names the cells it needs and turns their results into one difference per seed, above 0
where the claim is right; `engine.runs.studies.verdict` judges. Results are the last frames of §3.3's
training: 2,500 steps of fresh rows, loss averaged over the tasks. Every structure has its own learning
rate, the best of `RATES` by `TUNING`, whose seeds judge nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from engine.multitask.config import STRUCTURES, MultitaskConfig
from engine.runs.frame import Array
from engine.runs.studies.claims import Claim, Stored
from engine.runs.studies.stored import Results
from engine.runs.studies.tuning import Tuning, tried, tuned
from engine.runs.studies.verdict import ENOUGH_SEEDS
from engine.tuned.multitask import FOUND

SEEDS = tuple(range(ENOUGH_SEEDS))
CELL_SEEDS = 8
"""Seeds of a cell: the unit of work, so that a stack always has the same shape."""
TUNING = tuple(range(1_000, 1_000 + CELL_SEEDS))
"""Seeds that choose the learning rates and judge nothing."""
CORRELATIONS = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
COMPARED = ("shared_bottom", "omoe", "mmoe")
DECLARED = 0.5
"""The correlation at which MMoE is judged; the others are shown beside it."""
DECLARED_ROWS = 2_000
"""The size at which sharing is judged."""
LOSS_THAT_MATTERS = 0.002
"""A twentieth of a converged loss: what a practitioner would not change the structure for."""
DISTANCE_THAT_MATTERS = 0.05
"""Of the total variation between two gates, which is at most 1."""

PAPER = MultitaskConfig(steps=2_500, frames=2, runs=CELL_SEEDS, test_rows=2_000)
"""The setting of the studies; `cells` gives each structure its own rate."""
LONG = replace(PAPER, steps=5_000)
"""Twice as long: whether a verdict is one about a training that had not ended."""
SLOW = replace(PAPER, learning_rate=(0.001,), decay="none")
"""Not converged: where the first claim breaks."""
CGC = replace(PAPER, extraction_levels=1, shared_experts=4)
"""PLE on one level, with as many experts as MMoE: what experts of a task alone bring, without a second level."""
SCARCE = {rows: replace(PAPER, rows=rows) for rows in (500, 2_000, 8_000)}
"""Fixed rows, few to many: where sharing has overfitting to guard against."""
SCARCE_CORRELATION = 0.9
TOGETHER = ("shared_bottom", "omoe", "mmoe", "ple")  # where one task may pay for another
SHARING = ("single_task", "shared_bottom")

RATES = (0.005, 0.01, 0.02, 0.04, 0.08)
"""The learning rates that are tried for each structure in each world."""
Setting: TypeAlias = tuple[MultitaskConfig, str, float]
"""A base, a structure and a correlation."""
TUNED: tuple[Setting, ...] = (
    *((PAPER, structure, p) for p in CORRELATIONS for structure in STRUCTURES),
    *((base, structure, SCARCE_CORRELATION) for base in SCARCE.values() for structure in SHARING),
    (CGC, "ple", DECLARED),
)
"""What has a rate of its own."""


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


def own_rate(base: MultitaskConfig, structure: str, p: float) -> float:
    """The rate at which a structure is compared: its best in that world; `base`'s own where it was not tuned."""
    return tuned(FOUND, replace(base, correlation=p), structure, base.rate(structure))


def cells(
    base: MultitaskConfig, structures: Iterable[str], correlations: Iterable[float], seeds: Sequence[int] = SEEDS
) -> tuple[MultitaskConfig, ...]:
    """One cell for each structure, correlation and group of `CELL_SEEDS` seeds, each at its own rate."""
    return tuple(
        replace(
            base,
            structures=(structure,),
            correlation=p,
            seed=first,
            learning_rate=(own_rate(base, structure, p),),
        )
        for p in correlations
        for structure in structures
        for first in seeds[::CELL_SEEDS]
    )


def _tuning(base: MultitaskConfig, structure: str, p: float) -> Tuning[MultitaskConfig]:
    """A structure's rate in a world: the one with the lowest median loss."""
    setting = replace(base, structures=(structure,), correlation=p, seed=TUNING[0])
    return Tuning(
        setting,
        structure,
        tried(FOUND, setting, structure, RATES),
        lambda rate: (replace(setting, learning_rate=(rate,)),),
        lambda metrics: (float(np.median(metrics[0][f"{structure}.test_loss"].mean(-1))),),
    )


TUNINGS = tuple(_tuning(*setting) for setting in TUNED)


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


def _lower(id_: str, lower: Setting, upper: Setting, *, beside: bool) -> MultitaskClaim:
    """The loss of one setting lies below that of another."""
    needs = tuple(cell for base, structure, p in (lower, upper) for cell in cells(base, (structure,), (p,)))
    return _claim(id_, needs, lambda at: at.loss(*upper) - at.loss(*lower), beside=beside)


def _below(base: MultitaskConfig, lower: str, upper: str, p: float, cut: str = "", *, beside: bool) -> MultitaskClaim:
    return _lower(f"{lower}_below_{upper}@{cut or f'{p:g}'}", (base, lower, p), (base, upper, p), beside=beside)


def _no_task_pays(structure: str, p: float, *, beside: bool) -> MultitaskClaim:
    """No task is worse off than alone: by how much the worse of the two lies below Single-Task."""
    return _claim(
        f"{structure}_no_task_pays@{p:g}",
        cells(PAPER, ("single_task", structure), (p,)),
        lambda at: gains(at, structure, p).min(-1),
        beside=beside,
    )


def gains(at: Seeds, structure: str, p: float) -> Array:
    """By how much each task's loss lies below that of Single-Task, seed by seed (S, T): below 0 a task pays for the others."""
    return at.metric(PAPER, "single_task", p, "test_loss") - at.metric(PAPER, structure, p, "test_loss")


def _advantage(at: Seeds, p: float, base: MultitaskConfig) -> Array:
    return at.loss(base, "shared_bottom", p) - at.loss(base, "mmoe", p)


def _gap(at: Seeds, p: float, base: MultitaskConfig) -> Array:
    return at.loss(base, "omoe", p) - at.loss(base, "mmoe", p)


def _ends(base: MultitaskConfig, cut: str = "") -> tuple[MultitaskClaim, ...]:
    """What is said of correlation 0 against 1."""
    beside = base is not PAPER
    return (
        _claim(
            "omoe_close_to_mmoe_at_1" + cut,
            cells(base, ("omoe", "mmoe"), (0.0, 1.0)),
            lambda at: _gap(at, 0.0, base) - _gap(at, 1.0, base),
            beside=beside,
        ),
        _claim(
            "advantage_grows_as_p_falls" + cut,
            cells(base, ("shared_bottom", "mmoe"), (0.0, 1.0)),
            lambda at: _advantage(at, 0.0, base) - _advantage(at, 1.0, base),
            beside=beside,
        ),
        _claim(
            "gates_meet_as_p_rises" + cut,
            cells(base, ("mmoe",), (0.0, 1.0)),
            lambda at: (
                at.metric(base, "mmoe", 0.0, "mean_gate_distance") - at.metric(base, "mmoe", 1.0, "mean_gate_distance")
            ),
            DISTANCE_THAT_MATTERS,
            beside=beside,
        ),
    )


def _sharing(rows: int) -> tuple[MultitaskClaim, ...]:
    base, p = SCARCE[rows], SCARCE_CORRELATION

    def gap(at: Seeds, structure: str) -> Array:
        return at.loss(base, structure, p, "test_loss") - at.loss(base, structure, p, "train_loss")

    return (
        _claim(
            f"sharing_overfits_less@{rows}",
            cells(base, SHARING, (p,)),
            lambda at: at.loss(base, "single_task", p) - at.loss(base, "shared_bottom", p),
            beside=rows != DECLARED_ROWS,
        ),
        _claim(
            f"sharing_has_the_smaller_gap@{rows}",
            cells(base, SHARING, (p,)),
            lambda at: gap(at, "single_task") - gap(at, "shared_bottom"),
            beside=True,
        ),
    )


CLAIMS: tuple[MultitaskClaim, ...] = (
    *(_below(PAPER, "mmoe", "shared_bottom", p, beside=p != DECLARED) for p in CORRELATIONS),
    *(_below(PAPER, "omoe", "shared_bottom", p, beside=False) for p in CORRELATIONS),
    *(_below(PAPER, "mmoe", "omoe", p, beside=False) for p in CORRELATIONS),
    _below(SLOW, "mmoe", "shared_bottom", DECLARED, "slow", beside=True),
    _below(LONG, "mmoe", "shared_bottom", DECLARED, "long", beside=True),
    _below(LONG, "omoe", "shared_bottom", DECLARED, "long", beside=True),
    *_ends(PAPER),
    *_ends(LONG, "@long"),
    *(claim for rows in SCARCE for claim in _sharing(rows)),
    *(_below(PAPER, "ple", "mmoe", p, beside=p != DECLARED) for p in CORRELATIONS),
    _below(LONG, "ple", "mmoe", DECLARED, "long", beside=True),
    _lower(f"cgc_below_mmoe@{DECLARED:g}", (CGC, "ple", DECLARED), (PAPER, "mmoe", DECLARED), beside=True),
    *(
        _no_task_pays(structure, p, beside=(structure, p) != ("ple", DECLARED))
        for structure in TOGETHER
        for p in CORRELATIONS
    ),
)
