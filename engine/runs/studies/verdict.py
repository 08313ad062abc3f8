"""Verdict: the one rule by which every claim is judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

HOLDS, FAILS, WITHIN_NOISE = "holds", "fails", "within noise"
ENOUGH_SEEDS = 32
"""Seeds for a verdict where a seed costs under a second; `ENOUGH_COSTLY_SEEDS` where it costs more."""
ENOUGH_COSTLY_SEEDS = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """Mean paired difference over seeds with its 95 % interval, and what follows from it.

    outcome  "holds" where the whole interval is on the claimed side of 0, "fails" where it is on
             the other, "within noise" where it includes 0
    preview  too few seeds to say more than "so far"
    """

    outcome: str
    mean: float
    low: float
    high: float
    seeds: int
    preview: bool


def judge(differences: ArrayLike, *, enough: int = ENOUGH_SEEDS) -> Verdict:
    """Judge the claim "the differences are below 0" from one paired difference per seed.

    Student's t interval of the mean. With fewer than two seeds, or any difference that is not a
    number, nothing can be told from noise.
    """
    values = np.asarray(differences, dtype=np.float64).ravel()
    count = len(values)
    if count < 2 or not np.isfinite(values).all():
        return Verdict(WITHIN_NOISE, float("nan"), float("-inf"), float("inf"), count, True)
    mean = float(values.mean())
    half = float(stdtrit(count - 1, 0.975) * values.std(ddof=1) / count**0.5)
    low, high = mean - half, mean + half
    outcome = HOLDS if high < 0 else FAILS if low > 0 else WITHIN_NOISE
    return Verdict(outcome, mean, low, high, count, count < enough)
