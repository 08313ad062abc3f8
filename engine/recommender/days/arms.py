"""What an A/B test says: users are split by lot, each half sees one policy, and their minutes a page are compared.

U users
"""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from engine.runs.frame import Array


def lots(users: int, rng: np.random.Generator) -> Array:
    """(U,) whether each user is of arm B: half of them, by lot."""
    drawn: Array = rng.permutation(users) % 2 == 1
    return drawn


def difference(minutes: Array, pages: Array, second: Array, before: Array | None = None) -> tuple[float, float, float]:
    """Minutes a page of arm B less those of A, with the 95 % interval over users.

    minutes (U,) and pages (U,) of the test, second (U,) who is of arm B; who opened no page does not count
    before   (U,) minutes a page of each user before the test: what it foretells is taken away, which leaves the difference as
             it is on average and its interval narrower (CUPED, Deng et al. 2013)
    """
    there = pages > 0
    minutes, pages, second = minutes[there], pages[there], second[there]
    if min(int(second.sum()), int((~second).sum())) < 2:
        return float("nan"), float("-inf"), float("inf")
    if before is not None:
        minutes = _foretold_less(minutes, pages, second, before[there])
    rates, errors, counts = zip(*(_rate(minutes[arm], pages[arm]) for arm in (second, ~second)), strict=True)
    apart, variance = rates[0] - rates[1], errors[0] ** 2 + errors[1] ** 2
    freedom = variance**2 / sum(e**4 / (n - 1) for e, n in zip(errors, counts, strict=True)) if variance else 1.0
    half = float(stdtrit(freedom, 0.975) * variance**0.5)  # Welch
    return apart, apart - half, apart + half


def _rate(minutes: Array, pages: Array) -> tuple[float, float, int]:
    """Minutes a page of some users, its standard error by the delta method, and how many they are."""
    count, rate = len(pages), float(minutes.sum() / pages.sum())
    apart = minutes - rate * pages
    return rate, float(np.sqrt((apart**2).sum() * count / (count - 1)) / pages.sum()), count


def _foretold_less(minutes: Array, pages: Array, second: Array, before: Array) -> Array:
    """Minutes (U,) less what a user's own past foretells of them: a line through both arms, each about its own rate."""
    rate = np.where(second, *(minutes[arm].sum() / pages[arm].sum() for arm in (second, ~second)))
    known = np.isfinite(before)
    mean = (before * pages)[known].sum() / max(pages[known].sum(), 1)
    known_apart = np.where(known, before - mean, 0.0) * pages
    square = float((known_apart**2).sum())
    slope = float((known_apart * (minutes - rate * pages)).sum()) / square if square else 0.0
    return minutes - slope * known_apart
