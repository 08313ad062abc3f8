"""The vectors that a user's path goes through, and what two impressions differ in at ranking.

D dimensions of an embedding · H units of a layer
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from engine.features import Impressions
from engine.recommender.ranking.model import Ranker, Seen
from engine.recommender.serving.explain import AGES
from engine.recommender.serving.server import Recommendation, Server
from engine.runs.frame import Array

VIDEO, LANGUAGE, HOURS, SEEN = "video", "language", "hours", "seen"
"""What may differ between two impressions of one user at one moment; the last watches are the same."""


class Inputs(NamedTuple):
    """What enters candidate generation: averages (D,) of watches and of searches, the region's embedding, and seven
    numbers, named by `AGES`."""

    watched: Array
    searched: Array
    region: Array
    numbers: Array


def inputs_of(server: Server, given: Recommendation) -> Inputs:
    """The parts of what is concatenated."""
    read, width = given.read, server.net.output.embedding_dim
    rest = read.joined[0, 2 * width :].numpy()
    return Inputs(read.watched[0].numpy(), read.searched[0].numpy(), rest[: -len(AGES)], rest[-len(AGES) :])


def layers_of(given: Recommendation) -> tuple[Array, ...]:
    """(H,) each ReLU layer of candidate generation; the last is u."""
    return tuple(layer[0].numpy() for layer in given.read.hidden)


class Side(NamedTuple):
    """One impression at ranking: hours since the channel and previous impressions as they are; six numbers as they enter,
    named by `CONTINUOUS`; hidden (H,) the last layer; z, and the `seen` it was computed from."""

    hours: float
    shown_before: int
    user_language: int
    video_language: int
    numbers: Array
    hidden: Array
    z: float
    seen: Seen


def side_by_side(server: Server, user: int, videos: Array, when: float, without: tuple[int, ...] = ()) -> list[Side]:
    """Some videos (N,) for one user at one moment, as ranking reads them. Raises RuntimeError before it is trained."""
    some = server.features(user, videos, when, without)
    return [_side(_ranker(server), some.some(np.array([n]))) for n in range(len(some))]


@torch.no_grad()
def _side(ranker: Ranker, one: Impressions) -> Side:
    seen = ranker.seen(one)
    x = ranker.net.joined(seen)
    for layer in ranker.net.layers:
        x = torch.relu(layer(x))
    return Side(
        float(one.hours[0]), int(one.seen[0]), int(one.user_language[0]), int(one.video_language[0]),
        seen.numbers[0].numpy(), x[0].numpy(), float(ranker.net(seen)[0]), seen,
    )  # fmt: skip


@torch.no_grad()
def traded(server: Server, good: Side, other: Side) -> dict[str, float]:
    """z of `other`, had it one thing of `good`: its video's embedding, its language, its hours, its impressions."""
    net, have, want = _ranker(server).net, other.seen, good.seen
    hours, shown = have.numbers.clone(), have.numbers.clone()
    hours[:, :3], shown[:, 3:] = want.numbers[:, :3], want.numbers[:, 3:]
    changed = {
        VIDEO: have._replace(video=want.video),
        LANGUAGE: have._replace(languages=want.languages),
        HOURS: have._replace(numbers=hours),
        SEEN: have._replace(numbers=shown),
    }
    return {name: float(net(one)[0]) for name, one in changed.items()}


def _ranker(server: Server) -> Ranker:
    if server.ranker is None:
        raise RuntimeError("there is no ranking model yet")
    return server.ranker
