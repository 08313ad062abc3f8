"""What could be shown without any training: the hits of a user's own kinds these days, and videos drawn at random; and the watch
time that each would leave.

K videos of the vocabulary
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from engine.recommender.opponents.beside import Chosen
from engine.recommender.opponents.popularity import OfOwnKinds, Recent, kinds_of
from engine.recommender.serving.truth import Truth, best_sum
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

DRAWN = 2_000
"""Videos drawn to estimate what one at random is worth."""


class Plain:
    """The two lists of a simulated site, as of any moment."""

    def __init__(self, site: Site, truth: Truth) -> None:
        self._site, self._truth = site, truth

    @cached_property
    def _hits(self) -> OfOwnKinds | None:
        """By all watches of the log; a moment looks at those before it alone."""
        kinds, watches = kinds_of(self._site), self._site.history.watches
        there = np.ones(len(watches.item), bool)
        return None if kinds is None else OfOwnKinds(Recent(self._site, there, Chosen().kinds), kinds)

    def recent(self, user: int, when: float, gone: Array, most: int) -> Array:
        """Ids (most,) of what was watched most in the last days in the kinds that the user watches, without those that are
        `gone` (G,)."""
        if self._hits is None:
            return np.zeros(0, np.int64)
        site, moment, one = self._site, np.array([int(when * SECONDS)]), np.array([user])
        watches = site.history.watches
        watched = site.row(watches.last(one, watches.before(one, moment), site.world.config.watches))
        scores, rows = self._hits.every(watched, moment)[0], site.row(gone)
        scores[rows[rows >= 0]] = -np.inf
        return site.known[np.argsort(-scores, kind="stable")[:most]]

    def shares(self, user: int, when: float, gone: Array, most: int) -> tuple[float, float]:
        """The shares of the best possible watch time of `most` videos that recent hits leave, and as many videos at random,
        without the ids that are `gone` (G,)."""
        _, minutes = self._truth.favourites(user, when)
        best = max(float(minutes[:most].sum()), 1e-9)
        hits = self.recent(user, when, gone, most)
        videos = np.flatnonzero(self._site.world.videos.uploaded <= when)
        rng = np.random.default_rng(user)
        drawn = rng.choice(videos, min(DRAWN, len(videos)), replace=False)
        by_chance = most * float(self._truth.minutes(user, drawn, when).mean())
        return best_sum(self._truth.minutes(user, hits, when), most) / best, by_chance / best
