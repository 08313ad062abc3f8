"""Training the ranker on impressions: row-wise Adam for its table of videos, Adam for the rest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from engine.features import Impressions, Quantiles
from engine.rates import at_step
from engine.recommender.ranking.model import Ranker, RankNet, weighted_loss
from engine.recommender.recall.row_adam import RowAdam
from engine.recommender.site.vocabulary import Site
from engine.recommender.site.world import source
from engine.runs.frame import Array
from engine.runs.seeds import generator


class Ranking:
    """A ranker with its optimisers and its training rows.

    train    what was known of N impressions; clicked (N,), minutes (N,) what became of them
    videos   (K, D) embeddings to begin with, of candidate generation, which has learnt what stands near what
    """

    def __init__(
        self, site: Site, train: Impressions, clicked: Array, minutes: Array, videos: Tensor | None = None
    ) -> None:
        self.config, self._train = site.world.config, train
        self._clicked, self._minutes = clicked, minutes.astype(np.float32)
        config = self.config
        self.net = RankNet(len(site.known), config.dimensions, config.layers)
        self.ranker = Ranker(self.net, site, Quantiles.of(train.hours), Quantiles.of(train.seen.astype(np.float64)))
        self._initialise(generator(config.seed, "ranking"), videos)
        self._rng, self._taken = source(config, "ranking batches"), 0
        table = self.net.video.weight
        dense = [p for p in self.net.parameters() if p is not table]
        self._optimisers: tuple[torch.optim.Optimizer, ...] = (
            RowAdam([table], lr=config.rate("rank")),
            torch.optim.Adam(dense, lr=config.rate("rank"), fused=True),
        )

    @torch.no_grad()
    def _initialise(self, random: torch.Generator, videos: Tensor | None) -> None:
        for name, parameter in self.net.named_parameters():
            if parameter.dim() == 1:
                parameter.zero_()
            else:
                bound = 0.1 if "video" in name or "language" in name else (6.0 / parameter.shape[1]) ** 0.5
                parameter.uniform_(-bound, bound, generator=random)
        if videos is not None:
            self.net.video.weight.copy_(videos)

    def fit(self) -> Iterator[Tensor]:
        """Train for all steps of the config: the loss () of each."""
        for _ in range(self.config.ranking_steps):
            yield self.learn()

    def learn(self) -> Tensor:
        """One step on a batch of impressions; its loss ()."""
        rows = self._rng.integers(len(self._train), size=self.config.batch_size)
        z = self.net(self.ranker.seen(self._train.some(rows)))
        clicked, minutes = torch.from_numpy(self._clicked[rows]), torch.from_numpy(self._minutes[rows])
        loss = weighted_loss(z, clicked, minutes, self.config.weighting)
        for optimiser in self._optimisers:
            optimiser.zero_grad(set_to_none=True)
        loss.backward()
        rate = at_step(self.config.rate("rank"), self.config.decay, self._taken, self.config.ranking_steps)
        self._taken += 1
        for optimiser in self._optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.step()
        return loss.detach()
