"""Lists as they would be served at the moment of a held-out watch, and how often they hold it.

E held-out watches · K videos of the vocabulary
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.recommender.recall.samples import Examples
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array
from engine.runs.studies.verdict import mean_interval

CUTS = (20, 100, 300)
"""Lengths of lists that are judged."""
DENSE = 2_000_000
"""Scores in a block of held-out watches."""


class Serving:
    """What may be served to whom: a video uploaded before the moment, that the user has not watched as far as a model may
    look. A held-out watch that was itself watched before can be in no list.

    test  the held-out watches that are asked about
    """

    def __init__(self, site: Site, test: Examples) -> None:
        self.site, self.test = site, test
        self._uploaded = site.world.videos.uploaded[site.known]

    def allowed(self, rows: Array) -> Array:
        """(n, K) whether each video of the vocabulary may be served, for some rows of the test (n,)."""
        watches, test = self.site.history.watches, self.test
        free = self._uploaded[None, :] <= (test.moment[rows] / SECONDS)[:, None]
        start, end = watches.start[test.user[rows]], test.behind[rows]
        user = np.repeat(np.arange(len(rows)), end - start)
        place = np.arange(len(user)) - np.repeat(np.cumsum(end - start) - (end - start), end - start)
        place += np.repeat(start, end - start)
        there = place != np.repeat(test.place[rows], end - start)
        row = self.site.row(watches.item[place])
        there &= row >= 0
        free[user[there], row[there]] = False
        return free

    def best(self, scores: Callable[[Array], Array], most: int) -> Array:
        """(E, most) videos that may be served, best first; -1 where there are no more. `scores` gives those of the
        vocabulary for some rows of the test (n,) → (n, K)."""
        known = self.site.known
        found, size = np.empty((len(self.test), most), np.int64), max(DENSE // len(known), 1)
        for begin in range(0, len(self.test), size):
            rows = np.arange(begin, min(begin + size, len(self.test)))
            best = top(np.where(self.allowed(rows), scores(rows), -np.inf).astype(np.float32), most)
            found[rows] = np.where(best < 0, -1, known[best])
        return found

    def ceiling(self) -> float:
        """The share of the held-out watches that any list of the vocabulary can hold."""
        row, size = self.site.row(self.test.label), max(DENSE // len(self.site.known), 1)
        free = np.zeros(len(self.test), bool)
        for begin in range(0, len(self.test), size):
            rows = np.arange(begin, min(begin + size, len(self.test)))
            free[rows] = self.allowed(rows)[np.arange(len(rows)), row[rows]]
        return float((free & (row >= 0)).mean())


def top(scores: Array, most: int) -> Array:
    """(N, most) columns of the largest scores (N, K), best first; -1 where the score is -inf."""
    columns = np.argpartition(-scores, most - 1, axis=1)[:, :most]
    order = np.argsort(-np.take_along_axis(scores, columns, 1), axis=1, kind="stable")
    columns = np.take_along_axis(columns, order, 1)
    return np.where(np.isneginf(np.take_along_axis(scores, columns, 1)), -1, columns)


def hit_rates(found: Array, labels: Array, cuts: tuple[int, ...] = CUTS) -> Array:
    """(len(cuts),) share of examples whose label is among the first k found: found (E, K) best first."""
    hit = found == labels[:, None]
    return np.array([hit[:, :k].any(1).mean() for k in cuts])


def gain(found: Array, other: Array, labels: Array) -> Array:
    """(cuts, 3) how much oftener lists (E, K) hold the label than other lists, and the 95 % interval of that mean: both are
    of the same examples."""
    hit, less = (one == labels[:, None] for one in (found, other))
    rows = [hit[:, :k].any(1).astype(np.float64) - less[:, :k].any(1) for k in CUTS]
    return np.array([mean_interval(row) for row in rows])
