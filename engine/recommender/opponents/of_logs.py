"""Opponents on a viewer's own log: wider grids than the simulated worlds were judged by, each winner inside its grid.

E held-out watches · K videos of the vocabulary · V of them that tuning looks at
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from engine.recommender.held_out.served import CUTS, Serving, hit_rates
from engine.recommender.opponents.beside import (
    NEIGHBOURS,
    PENALTIES,
    SHRINKAGES,
    SMALL,
    WINDOWS,
    Beside,
    Chosen,
    tried,
    watch_before,
)
from engine.recommender.opponents.knn import LATEST, behind, watched_by
from engine.recommender.recall.samples import Examples, histories
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

WIDER = (*NEIGHBOURS, 1_000, 2_000)
MORE = 8
"""Steps, at most, that a grid grows beyond its end while its last value is the best."""
SIMILARITIES = 30_000_000
"""That item-kNN keeps at most: 240 MB."""


class BesideLog(Beside):
    """What needs no training, on a log: as `Beside`, and where EASE knows nothing of a user, it says what is popular."""

    def __init__(self, site: Site, held_out: Array, chosen: Chosen, tick: Callable[[], None] | None = None) -> None:
        most = max(SIMILARITIES // max(len(site.known), 1), NEIGHBOURS[0])
        super().__init__(site, held_out, replace(chosen, neighbours=min(chosen.neighbours, most)), tick)
        there = np.ones(len(site.history.watches.item), bool)
        there[held_out] = False
        counts = np.bincount(site.watches(there).item, minlength=len(site.known))
        self._behind = behind(counts) * 1e-3  # below any score, in the order of popularity

    def scores(self, test: Examples, names: Sequence[str]) -> Iterator[tuple[str, Callable[[Array], Array]]]:
        for name, scores in super().scores(test, names):
            yield name, self._filled(scores) if name == "ease" else scores

    def _filled(self, scores: Callable[[Array], Array]) -> Callable[[Array], Array]:
        def filled(rows: Array) -> Array:
            found = scores(rows)
            silent = ~np.any(np.isfinite(found) & (found != 0.0), axis=1)
            found[silent] = self._behind
            return found

        return filled


def tune_log(site: Site, held_out: Array, tick: Callable[[], None] | None = None) -> Chosen:
    """Every setting of every opponent, by how often it finds the watch before the held-out one among the first 100; of equal
    ones the earlier value. A grid whose last value is the best grows until it is not, or until more would change nothing."""
    best, days = Chosen(), float(site.world.config.days)

    def of(name: str, field: str) -> Callable[[float], float | None]:
        return lambda value: tried(site, held_out, name, replace(best, **{field: value}), tick)  # type: ignore[arg-type]

    for name in ("recent", "kinds"):
        window = chosen(WINDOWS, of(name, name), 2.0, lambda value: value >= days)
        best = replace(best, **{name: window or getattr(best, name)})  # type: ignore[arg-type]
    knn = Neighbours(site, held_out)
    if len(knn):
        shrinkage = chosen(SHRINKAGES, lambda value: knn.hits(value, best.neighbours, tick), 3.0)
        best = replace(best, shrinkage=best.shrinkage if shrinkage is None else shrinkage)
        count = chosen(
            WIDER, lambda value: knn.hits(best.shrinkage, int(value), tick), 2.0, lambda value: value >= knn.videos
        )
        best = replace(best, neighbours=int(count or best.neighbours))
    penalty = chosen(PENALTIES, of("ease", "penalty"), 3.0)
    return replace(best, penalty=penalty or best.penalty)


def chosen(
    values: Sequence[float],
    trial: Callable[[float], float | None],
    factor: float,
    ends: Callable[[float], bool] = lambda value: False,
) -> float | None:
    """The first of the values with the best trial; while that is the last one, the next is `factor` times it, unless it `ends`
    there. None where nothing can be tried."""
    tried_so_far: list[tuple[float, float]] = []
    for value in values:
        found = trial(value)
        if found is None:
            return None
        tried_so_far.append((value, found))
        if ends(value):
            break
    for _ in range(MORE):
        last = tried_so_far[-1]
        if ends(last[0]) or any(found >= last[1] for _, found in tried_so_far[:-1]):
            break
        tried_so_far.append((last[0] * factor, float(trial(last[0] * factor) or 0.0)))
    most = max(found for _, found in tried_so_far)
    return next(value for value, found in tried_so_far if found == most)


class Neighbours:
    """Item-kNN with any setting on the `SMALL` most watched videos, by how often it finds the watches before the held-out ones:
    what was watched together is counted once for all of them."""

    def __init__(self, site: Site, held_out: Array) -> None:
        self._before = watch_before(site, held_out)
        there = np.ones(len(site.history.watches.item), bool)
        there[np.concatenate((held_out, self._before.place))] = False
        counts = np.bincount(site.watches(there).item, minlength=len(site.known))
        small = site.with_vocabulary(np.sort(site.known[np.argsort(-counts, kind="stable")[:SMALL]]))
        self.videos, self._serving = len(small.known), Serving(small, self._before)
        seen = watched_by(small.watches(there), self.videos, LATEST)
        popularity = np.asarray(seen.sum(0)).ravel()
        length = np.sqrt(popularity)
        self._both = (seen.T @ seen).toarray()
        np.fill_diagonal(self._both, 0.0)
        self._lengths, self._behind = np.outer(length, length), behind(popularity)
        watched = small.row(histories(small, self._before)[0])
        rows, places = np.nonzero(watched >= 0)
        self._bags = np.zeros((len(watched), self.videos), np.float32)
        np.add.at(self._bags, (rows, watched[rows, places]), 1.0)
        self._similar: tuple[float, Array, Array] | None = None

    def __len__(self) -> int:
        return len(self._before)

    def hits(self, shrinkage: float, neighbours: int, tick: Callable[[], None] | None = None) -> float:
        """Hits at 100."""
        if self._similar is None or self._similar[0] != shrinkage:
            below = self._lengths + np.float32(shrinkage)
            similar = np.divide(self._both, below, out=np.zeros_like(self._both), where=below > 0)
            place = np.empty(similar.shape, np.int32)
            order = np.argsort(-similar, axis=1, kind="stable")
            np.put_along_axis(place, order, np.arange(self.videos, dtype=np.int32)[None], 1)
            self._similar = shrinkage, similar, place
        _, similar, place = self._similar
        scores = self._bags @ np.where(place < neighbours, similar, 0.0).astype(np.float32) + self._behind
        if tick is not None:
            tick()
        cut = min(CUTS[1], self.videos)
        return float(hit_rates(self._serving.best(lambda rows: scores[rows], cut), self._before.label, (cut,))[0])
