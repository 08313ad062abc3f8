"""Measures of predictions under any row weights: prepared once, then one pass for each resample of the rows.

N rows
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy.special import xlogy

from engine.runs.frame import Array

ROUNDING = 4e-6
"""Relative difference of two float32 results that may be one number."""


class Measure(Protocol):
    """A number of predictions on some rows."""

    def error(self, weights: Array) -> float:
        """The number, smaller for better predictions, of rows that count by their weights (N,)."""


def dot(one: Array, other: Array) -> float:
    """The sum of the products of two arrays (N,), by numpy itself: a BLAS would wake its threads for each of some thousand
    short sums."""
    return float((one * other).sum())


def level(scores: Array) -> Array:
    """Scores (N,) as ranks from 0, the same for those that differ by no more than rounding: equal rows may get another last
    digit, as they are computed in another batch, and are ties all the same."""
    order = np.argsort(scores, kind="stable")
    held = scores[order].astype(np.float64)
    apart = np.diff(held) > ROUNDING * np.maximum(1.0, np.abs(held[1:]))
    ranks = np.empty(len(scores), np.float64)
    ranks[order] = np.concatenate(([0.0], np.cumsum(apart))) if len(held) else held
    return ranks


class Ranked:
    """Scores of a binary task sorted once; then the AUC under any row weights takes one pass.

    AUC = Σ_{i positive} w_i (weight of negatives below i + ½ of those level with i) / (all pairs)

    The sum is over the class with fewer rows: of the other only running sums are taken.
    """

    def __init__(self, scores: Array, labels: Array) -> None:
        scores = level(scores)
        order = np.argsort(scores, kind="stable")
        positive = labels[order] > 0.5
        self._rising = 2 * np.count_nonzero(positive) <= len(positive)
        few = positive if self._rising else ~positive
        self._few, self._many = order[few], order[~few]
        self._below = np.searchsorted(scores[self._many], scores[self._few], "left")
        self._upto = np.searchsorted(scores[self._many], scores[self._few], "right")
        self._untied = np.array_equal(self._below, self._upto)
        self._running = np.zeros(len(self._many) + 1)

    def error(self, weights: Array) -> float:
        """1 - AUC under row weights (N,); ½ where a class has no weight."""
        few = weights[self._few].astype(np.float64)
        np.cumsum(weights[self._many], dtype=np.float64, out=self._running[1:])
        total = few.sum() * self._running[-1]
        if not total:
            return 0.5
        below = self._running.take(self._below)
        level_too = below if self._untied else self._running.take(self._upto)
        share = dot(few, below + level_too) / (2 * total)
        return 1.0 - share if self._rising else share


class Squared:
    """Squared errors of a continuous task; then the RMSE under any row weights is one sum."""

    def __init__(self, predictions: Array, labels: Array, scale: float) -> None:
        self._squared, self._scale = (predictions.astype(np.float64) - labels) ** 2, scale

    def error(self, weights: Array) -> float:
        """RMSE in the label's own units, under row weights (N,)."""
        return float(self._scale * np.sqrt(dot(weights, self._squared) / weights.sum()))


class Mean:
    """The weighted mean of a number for each row."""

    def __init__(self, values: Array) -> None:
        self._values = values

    def error(self, weights: Array) -> float:
        """The mean of rows that count by their weights (N,)."""
        return dot(weights, self._values) / float(weights.sum())


def log_loss(chances: Array, labels: Array) -> Mean:
    """-log of the chance (N,) that was given to what came, in nats."""
    return Mean(-(xlogy(labels, chances) + xlogy(1 - labels, 1 - chances)))


class Precision:
    """PR-AUC as average precision: Σ (recall gained) · precision over the thresholds, highest first, ties together."""

    def __init__(self, scores: Array, labels: Array) -> None:
        scores = level(scores)
        self._order = np.argsort(-scores, kind="stable")
        self._positive = labels[self._order] > 0.5
        held = scores[self._order]
        self._ends = np.flatnonzero(np.concatenate((held[1:] != held[:-1], [True])))

    def error(self, weights: Array) -> float:
        """PR-AUC itself under row weights (N,), which is no error; 0 where no positive has weight."""
        held = weights[self._order].astype(np.float64)
        caught, taken = np.cumsum(held * self._positive)[self._ends], np.cumsum(held)[self._ends]
        if not len(caught) or not caught[-1]:
            return 0.0
        gained = np.diff(caught, prepend=0.0) / caught[-1]
        return dot(gained, caught / np.maximum(taken, 1e-12))


class PerGroup:
    """GAUC: the AUC inside each group that has both classes, mean weighted by the groups' rows.

    Groups are resampled whole, so that a group's own AUC stays what it is under the rows' own weights.
    """

    def __init__(self, scores: Array, labels: Array, groups: Array, weights: Array) -> None:
        order = np.argsort(groups, kind="stable")
        starts = np.flatnonzero(np.diff(groups[order])) + 1
        places: list[int] = []
        found: list[float] = []
        sizes: list[float] = []
        for rows in np.split(order, starts):
            own, total = labels[rows] > 0.5, float(weights[rows].sum())
            if own.any() and not own.all() and total > 0:
                places.append(int(rows[np.argmax(weights[rows])]))
                found.append(1 - Ranked(scores[rows], labels[rows]).error(weights[rows]))
                sizes.append(total)
        self._row, self._aucs = np.array(places, np.int64), np.array(found)
        self._each = np.array(sizes) / weights[self._row]  # of the row that stands for the group, as often as it counts

    def error(self, weights: Array) -> float:
        """GAUC itself under row weights (N,), equal times the own ones in each group; nan where no group has both classes."""
        counted = weights[self._row] * self._each
        return dot(counted, self._aucs) / float(counted.sum()) if counted.sum() else float("nan")


class OfSome:
    """A measure over the rows (N,) that have a label."""

    def __init__(self, known: Array, measure: Measure) -> None:
        self._known, self._measure = known, measure

    def error(self, weights: Array) -> float:
        """The measure of the rows that have a label, which count by their weights (N,)."""
        return self._measure.error(weights[self._known])
