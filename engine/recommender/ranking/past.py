"""Ranking rests on what lies before the impressions that judge it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.recommender.recall.training import item2vec
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array
from engine.runs.seeds import generator


class Earlier:
    """A site as it was before the first of the judged impressions.

    judged   rows of the log
    watches  those before it, by row of the vocabulary
    """

    def __init__(self, site: Site, judged: Array) -> None:
        frontier = np.floor(site.world.log.time[judged[0]] * SECONDS)
        self._site, self.watches = site, site.watches(site.history.watches.second < frontier)

    def vectors(self) -> Tensor:
        """(K, D) item2vec of the earlier watches: what ranking begins with."""
        config = self._site.world.config
        table = torch.nn.Embedding(len(self._site.known), config.dimensions, sparse=True)
        torch.nn.init.normal_(table.weight, 0.0, 0.1, generator=generator(config.seed, "earlier"))
        if len(self.watches.item) > 1:
            item2vec(config, "earlier", self.watches, table)
        return table.weight.detach()
