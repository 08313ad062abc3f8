"""Calibration: whether what is given a chance of 30 % comes true in 30 % of the rows.

N rows · B bins
"""

from __future__ import annotations

import numpy as np

from engine.runs.frame import Array

BINS = 10


def reliability(chances: Array, labels: Array, weights: Array) -> Array:
    """Rows in bins of equal weight by their chance (N,): mean chance, share of positives, share of the weight (B, 3); nan in a
    bin that ties leave empty."""
    order = np.argsort(chances, kind="stable")
    running = np.cumsum(weights[order])
    whole = running[-1]
    place = np.minimum((BINS * (running - weights[order] / 2) / whole).astype(np.int64), BINS - 1)
    held = chances[order]
    first = np.searchsorted(held, held, "left")
    place = place[first]  # those with one chance stay in one bin
    count = np.bincount(place, weights[order], BINS)
    with np.errstate(invalid="ignore"):
        given = np.bincount(place, weights[order] * held, BINS) / count
        came = np.bincount(place, weights[order] * labels[order], BINS) / count
    return np.stack([given, came, count / whole], 1)


def calibration_error(bins: Array) -> float:
    """How far given and observed lie apart, mean over the rows: (B, 3) → Σ share · |given - observed|."""
    there = bins[:, 2] > 0
    return float((bins[there, 2] * np.abs(bins[there, 0] - bins[there, 1])).sum())


def given_over_observed(bins: Array) -> float:
    """The sum of all chances over the count of what came, of bins (B, 3): 1.1 promises a
    tenth too much."""
    there = bins[:, 2] > 0
    given, came = ((bins[there, 2] * bins[there, k]).sum() for k in (0, 1))
    return float(given / came) if came else float("nan")
