"""What another policy would have earned, estimated from a log that one policy wrote, which knows how probable each page was.

Every reward counts by how much more probable the other policy would have made what led to it: w = π / μ. Three ways to weigh
the reward of place k of a page, and each with its weights as they are or divided by their mean:

    first      the first place alone, and its reward alone: a smaller question, and one draw
    places     w of the places up to k, all that it can depend on where pages are read from the top (McInerney et al. 2020)
    page       w of all K places: right whatever the places do to each other, but the weights of many places multiply
    IPS        Σ w r / P, right on average (Horvitz & Thompson 1952)
    SNIPS      Σ w r / Σ w, a little biased, far steadier (Swaminathan & Joachims 2015)

P pages · K places
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from engine.runs.frame import Array

WEIGHED = ("first", "places", "page")
ESTIMATORS = tuple(f"{by}_{kind}" for by in WEIGHED for kind in ("ips", "snips"))
ENOUGH = 100.0
"""Pages that an estimate must be worth for anything to be said by it."""


@dataclass(frozen=True, slots=True, eq=False)
class Logged:
    """Pages as logged: whose they are (P,), the minutes watched at each place (P, K), and the logarithm of how probable what
    stands there was, given the places before, under the policy that showed it (P, K) and under the one asked about (P, K)."""

    user: Array
    minutes: Array
    shown: Array
    asked: Array

    @property
    def weights(self) -> Array:
        """(P, K) how much more probable the asked policy makes a page up to each place."""
        return np.exp(np.cumsum(self.asked - self.shown, axis=1))


class Estimate(NamedTuple):
    """The asked policy's minutes a page less those of the one that logged (of the first place, where that is the question), with
    its 95 % interval over users; and how many pages drawn by the asked policy itself would tell as much: over places the
    harmonic mean, since it is their errors that add."""

    difference: float
    low: float
    high: float
    effective: float


def effective(weights: Array) -> Array:
    """(K,) of weights (P, K): (Σ w)² / Σ w², Kish's effective sample size; 0 where all weights are."""
    squares = (weights**2).sum(0)
    return np.divide(weights.sum(0) ** 2, squares, out=np.zeros_like(squares), where=squares > 0)


def estimates(logged: Logged) -> dict[str, Estimate]:
    """By each of the `ESTIMATORS`."""
    upto = logged.weights
    weights = {"first": upto[:, :1], "places": upto, "page": np.repeat(upto[:, -1:], upto.shape[1], axis=1)}
    found = {}
    for by in WEIGHED:
        worth = effective(weights[by])
        each = float(len(worth) / (1.0 / worth).sum()) if worth.all() else 0.0
        for kind in ("ips", "snips"):
            found[f"{by}_{kind}"] = Estimate(*_interval(logged, weights[by], kind == "snips"), each)
    return found


def _interval(logged: Logged, weights: Array, normalised: bool) -> tuple[float, float, float]:
    """The difference over as many places as have weights, and its interval: pages of one user count as one, since they are
    alike."""
    minutes = logged.minutes[:, : weights.shape[1]]
    if normalised:
        sums = weights.sum(0)
        weights = np.divide(weights * len(weights), sums, out=np.zeros_like(weights), where=sums > 0)
    gained = (weights * minutes).sum(0) / len(minutes)  # (K,)
    difference = float(gained.sum() - minutes.sum() / len(minutes))
    apart = weights * (minutes - gained * normalised) - minutes  # (P, K) what each reward adds to the difference
    of_user = np.bincount(logged.user, weights=(apart - apart.mean(0)).sum(1))
    count = len(np.unique(logged.user))
    if count < 2:
        return difference, float("-inf"), float("inf")
    error = float(np.sqrt((of_user**2).sum() * count / (count - 1)) / len(minutes))
    half = float(stdtrit(count - 1, 0.975)) * error
    return difference, difference - half, difference + half
