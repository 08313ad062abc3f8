"""Verdict: the one rule by which every claim is judged, from one paired difference per run.

Differences are in the claim's favour where they are above 0. Two tests look at them: Student's t at their mean, which a few
odd runs can move, and Wilcoxon's signed ranks at their median, which they cannot. What both say, is said; where they part,
it is looked whether a few runs are why. Claims that are judged together share Holm's correction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtr, stdtrit
from scipy.stats import rankdata, wilcoxon

from engine.runs.frame import Array

LEVEL, POWER = 0.05, 0.8
ENOUGH_SEEDS = 32
"""Seeds for a verdict where a seed costs under a second; `ENOUGH_COSTLY_SEEDS` where it costs more."""
ENOUGH_COSTLY_SEEDS = 8
FEW, MOST_FEW = 8, 4
"""At most one run in so many is *a few*, and at most so many runs are."""
DECIMALS = 12
"""Of a difference: what lies behind them is rounding, which would break ties."""
EXACT = 64
"""Signed ranks of more differences are told by the normal distribution."""
AT_LEAST_TOGETHER = 12
"""Runs from which on claims are judged together: with fewer, Holm's correction could take any effect away."""


class Outcome(StrEnum):
    """What is said of a claim. It does not hold where it is the other way round, or where any difference that would matter
    is excluded."""

    HOLDS = "holds"
    FAILS = "does not hold"
    CANNOT_TELL = "cannot tell"
    FEW_RUNS = "depends on a few runs"


@dataclass(frozen=True, slots=True)
class Tested:
    """Two-sided p of "no difference" and of "the smallest difference that matters", and on which side of each the runs lie.

    p, p_smallest      before Holm's correction
    holm, holm_smallest after it; the same where a claim is judged alone
    """

    p: float
    p_smallest: float
    above: bool
    below_smallest: bool
    holm: float
    holm_smallest: float

    @property
    def outcome(self) -> Outcome:
        """What this test alone says."""
        if self.below_smallest and self.holm_smallest <= LEVEL or not self.above and self.holm <= LEVEL:
            return Outcome.FAILS
        return Outcome.HOLDS if self.above and self.holm <= LEVEL else Outcome.CANNOT_TELL


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a claim, and all that it rests on.

    runs, ahead, tied    how many there are, how many speak for the claim, in how many both sides are equal
    mean, low, high      of the differences, with its 95 % t interval
    median               of the differences
    t, signed_rank       the two tests
    smallest             the smallest difference that would matter; 0 where none was declared
    family               claims that share Holm's correction; 1 where it is judged alone
    few                  the runs it depends on, counted from 0
    preview              fewer runs than the claim asks for
    """

    outcome: Outcome
    runs: int
    ahead: int
    tied: int
    mean: float
    low: float
    high: float
    median: float
    t: Tested
    signed_rank: Tested
    smallest: float
    family: int
    few: tuple[int, ...]
    preview: bool

    @property
    def runs_needed(self) -> int | None:
        """About how many runs would tell, were they as these are: 80 % power at the level of 5 %, shared among the family as
        Holm shares it at first. None where they tell, or where none would."""
        if self.outcome != Outcome.CANNOT_TELL or not np.isfinite(self.mean):
            return None
        spread = (self.high - self.low) / 2 / stdtrit(self.runs - 1, 0.975) * self.runs**0.5
        errors = ndtri(1 - LEVEL / 2 / self.family) + ndtri(POWER)  # standard errors that the gap must be
        to_show = [gap for gap in (abs(self.mean), self.smallest - self.mean) if gap > 0]
        return max(self.runs + 1, math.ceil((errors * spread / max(to_show)) ** 2)) if to_show and spread else None


def judge(differences: ArrayLike, *, smallest: float = 0.0, enough: int = ENOUGH_SEEDS) -> Verdict:
    """A claim judged alone, from one paired difference per run, above 0 where it speaks for the claim.

    With fewer than two runs, or any difference that is not a number, nothing can be told.
    """
    return judge_together([Judged(np.asarray(differences), smallest, enough)])[0]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a claim is judged by: its differences (S,), the smallest one that would matter, and how many runs it asks for."""

    differences: Array
    smallest: float = 0.0
    enough: int = ENOUGH_SEEDS

    def __post_init__(self) -> None:
        values = np.asarray(self.differences, np.float64).ravel()
        object.__setattr__(self, "differences", np.round(values, DECIMALS))

    @property
    def told(self) -> bool:
        """Whether there is anything to judge."""
        return len(self.differences) > 1 and bool(np.isfinite(self.differences).all())

    def without(self, runs: Array) -> Judged:
        """This claim without some of its runs, numbers (K,) from 0."""
        return replace(self, differences=np.delete(self.differences, runs))


def judge_together(family: Sequence[Judged]) -> tuple[Verdict, ...]:
    """The claims of a family, each with Holm's correction over all of them."""
    ps = np.array([[p for p, _ in _looked(claim)] for claim in family])
    factors = np.array([holm_factors(column) for column in ps.T]).T
    return tuple(_verdict(claim, of_it, len(family)) for claim, of_it in zip(family, factors, strict=True))


def _verdict(claim: Judged, factors: Array, family: int) -> Verdict:
    values, count = claim.differences, len(claim.differences)
    tests = _tests(claim, factors)
    outcome, few = _both(claim, factors, tests)
    median = float(np.median(values)) if claim.told else float("nan")
    return Verdict(
        outcome, count, int((values > 0).sum()), int((values == 0).sum()), *mean_interval(values), median, *tests,
        claim.smallest, family, few, count < claim.enough,
    )  # fmt: skip


def _looked(claim: Judged) -> tuple[tuple[float, float], ...]:
    """t at 0, t at the smallest difference that matters, signed ranks at 0, and at the smallest: p and side of each."""
    if not claim.told:
        return ((1.0, 0.0),) * 4
    at = (claim.differences, np.round(claim.differences - claim.smallest, DECIMALS))
    return tuple(test(one) for test in (students_t, signed_ranks) for one in at)


def _tests(claim: Judged, factors: Array) -> tuple[Tested, Tested]:
    looked = _looked(claim)
    held = [min(1.0, p * float(factor)) for (p, _), factor in zip(looked, factors, strict=True)]
    t, signed_rank = (
        Tested(looked[n][0], looked[n + 1][0], looked[n][1] > 0, looked[n + 1][1] < 0, held[n], held[n + 1])
        for n in (0, 2)
    )
    return t, signed_rank


def _both(claim: Judged, factors: Array, tests: tuple[Tested, Tested]) -> tuple[Outcome, tuple[int, ...]]:
    """What two tests say together; where they part, the fewest odd runs without which they agree. Where both sides are equal
    in every run they are at a bound, and nothing can be told."""
    if not claim.differences.any():
        return Outcome.CANNOT_TELL, ()
    if tests[0].outcome == tests[1].outcome:
        return tests[0].outcome, ()
    oddest = np.argsort(-np.abs(claim.differences - np.median(claim.differences)), kind="stable")
    for few in range(1, min(MOST_FEW, max(1, len(oddest) // FEW)) + 1):
        t, signed_rank = _tests(claim.without(oddest[:few]), factors)
        if t.outcome == signed_rank.outcome:
            return Outcome.FEW_RUNS, tuple(sorted(int(run) for run in oddest[:few]))
    return Outcome.CANNOT_TELL, ()


def mean_interval(values: Array) -> tuple[float, float, float]:
    """Mean of values (N,) and Student's 95 % interval of it. All that there is, where fewer than two or no numbers are given."""
    count = len(values)
    if count < 2 or not np.isfinite(values).all():
        return float("nan"), float("-inf"), float("inf")
    mean, half = float(values.mean()), float(stdtrit(count - 1, 0.975) * values.std(ddof=1) / count**0.5)
    return mean, mean - half, mean + half


def students_t(differences: Array) -> tuple[float, float]:
    """Two-sided p of Student's t for a mean of 0, of at least two differences (S,), and the mean."""
    spread, mean = float(differences.std(ddof=1)), float(differences.mean())
    if not spread:
        return float(mean == 0), mean
    return float(2 * stdtr(len(differences) - 1, -abs(mean) / spread * len(differences) ** 0.5)), mean


def signed_ranks(differences: Array) -> tuple[float, float]:
    """Two-sided p of Wilcoxon's signed ranks, and by how much the ranks above 0 outweigh those below. Differences (S,) of 0
    are left out, as he did. Up to `EXACT` of them p is exact, with ties too; from there on scipy's, which is asymptotic."""
    some = differences[differences != 0]
    if not len(some):
        return 1.0, 0.0
    ranks = np.rint(2 * rankdata(np.abs(some))).astype(np.int64)  # doubled, so that shared ranks are whole
    above, total = int(ranks[some > 0].sum()), int(ranks.sum())
    if len(some) > EXACT:
        return float(wilcoxon(some, method="asymptotic").pvalue), float(2 * above - total)
    ways = np.zeros(total + 1)
    ways[0] = 1.0
    for rank in ranks:
        ways[rank:] += ways[:-rank].copy()
    shares = ways / 2.0 ** len(ranks)
    return float(min(1.0, 2 * min(shares[: above + 1].sum(), shares[above:].sum()))), float(2 * above - total)


def holm_factors(ps: ArrayLike) -> Array:
    """By how much Holm's step-down correction raises each p of several claims (C,), in their order."""
    found = np.asarray(ps, np.float64)
    factors, held = np.ones(len(found)), 0.0
    for place, at in enumerate(np.argsort(found, kind="stable")):
        factor = float(len(found) - place)
        held = max(held, factor * found[at])
        factors[at] = held / found[at] if found[at] else factor
    return factors
