"""Tuning of the opponents: every setting by trials on watches that judge nothing, each winner inside its grid.

E held-out watches · K videos of the vocabulary · V of them that tuning looks at
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.recommender.held_out.served import CUTS, Serving, hit_rates
from engine.recommender.opponents.beside import Chosen, most_watched, tried, watch_before, without
from engine.recommender.opponents.knn import LATEST, behind, watched_by
from engine.recommender.recall.samples import histories
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

MORE = 8
"""Steps, at most, that a grid grows at each end while the value there is the best."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The values of one setting of an opponent that are tried in any case, rising; those beyond an end are a `factor` apart, and
    none is below `lowest` or above `highest`, where another would change nothing."""

    opponent: str
    setting: str
    values: tuple[float, ...]
    factor: float
    lowest: float = 0.0
    highest: float = math.inf


@dataclass(frozen=True, slots=True)
class Tuned:
    """What was chosen, and by setting the lowest and the highest value that were tried."""

    chosen: Chosen
    between: Mapping[str, tuple[float, float]]


def grids(days: float, videos: int) -> tuple[Grid, ...]:
    """The grids of settings to try on a log of so many days, tuned on so many videos. Settings are tuned in this order, with the best so far of the others."""
    windows = (0.25, 0.5, 1.0, 2.0, 4.0, 7.0, 14.0, 30.0, 90.0, 365.0)
    penalties = (10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0)
    return (
        Grid("recent", "recent", windows, 2.0, highest=days),
        Grid("kinds", "kinds", windows, 2.0, highest=days),
        Grid("knn", "shrinkage", (0.0, 3.0, 10.0, 30.0, 100.0, 300.0), 3.0),
        Grid("knn", "neighbours", (20, 50, 100, 200, 500, 1_000, 2_000), 2.0, 1, videos),
        Grid("ease", "penalty", penalties, 3.0),
        Grid("als", "als_penalty", (3.0, 10.0, 30.0, 100.0, 300.0), 3.0),
        Grid("als", "confidence", (1.0, 3.0, 10.0, 30.0), 3.0),
        Grid("als", "factors", (8, 16, 32, 64), 2.0, 1, videos),
    )


def tune(site: Site, held_out: Array, tick: Callable[[], None] | None = None) -> Tuned:
    """Choose every setting of every opponent by how often it finds the watch before the held-out one among the first 100.
    Neither watch is seen meanwhile, and what was tried with the same settings is not tried again."""
    best, between, knn = Chosen(), {}, Neighbours(site, held_out)
    every = grids(float(site.world.config.days), knn.videos)
    known: dict[tuple[object, ...], float | None] = {}
    for grid in every:
        kind = type(getattr(best, grid.setting))

        def trial(value: float, grid: Grid = grid, best: Chosen = best, kind: type = kind) -> float | None:
            some = replace(best, **{grid.setting: kind(value)})
            same = grid.opponent, *(getattr(some, one.setting) for one in every if one.opponent == grid.opponent)
            if same not in known:
                known[same] = _hits(site, held_out, grid.opponent, some, knn, tick)
            return known[same]

        values = searched(grid, trial)
        if values:
            best = replace(best, **{grid.setting: kind(winner(values))})
            between[grid.setting] = (min(values), max(values))
    return Tuned(best, between)


def _hits(
    site: Site, held_out: Array, name: str, some: Chosen, knn: Neighbours, tick: Callable[[], None] | None
) -> float | None:
    if name != "knn":
        return tried(site, held_out, name, some, tick)
    return knn.hits(some.shrinkage, some.neighbours, tick) if len(knn) else None


def searched(grid: Grid, trial: Callable[[float], float | None]) -> dict[float, float]:
    """What the values of a grid found; it has grown until the best lies inside. Nothing where nothing can be tried."""
    found: dict[float, float] = {}

    def ask(value: float) -> bool:
        hits = trial(value)
        if hits is not None:
            found[value] = hits
        return hits is not None

    inside = [value for value in grid.values if value < grid.highest]
    for value in (*inside, *(min(value, grid.highest) for value in grid.values[len(inside) :][:1])):
        if not ask(value):
            return {}
    for _ in range(MORE):
        low, high, best = min(found), max(found), winner(found)
        if best == high < grid.highest:
            ask(min(high * grid.factor, grid.highest))
        elif best == low > grid.lowest:
            ask(max(low / grid.factor, grid.lowest))
        else:
            break
    return found


def winner(found: Mapping[float, float]) -> float:
    """The value that found the most; of equal ones the lowest that is not at an end."""
    most, ends = max(found.values()), (min(found), max(found))
    equal = sorted(value for value, hits in found.items() if hits == most)
    return next((value for value in equal if value not in ends), equal[0])


class Neighbours:
    """Item-kNN with any setting on the `SMALL` most watched videos, by how often it finds the watches before the held-out ones:
    what was watched together is counted once for all of them."""

    def __init__(self, site: Site, held_out: Array) -> None:
        self._before = watch_before(site, held_out)
        there = without(site, held_out, self._before.place)
        small = most_watched(site, there)
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
        """The share of held-out watches that item-kNN has among the first 100 with these settings."""
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
