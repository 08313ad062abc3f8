"""Ranking rests on what lies before the impressions that judge it: its first vectors and, of a user's own log, baselines."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.recommender.ranking.features import Impressions
from engine.recommender.recall.baselines import ItemKNN
from engine.recommender.recall.training import item2vec
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array
from engine.runs.seeds import generator

PRIOR = 10.0
"""Impressions at the mean rate that every video is given: a rate of one impression says little."""


class Earlier:
    """A site as it was before the first of the judged impressions.

    learnt, judged  rows of the log; features of every row of it
    """

    def __init__(self, site: Site, learnt: Array, judged: Array, features: Impressions) -> None:
        self._site, self._learnt, self._judged, self._features = site, learnt, judged, features
        frontier = np.floor(site.world.log.time[judged[0]] * SECONDS)
        self._watches = site.watches(site.history.watches.second < frontier)

    def vectors(self) -> Tensor:
        """(K, D) item2vec of the earlier watches: what ranking begins with."""
        config = self._site.world.config
        table = torch.nn.Embedding(len(self._site.known), config.dimensions, sparse=True)
        torch.nn.init.normal_(table.weight, 0.0, 0.1, generator=generator(config.seed, "earlier"))
        if len(self._watches.item) > 1:
            item2vec(config, "earlier", self._watches, table)
        return table.weight.detach()

    def scores(self) -> dict[str, Array]:
        """Of the judged impressions, (N,) each, what needs no model: "popular" the rate at which a video was watched when
        it was shown, "knn" its cosines with the user's last watches."""
        some = self._features.some(self._judged)
        knn = ItemKNN(self._watches, len(self._site.known))
        near = knn.scores(self._site.row(some.recent), self._site.row(some.video))
        return {"popular": self.rates()[some.video], "knn": near}

    def rates(self) -> Array:
        """(V,) the share of a video's earlier impressions that were watched, drawn to the mean."""
        log, rows, videos = self._site.world.log, self._learnt, len(self._site.world.videos)
        shown = np.bincount(log.video[rows], minlength=videos)
        watched = np.bincount(log.video[rows][log.clicked[rows]], minlength=videos)
        return (watched + PRIOR * log.clicked[rows].mean()) / (shown + PRIOR)
