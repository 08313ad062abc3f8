"""Truth: what a simulated user would really watch, which no model knows; a log that was not simulated has none.

N videos
"""

from __future__ import annotations

import numpy as np

from engine.recommender.serving.before import shown_before, watched_before
from engine.recommender.serving.server import Recommendation
from engine.recommender.site.taste import expected_watch
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

FAVOURITES = 4_000
"""The best videos of a user that are kept in mind."""


class Truth:
    """Expected minutes of watching on a simulated site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._best: dict[int, Array] = {}

    def minutes(self, user: int, videos: Array, when: float) -> Array:
        """(N,) expected minutes of some videos for a user, wearied at that moment of what was shown before."""
        world, seen = self._site.world, shown_before(self._site, user, videos, when)
        return expected_watch(world.config, world.videos, world.users, np.full(len(videos), user), videos, seen)

    def favourites(self, user: int, when: float) -> tuple[Array, Array]:
        """Ids and expected minutes (N,) of what the user would like best of all that is there and was not watched yet,
        best
        first. Empty where the world is not simulated."""
        world = self._site.world
        if not world.true:
            return np.zeros(0, np.int64), np.zeros(0)
        if user not in self._best:  # what was never shown; weariness only takes away
            truth = self.minutes(user, np.arange(len(world.videos)), 0.0)
            self._best[user] = np.argpartition(-truth, min(FAVOURITES, len(truth)) - 1)[:FAVOURITES]
        ids = self._best[user]
        minutes = self.minutes(user, ids, when)
        order = np.argsort(-minutes, kind="stable")
        ids, minutes = ids[order], minutes[order]
        open_ = (world.videos.uploaded[ids] <= when) & ~np.isin(ids, watched_before(self._site, user, when))
        return ids[open_], minutes[open_]

    def kept(self, given: Recommendation, gone: Array, most: int) -> tuple[float, float, float]:
        """The share of the best possible watch time of `most` videos that the vocabulary, recall and ranking leave,
        for a
        recommendation without the ids (N,) that were `gone`. nan where the world is not simulated."""
        if not self._site.world.true:
            return (float("nan"),) * 3
        favourites, minutes = self.favourites(given.user, given.now)
        best = max(float(minutes[:most].sum()), 1e-9)
        known = favourites[self._site.row(favourites) >= 0][:most]
        if len(known) < most:  # all of the vocabulary, then: it takes a second for 1,000,000
            known = np.setdiff1d(self._site.known, gone)
        parts = (
            best_sum(self.minutes(given.user, some, given.now), most) for some in (known, given.candidates, given.shown)
        )
        first, second, third = (part / best for part in parts)
        return first, second, third


def best_sum(values: Array, most: int) -> float:
    """The sum of the `most` largest of some values (N,)."""
    return float(np.partition(values, -min(most, len(values)))[-most:].sum()) if len(values) else 0.0
