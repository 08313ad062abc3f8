"""How well held-out queries are answered: NDCG with gain 2^rel - 1, MRR, recall@k, and the pair against its twin.

One rule for ties in all of them: neighbours in the order whose scores are nearer than `TIE` stand on one level, and a measure
is its mean over all orders of what stands on one level (McSherry & Najork 2008).

Q queries · N documents of the pool
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import numpy as np

from engine.matching.data.log import Log
from engine.runs.frame import Array

CUTS = (1, 3, 10)
WITHIN = (1, 10)
"""Places among which recall looks for a relevant document."""
TIE = 1e-5
"""Scores nearer than this are equal: a bag of words cannot tell the two apart, only float32's rounding can."""


class Judge:
    """The held-out queries of a log, ready to judge scores (Q, N)."""

    def __init__(self, log: Log) -> None:
        place = {index: n for n, index in enumerate(log.pool)}
        self.grades = np.zeros((len(log.test), len(log.pool)))
        for row, query in enumerate(log.test):
            for index, grade in query.grades.items():
                if index in place:
                    self.grades[row, place[index]] = grade
        twinned = [(row, query) for row, query in enumerate(log.test) if query.shown and query.skill]
        self._rows = np.array([row for row, _ in twinned], int)
        self._pairs = np.array([(place[q.clicked], place[q.shown[0]]) for _, q in twinned], int).reshape(-1, 2)
        self._skills = np.array([query.skill for _, query in twinned])

    def pairs(self, scores: Array, skills: Sequence[str]) -> Array:
        """(K,) by skill, the share of queries whose clicked document stands above its twin; on one level it counts half.
        scores (Q, N)."""
        level = np.array([levels(row) for row in scores[self._rows]]).reshape(len(self._rows), -1)
        clicked, twin = (np.take_along_axis(level, self._pairs[:, n : n + 1], 1)[:, 0] for n in (0, 1))
        won = np.where(clicked == twin, 0.5, clicked < twin)
        return np.array([won[self._skills == skill].mean() for skill in skills])

    def reciprocal_ranks(self, scores: Array) -> Array:
        """(Q,) 1 ÷ the rank of each query's first relevant document; 0 where there is none."""
        return np.array([_reciprocal(*_first(g, levels(row))) for g, row in zip(self.grades, scores, strict=True)])

    def measures(self, scores: Array) -> dict[str, Array]:
        """ "ndcg" (3,) at 1, 3, 10; "mrr" (); "recall" (2,) at 1 and 10, a relevant document among the first: means over
        the queries."""
        level = [levels(row) for row in scores]
        firsts = [_first(grades, one) for grades, one in zip(self.grades, level, strict=True)]
        return {
            "ndcg": np.array([_ndcg(self.grades, level, k).mean() for k in CUTS]),
            "mrr": np.array(np.mean([_reciprocal(*first) for first in firsts])),
            "recall": np.array([np.mean([_within(*first, k) for first in firsts]) for k in WITHIN]),
        }


def ndcg(grades: Array, scores: Array, k: int) -> Array:
    """(Q,) DCG of the k highest scores ÷ the best there can be; gain 2^rel - 1, discount log2(1 + rank).

    Ours rather than scikit-learn's, whose import takes .7 s of a server's start; tests hold the two equal.
    """
    return _ndcg(np.asarray(grades, np.float64), [levels(row) for row in np.asarray(scores)], k)


def _ndcg(grades: Array, level: Sequence[Array], k: int) -> Array:
    gains = 2.0**grades - 1.0
    discounts = np.where(np.arange(gains.shape[1]) < k, 1.0 / np.log2(np.arange(gains.shape[1]) + 2.0), 0.0)
    best = (-np.sort(-gains, axis=1)) @ discounts
    found = [_shared(gain, one, discounts) for gain, one in zip(gains, level, strict=True)]
    return np.asarray(found) / np.where(best > 0, best, 1.0)


def levels(scores: Array) -> Array:
    """(N,) scores → the number of each one's level, 0 the highest; neighbours nearer than `TIE` share one."""
    order = np.argsort(-scores, kind="stable")
    falls = -np.diff(np.asarray(scores, np.float64)[order], prepend=scores[order[:1]]) > TIE
    found = np.empty(len(scores), np.int64)
    found[order] = np.cumsum(falls)
    return found


def _shared(gains: Array, level: Array, discounts: Array) -> float:
    """DCG of one query: each group of equal levels takes the mean of the discounts of its places."""
    counts = np.bincount(level)
    ends = np.cumsum(counts)
    sums = np.concatenate(([0.0], np.cumsum(discounts)))
    mean = (sums[ends] - sums[ends - counts]) / counts
    return float(mean[level] @ gains)


def _first(grades: Array, level: Array) -> tuple[int, int, int]:
    """Of the highest level with a relevant document: how many stand above it, how many on it, how many of these are
    relevant. 0 relevant where no level has one."""
    relevant = grades > 0
    if not relevant.any():
        return 0, 0, 0
    best = level[relevant].min()
    return int((level < best).sum()), int((level == best).sum()), int((level[relevant] == best).sum())


def _reciprocal(above: int, equal: int, relevant: int) -> float:
    """Mean of 1 ÷ rank of the first relevant document over all orders of its level."""
    if not relevant:
        return 0.0
    ways = (comb(equal - place, relevant - 1) / (above + place) for place in range(1, equal - relevant + 2))
    return sum(ways) / comb(equal, relevant)


def _within(above: int, equal: int, relevant: int, k: int) -> float:
    """Share of all orders of its level in which the first relevant document is among the first k."""
    places = min(max(k - above, 0), equal)
    return 1.0 - comb(equal - places, relevant) / comb(equal, relevant) if relevant else 0.0
