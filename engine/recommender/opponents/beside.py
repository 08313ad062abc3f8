"""All opponents beside a model: their lists on the same held-out watches.

E held-out watches · K videos of the vocabulary
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.recommender.held_out.served import Serving
from engine.recommender.opponents.ease import Ease
from engine.recommender.opponents.knn import ItemKNN, watched_together
from engine.recommender.opponents.popularity import OfOwnKinds, Recent, kinds_of
from engine.recommender.recall.samples import Examples, histories
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

OPPONENTS = ("popular", "recent", "kinds", "knn", "ease")
"""Popularity, of the last days, of the last days in the user's own kinds, item-kNN, EASE."""

SMALL = 3_000
"""Videos for which K² numbers are kept; item-kNN and EASE are tuned on so many."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Days that count as recent, by all and by kinds; item-kNN's neighbours and shrinkage; EASE's penalty λ."""

    recent: float = 7.0
    kinds: float = 7.0
    neighbours: int = 100
    shrinkage: float = 0.0
    penalty: float = 300.0


class Opponent(NamedTuple):
    """Its name; its scores (n, K) for some rows of the test (n,); how many numbers it keeps to know them."""

    name: str
    scores: Callable[[Array], Array]
    numbers: int


class Beside:
    """What needs no training, on the watches of a log that are not held out.

    held_out  places of the watches that are not to be seen
    tick      called on the way
    """

    def __init__(self, site: Site, held_out: Array, chosen: Chosen, tick: Callable[[], None] | None = None) -> None:
        self._site, self._chosen, self._tick = site, chosen, tick or (lambda: None)
        self._there = np.ones(len(site.history.watches.item), bool)
        self._there[held_out] = False
        self._watches = site.watches(self._there)
        self._together: list[Array] = []

    def choosing(self, chosen: Chosen) -> Beside:
        """The same with other settings, where many are tried: who watched two videos both is counted once for all."""
        other = copy(self)
        other._chosen = chosen
        return other

    def lists(self, test: Examples, most: int) -> dict[str, Array]:
        """By opponent (E, most) videos for each held-out watch, as they would be served. "kinds" is missing where a log
        tells none."""
        serving = Serving(self._site, test)
        return {one.name: serving.best(one.scores, most) for one in self.made(test, OPPONENTS)}

    def made(self, test: Examples, names: Sequence[str]) -> Iterator[Opponent]:
        """The named opponents, each made when it is asked for."""
        site, chosen, videos = self._site, self._chosen, len(self._site.known)
        watched, moment = site.row(histories(site, test)[0]), test.moment.astype(np.int64)
        counts = np.bincount(self._watches.item, minlength=videos)
        rest = (counts / (counts.max(initial=0) + 1.0)).astype(np.float32)  # of equal ones the more popular
        kinds = kinds_of(site)
        if "popular" in names:
            yield Opponent("popular", lambda rows: np.tile(counts, (len(rows), 1)), videos)
        if "recent" in names:
            recent = Recent(site, self._there, chosen.recent)
            yield Opponent("recent", lambda rows: recent.counts(moment[rows]) + rest, recent.numbers)
        self._tick()
        if "kinds" in names and kinds is not None:
            lately = Recent(site, self._there, chosen.kinds)
            own = OfOwnKinds(lately, kinds)
            yield Opponent(
                "kinds", lambda rows: own.every(watched[rows], moment[rows]) + 1e-6 * rest, lately.numbers + videos
            )
        self._tick()
        if "knn" in names:
            knn = ItemKNN(
                self._watches,
                videos,
                self._tick,
                neighbours=chosen.neighbours,
                shrinkage=chosen.shrinkage,
                together=self._counts(),
            )
            yield Opponent("knn", lambda rows: knn.every(watched[rows]), knn.similar.nnz)
        self._tick()
        if "ease" in names:
            ease = Ease(self._watches, videos, chosen.penalty)
            yield Opponent("ease", lambda rows: ease.every(test.user[rows]), ease.numbers)

    def _counts(self) -> Array | None:
        """(K, K) users who watched two videos both, of a small vocabulary: all who choose other settings share them."""
        if len(self._site.known) > SMALL:
            return None
        if not self._together:
            self._together.append(watched_together(self._watches, len(self._site.known)))
        return self._together[0]
