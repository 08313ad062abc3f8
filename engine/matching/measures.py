"""How well held-out queries are answered: NDCG with gain 2^rel - 1, MRR, recall@k, and the pair against its twin.

Q queries · N documents of the pool
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.matching.data.log import Log
from engine.runs.frame import Array

CUTS = (1, 3, 10)
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
        """(K,) by skill, the share of queries whose clicked document scores above its twin; a tie counts half. scores
        (Q, N)."""
        rows = scores[self._rows]
        clicked, twin = (np.take_along_axis(rows, self._pairs[:, n : n + 1], 1)[:, 0] for n in (0, 1))
        won = np.where(np.abs(clicked - twin) < TIE, 0.5, clicked > twin)
        return np.array([won[self._skills == skill].mean() for skill in skills])

    def first_ranks(self, scores: Array) -> Array:
        """(Q,) rank of each query's best relevant document."""
        return first_ranks(self.grades, scores)

    def measures(self, scores: Array) -> dict[str, Array]:
        """ "ndcg" (3,) at 1, 3, 10; "mrr" (); "recall" (2,) at 1 and 10: means over the queries."""
        ranks = first_ranks(self.grades, scores)
        return {
            "ndcg": np.array([ndcg(self.grades, scores, k).mean() for k in CUTS]),
            "mrr": np.array((1.0 / ranks).mean()),
            "recall": np.array([(ranks <= k).mean() for k in (1, 10)]),
        }


def ndcg(grades: Array, scores: Array, k: int) -> Array:
    """(Q,) DCG of the k highest scores ÷ the best there can be; gain 2^rel - 1, discount log2(1 + rank).

    Equal scores share the mean of their discounts, which is the mean over all orders of them (McSherry & Najork 2008).
    Ours rather than scikit-learn's, whose import takes .7 s of a server's start; tests hold the two equal.
    """
    gains = 2.0 ** np.asarray(grades, np.float64) - 1.0
    discounts = np.where(np.arange(gains.shape[1]) < k, 1.0 / np.log2(np.arange(gains.shape[1]) + 2.0), 0.0)
    best = (-np.sort(-gains, axis=1)) @ discounts
    found = [_shared(gain, levels(row), discounts) for gain, row in zip(gains, np.asarray(scores), strict=True)]
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


def first_ranks(grades: Array, scores: Array) -> Array:
    """(Q,) rank of the best relevant document, from 1; among equals it stands in the middle."""
    best = np.where(grades > 0, scores, -np.inf).max(1, keepdims=True)
    above, equal = (scores > best + TIE).sum(1), (np.abs(scores - best) <= TIE).sum(1)
    return 1.0 + above + (equal - 1) / 2
