"""Which against whether: one softmax over the vocabulary, beside odds that each video has for itself.

K videos of the vocabulary · N some of them · E examples
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from engine.recommender.held_out.data import frontier
from engine.recommender.held_out.served import CUTS
from engine.recommender.recall.samples import Examples, split
from engine.recommender.recall.training import viewers
from engine.recommender.serving.server import Server
from engine.recommender.site.history import SECONDS
from engine.runs.frame import Array

SCORED = 2_000_000
"""Pairs of a user and a video that ranking is asked about."""
LEAST, MOST = 20, 300
"""Users, whatever the vocabulary."""


def shares(products: Array, rows: Array, raised: int = -1, by: float = 0.0) -> Array:
    """(N,) P(i | U, C) of some rows of the softmax over products (K,), the row `raised` lifted `by`."""
    z = products.astype(np.float64)
    if raised >= 0:
        z[raised] += by
    powers = np.exp(z - z.max())
    return np.asarray(powers[rows] / powers.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """(3,) shares of `users` whose next watch is among the first 20, 100, 300 of the vocabulary, by each question; `which`
    is None where the watch embeddings were not kept."""

    users: int
    which: Array | None
    whether: Array


def next_watches(server: Server, tick: Callable[[float], None] | None = None) -> Found:
    """Held-out watches of the last days, on which neither model was trained: the whole vocabulary ordered by u · v, and by
    ranking's odds. Raises RuntimeError before ranking is trained."""
    some = _held_out(server)
    row = server.site.row(some.label)
    whether = []
    for n, (user, second) in enumerate(zip(some.user, server.site.history.watches.second[some.place], strict=True)):
        z = server.logits(int(user), server.site.known, float(second) / SECONDS)
        whether.append(_place(z, int(row[n])))
        if tick is not None:
            tick((n + 1) / len(some))
    return Found(len(some), _which(server, some, row), _hits(whether))


def _held_out(server: Server) -> Examples:
    """Some of the test, of the part of the log that ranking did not learn from."""
    site, test = server.site, split(server.site)[1]
    late = np.flatnonzero(site.history.watches.second[test.place] >= frontier(site.world) * SECONDS)
    most = min(max(SCORED // max(len(site.known), 1), LEAST), MOST, len(late))
    return test.some(late[np.linspace(0, max(len(late) - 1, 0), most).astype(int)])


@torch.no_grad()
def _which(server: Server, some: Examples, row: Array) -> Array | None:
    if not bool(server.net.watched.weight.any(1).all()):
        return None
    u = server.net(viewers(server.site, some, serving=server.config.test == "last")).vector.numpy()
    return _hits([_place(server.vectors @ one, int(at)) for one, at in zip(u, row, strict=True)])


def _place(scores: Array, row: int) -> int:
    """How many stand above a row; all of them above one that has none."""
    return int((scores > scores[row]).sum()) if row >= 0 else len(scores)


def _hits(places: list[int]) -> Array:
    return np.array([np.mean([place < cut for place in places]) if places else np.nan for cut in CUTS])
