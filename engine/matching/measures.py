"""How well held-out queries are answered: NDCG with gain 2^rel - 1, MRR, recall@k, and the pair against its twin.

Q queries · N documents of the pool
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import ndcg_score

from engine.matching.log import Log
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
        """By skill, the share of queries whose clicked document scores above its twin; a tie counts half."""
        rows = scores[self._rows]
        clicked, twin = (np.take_along_axis(rows, self._pairs[:, n : n + 1], 1)[:, 0] for n in (0, 1))
        won = np.where(np.abs(clicked - twin) < TIE, 0.5, clicked > twin)
        return np.array([won[self._skills == skill].mean() for skill in skills])

    def measures(self, scores: Array) -> dict[str, Array]:
        """ "ndcg" (3,) at 1, 3, 10; "mrr" (); "recall" (2,) at 1 and 10: means over the queries."""
        gains, ranks = 2.0**self.grades - 1.0, first_ranks(self.grades, scores)
        rounded = np.round(np.asarray(scores, np.float64) / TIE) * TIE  # scikit-learn averages over exact ties
        return {
            "ndcg": np.array([ndcg_score(gains, rounded, k=min(k, gains.shape[1])) for k in CUTS]),
            "mrr": np.array((1.0 / ranks).mean()),
            "recall": np.array([(ranks <= k).mean() for k in (1, 10)]),
        }


def first_ranks(grades: Array, scores: Array) -> Array:
    """(Q,) rank of the best relevant document, from 1; among equals it stands in the middle."""
    best = np.where(grades > 0, scores, -np.inf).max(1, keepdims=True)
    above, equal = (scores > best + TIE).sum(1), (np.abs(scores - best) <= TIE).sum(1)
    return 1.0 + above + (equal - 1) / 2
