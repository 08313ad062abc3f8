"""A video site as the models see it: what was watched when, and the vocabulary, the videos that have a vector.

V videos · K of them in the vocabulary
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.features import row_of, rows_of
from engine.recommender.config import RecommenderConfig
from engine.recommender.site.history import History, Sequences, history_of
from engine.recommender.site.log import simulate
from engine.recommender.site.world import World
from engine.runs.frame import Array


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """`known` (K,) are the ids, ascending, of the videos that were watched often enough, `config.fewest` times. Tables of
    embeddings hold them alone: a video that nobody watched has no vector, so recall cannot find it however well it suits.
    """

    world: World
    history: History
    known: Array
    _row: Array

    def row(self, videos: Array) -> Array:
        """The tables' row of each video (…,) → (…,); -1 for one outside the vocabulary, and for -1."""
        return row_of(self._row, videos)

    def watches(self, some: Array | None = None) -> Sequences:
        """The watches whose video has a row, by row; only those that `some` (W,) marks, if given."""
        watches = self.history.watches if some is None else self.history.watches.kept(some)
        return watches.mapped(self._row)

    def with_vocabulary(self, known: Array) -> Site:
        """A site with other videos in the vocabulary: ids (K,), ascending."""
        return Site(self.world, self.history, known, rows_of(known, len(self.world.videos)))


def site_of(world: World) -> Site:
    """Sort a world's log, and number what was watched."""
    videos, watches = np.unique(world.log.video[world.log.clicked], return_counts=True)
    known = videos[watches >= world.config.fewest]
    return Site(world, history_of(world.log, world.videos, world.users), known, rows_of(known, len(world.videos)))


def open_site(config: RecommenderConfig) -> Site:
    """The simulated site of a config: a second for 1,000,000 videos."""
    return site_of(simulate(config))
