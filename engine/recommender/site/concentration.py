"""How far watches gather on few videos: the Lorenz curve of a catalogue, and the share of its most watched percent.

V videos
"""

from __future__ import annotations

import numpy as np

from engine.recommender.config import RecommenderConfig
from engine.recommender.site.log import simulate
from engine.recommender.site.world import World
from engine.runs.frame import Array

POINTS = 120
SMALL = RecommenderConfig(videos=4_000, users=1_000, days=30)
"""A site that is simulated while one waits."""


def watches_of(world: World) -> Array:
    """(V,) how often each video was watched."""
    return np.bincount(world.log.video[world.log.clicked], minlength=len(world.videos))


def small(head: float, seed: int) -> Array:
    """(V,) the same of a small site of another concentration."""
    config = RecommenderConfig(videos=SMALL.videos, users=SMALL.users, days=SMALL.days, head=head, seed=seed)
    return watches_of(simulate(config))


def lorenz(watches: Array) -> tuple[Array, Array]:
    """The share of videos, the most watched first, at points (P,) even on a logarithmic scale, and the share of
    watches that
    they have: watches (V,) of each video."""
    ordered = np.cumsum(np.sort(watches)[::-1]) / max(watches.sum(), 1)
    counts = np.unique(np.geomspace(1, len(watches), POINTS).round().astype(np.int64))
    return counts / len(watches), ordered[counts - 1]


def share_of_top(watches: Array, share: float = 0.01) -> float:
    """The share of watches (V,) that a share of all videos, the most watched, have; at least one video."""
    most = np.sort(watches)[::-1][: max(int(len(watches) * share + 1e-9), 1)]
    return float(most.sum() / max(watches.sum(), 1))
