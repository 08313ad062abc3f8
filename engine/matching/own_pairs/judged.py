"""How files of pairs are judged: inside a query's own candidates, over pairs, and in a search over documents.

One rule for ties in all of them, that of `engine.matching.measures`: a measure is its mean over all orders of what stands on
one level. Intervals are of test queries and seeds together, both of which are samples: queries are drawn anew with all their
pairs, and the few seeds count with the few degrees of freedom that they have.

N pairs · Q queries · S seeds · R resamples · M measures
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

import numpy as np
from scipy.special import ndtri, stdtrit

from engine.matching.measures import Judge, levels, ndcg
from engine.matching.own_pairs.parts import Part
from engine.runs.frame import Array

MEASURES: Mapping[str, tuple[str, ...]] = {
    "own": ("map", "mrr", "ndcg"), "pairs": ("auc", "accuracy"), "search": ("mrr", "ndcg"),
}  # fmt: skip
"""By question, the first of which is the one that training stops by and that models are compared in."""
CUT = 10
"""Places that NDCG looks at."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What one method says of pairs: test, validation (S, N); and of each test query with the documents to search among,
    grid (S, Q, P), where it was asked."""

    test: Array
    validation: Array
    grid: Array | None = None


def average_precision(right: Array, level: Array) -> float:
    """Mean of a list's average precision over all orders of what is level: right, level (n,), level 0 the highest. An item
    on place p of a level, right in k of m of its orders, has (k - 1) / (m - 1) right ones on each place before it there
    (McSherry & Najork 2008)."""
    sizes, found = np.bincount(level), np.bincount(level, right.astype(np.float64))
    total, before, hits = 0.0, 0, 0.0
    for size, k in zip(sizes.tolist(), found.tolist(), strict=True):
        if k:
            place = np.arange(size)
            beside = place * (k - 1) / max(size - 1, 1)
            total += float((k / size * (hits + 1 + beside) / (before + place + 1)).sum())
        before, hits = before + size, hits + k
    return total / hits


def reciprocal_rank(right: Array, level: Array) -> float:
    """Mean of 1 ÷ the rank of the first right item over all orders of its level: right, level (n,)."""
    best = level[right].min()
    above, equal, k = int((level < best).sum()), int((level == best).sum()), int((level[right] == best).sum())
    ways = (comb(equal - place, k - 1) / (above + place) for place in range(1, equal - k + 2))
    return sum(ways) / comb(equal, k)


def of_lists(part: Part, scores: Array) -> tuple[Array, Array]:
    """Queries (Q,) whose candidates differ in grade, and MAP, MRR and NDCG of each (Q, 3). Where every candidate of a query is
    right to some degree, right are those of the highest grade. scores (N,)."""
    rows = np.flatnonzero(part.lists())
    order = rows[np.argsort(part.query[rows], kind="stable")]
    queries, start = np.unique(part.query[order], return_index=True)
    found = np.empty((len(queries), 3))
    for n, own in enumerate(np.split(order, start[1:])):
        grades = part.grade[own]
        right = grades > 0 if (grades == 0).any() else grades == grades.max()
        level = levels(scores[own])
        gains = float(ndcg(grades[None], scores[own][None], CUT)[0])
        found[n] = average_precision(right, level), reciprocal_rank(right, level), gains
    return queries, found


def auc(level: Array, right: Array, weights: Array) -> float:
    """The share of right pairs above wrong ones, half where they are level, under weights: level (N,) from 0 the highest,
    right, weights (N,)."""
    count = int(level.max()) + 1
    up = np.bincount(level, np.where(right, weights, 0.0), count)
    down = np.bincount(level, np.where(right, 0.0, weights), count)
    total = up.sum() * down.sum()
    below = down.sum() - np.cumsum(down)
    return float(up @ (below + down / 2) / total) if total else 0.5


def threshold(scores: Array, right: Array) -> float:
    """The score from which on a pair is called right, so that most of these pairs are called by their name: half way between two
    neighbours, or beyond an end. scores, right (N,)."""
    order = np.argsort(-scores, kind="stable")
    values, truth = scores[order], right[order]
    called = np.concatenate(([0], np.cumsum(truth))) + np.concatenate((np.cumsum(~truth[::-1])[::-1], [0]))
    ends = np.concatenate(([True], values[1:] < values[:-1], [True]))  # equal scores are called alike
    best = int(np.flatnonzero(ends)[np.argmax(called[ends])])
    above, below = values[max(best - 1, 0)], values[min(best, len(values) - 1)]
    return float((above + below) / 2 if 0 < best < len(values) else below - 1.0 if best else above + 1.0)


def stopping(question: str, part: Part, scores: Array, judge: Judge | None = None) -> float:
    """The first measure of a question on pairs; of a search, scores (Q, P) of the judge's queries."""
    if question == "own":
        return float(of_lists(part, scores)[1][:, 0].mean())
    if question == "pairs":
        return auc(levels(scores), part.grade > 0, np.ones(len(part)))
    assert judge is not None
    return float(judge.reciprocal_ranks(scores).mean())


class Jury:
    """The test's pairs, ready to judge everyone on the same resamples.

    judge  the test's queries with the documents to search among
    """

    def __init__(self, test: Part, validation: Part, judge: Judge | None, resamples: int, seed: int) -> None:
        self._test, self._validation, self._judge = test, validation, judge
        self._count, self._source = resamples, np.random.default_rng(seed)
        self._drawn: dict[str, Array] = {}

    def metrics(self, name: str, question: str, scores: Scores) -> dict[str, Array]:
        """ "{name}.{question}" (M, 3) each measure's mean over the seeds with its 95 % interval; of the first of them
        "{name}.{question}.drawn" (R,), the same mean in each resample, and "{name}.{question}.seeds" (S,)."""
        value, drawn = (np.stack(parts, 1) for parts in zip(*self._seedwise(question, scores), strict=True))
        each = [interval(value[m], drawn[:, :, m].mean(1)) for m in range(len(value))]
        bounded = [(mean, max(low, 0.0), min(high, 1.0)) for mean, low, high in each]
        return {
            f"{name}.{question}": np.array(bounded),
            f"{name}.{question}.drawn": drawn[:, :, 0].mean(1),
            f"{name}.{question}.seeds": value[0],
        }

    def _seedwise(self, question: str, scores: Scores) -> list[tuple[Array, Array]]:
        """For each seed the measures (M,), and those of each resample (R, M)."""
        if question == "pairs":
            return [self._of_pairs(test, own) for test, own in zip(scores.test, scores.validation, strict=True)]
        if question == "own":
            each = [of_lists(self._test, test)[1] for test in scores.test]
        else:
            assert self._judge is not None and scores.grid is not None
            each = [
                np.stack((self._judge.reciprocal_ranks(grid), ndcg(self._judge.grades, grid, CUT)), 1)
                for grid in scores.grid
            ]
        weights = self._weights(question, len(each[0])).astype(np.float64)
        return [(one.mean(0), weights @ one / weights.sum(1, keepdims=True)) for one in each]

    def _of_pairs(self, scores: Array, validation: Array) -> tuple[Array, Array]:
        right, level = self._test.grade > 0, levels(scores)
        cut = threshold(validation, self._validation.grade > 0)
        called = ((scores > cut) == right).astype(np.float64)
        names, owner = np.unique(self._test.query, return_inverse=True)
        weights = self._weights("pairs", len(names))
        drawn = [(auc(level, right, row[owner]), float(row[owner] @ called / row[owner].sum())) for row in weights]
        return np.array((auc(level, right, np.ones(len(right))), called.mean())), np.array(drawn)

    def _weights(self, what: str, count: int) -> Array:
        """(R, count) how often each query is drawn, the same for everyone."""
        if what not in self._drawn:
            draws = (self._source.integers(count, size=count) for _ in range(self._count))
            self._drawn[what] = np.stack([np.bincount(one, minlength=count) for one in draws]).astype(np.uint8)
        return self._drawn[what]


def interval(seeds: Array, drawn: Array) -> tuple[float, float, float]:
    """The mean of seeds (S,) and its 95 % interval, from their spread, which has few degrees of freedom, and that of the mean
    over resamples of the queries (R,), which has many: Student's t with those of both (Satterthwaite 1946)."""
    count, mean = len(seeds), float(seeds.mean())
    of_queries = float(drawn.var())
    of_seeds = float(seeds.var(ddof=1)) / count if count > 1 else 0.0
    if not of_seeds:
        half = float(ndtri(0.975)) * of_queries**0.5
    else:
        free = min((of_queries + of_seeds) ** 2 / of_seeds**2 * (count - 1), 1e9)
        half = float(stdtrit(free, 0.975)) * (of_queries + of_seeds) ** 0.5
    return mean, mean - half, mean + half


def difference(metrics: Mapping[str, Array], question: str, one: str, other: str) -> tuple[float, float, float]:
    """How much better one method is than another by the question's first measure, with its 95 % interval: the same resamples,
    and the same seeds where both have several."""
    drawn = metrics[f"{one}.{question}.drawn"] - metrics[f"{other}.{question}.drawn"]
    return interval(metrics[f"{one}.{question}.seeds"] - metrics[f"{other}.{question}.seeds"], drawn)
