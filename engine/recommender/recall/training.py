"""Training candidate generation: item2vec first, then the network; steps that do not grow with the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.features import user_features
from engine.rates import at_step
from engine.recommender.config import RecommenderConfig
from engine.recommender.recall.model import (
    CandidateNet,
    Read,
    Sampler,
    Viewers,
    full_loss,
    initialise,
    sampled_loss,
)
from engine.recommender.recall.row_adam import RowAdam
from engine.recommender.recall.samples import Examples, histories
from engine.recommender.site.history import Sequences
from engine.recommender.site.vocabulary import Site
from engine.recommender.site.world import source
from engine.runs.frame import Array
from engine.runs.seeds import generator

NEIGHBOURS, PAIRS, AGAINST, ROUNDS = 5, 4_096, 5, 2
"""item2vec: how far two items of a sequence may stand apart; pairs in a step; negatives of a pair; passes."""
ITEM2VEC = "item2vec.watched"
"""The table of watches as item2vec left it, in the first frame behind it that keeps parameters."""
WARM = 0.1
"""Share of the steps in which the learning rate rises to its value. Without it the first steps cut off all ReLUs of u for
some seeds, the more the deeper the network, and nothing is learnt after that."""


class Recall:
    """The network with its optimisers: row-wise Adam for the big tables, Adam for the rest.

    held_out  places of the watches that are tested: item2vec does not see them either
    """

    def __init__(self, site: Site, train: Examples, held_out: Array | None = None) -> None:
        self.config, self.site, self._train = site.world.config, site, train
        self._held_out = np.zeros(0, np.int64) if held_out is None else held_out
        config, videos = self.config, len(site.known)
        self.net = initialise(CandidateNet(videos, config.dimensions, config.tower), generator(config.seed, "recall"))
        self.item2vec: Array | None = None  # the table of watches as item2vec left it
        self._rng, self._taken = source(config, "batches"), 0
        self._sampler = Sampler(site.row(train.label), videos, config.sampler)
        tables = [self.net.watched.weight, self.net.searched.weight]
        if config.sampler != "full":  # whose gradient is dense
            tables.append(self.net.output.weight)
        dense = [p for p in self.net.parameters() if not any(p is table for table in tables)]
        self._optimisers: tuple[torch.optim.Optimizer, ...] = (
            RowAdam(tables, lr=config.rate("recall")),
            torch.optim.Adam(dense, lr=config.rate("recall"), fused=True),
        )

    def fit(self, tick: Callable[[], None] | None = None) -> Iterator[Tensor | None]:
        """Train for all steps of the config: None before the first, which finds the network untrained, then the loss () of each.

        item2vec comes first where the config has it, before the first loss; `tick` is called on its way.
        """
        yield None
        if self.config.pretrained == "on":
            self.pretrain(tick)
            self.item2vec = self.net.watched.weight.detach().numpy().copy()
        for _ in range(self.config.steps):
            yield self.learn()

    def pretrain(self, tick: Callable[[], None] | None = None) -> None:
        """Watch and search embeddings from what stands near each other in the sequences (Barkan & Koenigstein 2016)."""
        history = self.site.history
        seen = np.ones(len(history.watches.item), bool)
        seen[self._held_out] = False
        for name, events in (("watched", self.site.watches(seen)), ("searched", history.searches)):
            if len(events.item) > 1:
                item2vec(self.config, name, events, getattr(self.net, name), tick)

    def learn(self) -> Tensor:
        """One step on a batch of examples; its loss ()."""
        config = self.config
        some = self._train.some(self._rng.integers(len(self._train), size=config.batch_size))
        u = self.net(viewers(self.site, some)).vector
        labels = torch.from_numpy(self.site.row(some.label))
        if config.sampler == "full":
            loss = full_loss(self.net, u, labels)
        else:
            drawn = self._sampler.draw(config.negatives, self._rng)
            log_q = self._sampler.log_q if config.correction == "on" else None
            loss = sampled_loss(self.net, u, labels, drawn, log_q)
        for optimiser in self._optimisers:
            optimiser.zero_grad(set_to_none=True)
        loss.backward()
        rate = at_step(config.rate("recall"), config.decay, self._taken, config.steps)
        self._taken += 1
        rate *= min(self._taken / (WARM * config.steps), 1.0)
        for optimiser in self._optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.step()
        return loss.detach()

    @torch.no_grad()
    def read(self, some: Examples, serving: bool = False) -> Read:
        """The path of each user at the moment of the example, whose age is told, for it may lie weeks before the end of the
        log; 0 is told when `serving`."""
        return self.net(viewers(self.site, some, serving=serving))


def viewers(site: Site, some: Examples, *, serving: bool = False, without: Array | None = None) -> Viewers:
    """What the network sees of some examples; at serving the example age is 0. `without` are watches taken away, by
    video."""
    config, users = site.world.config, site.world.users
    watched, searched = histories(site, some)
    if without is not None:
        watched = np.where(np.isin(watched, without), -1, watched)
    age = np.zeros(len(some)) if serving else some.age
    found = user_features(
        config, site.row, watched, searched, users.region[some.user], users.age[some.user], users.gender[some.user], age
    )
    return Viewers(*(torch.from_numpy(part) for part in found))


def pairs(rng: np.random.Generator, events: Sequences, owner: Array, count: int) -> tuple[Array, Array]:
    """About `count` pairs of items of the same owner (W,), at most `NEIGHBOURS` apart, at random."""
    place = rng.integers(len(events.item), size=count)
    other = place + rng.integers(1, NEIGHBOURS + 1, count) * rng.choice((-1, 1), count)
    inside = (other >= events.start[owner[place]]) & (other < events.start[owner[place] + 1])
    return events.item[place[inside]], events.item[other[inside]]


def item2vec(
    config: RecommenderConfig,
    name: str,
    events: Sequences,
    table: torch.nn.Embedding,
    tick: Callable[[], None] | None = None,
) -> None:
    """Skip-grams with negative sampling, in place: σ(v · v') for neighbours, σ(-v · v') for items drawn evenly."""
    rng = source(config, f"item2vec {name}")
    context = torch.nn.Embedding(table.num_embeddings, table.embedding_dim, sparse=True)
    torch.nn.init.zeros_(context.weight)
    adam = RowAdam([table.weight, context.weight], lr=0.02)
    owner = events.owner()
    for _ in range(max(ROUNDS * len(events.item) * NEIGHBOURS // PAIRS, 1)):
        left, right = (torch.from_numpy(side) for side in pairs(rng, events, owner, PAIRS))
        wrong = torch.from_numpy(rng.integers(len(table.weight), size=(len(left), AGAINST)))
        others = context(torch.cat((right[:, None], wrong), 1))  # (B, 1 + AGAINST, D)
        dots = (table(left)[:, None] * others).sum(-1)  # faster backwards than a product of matrices
        loss = -functional.logsigmoid(dots[:, 0]).mean() - functional.logsigmoid(-dots[:, 1:]).sum(1).mean()
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        if tick is not None:
            tick()


def batches(some: Examples, size: int = 1_024) -> Iterator[Examples]:
    """In order, a few at a time."""
    for begin in range(0, len(some), size):
        yield some.some(np.arange(begin, min(begin + size, len(some))))
