"""What simulated users like: how probable a click is, and how much of a video is watched then. This is the truth.

The arrays user and video, (N,) each or broadcast together, name pairs.
"""

from __future__ import annotations

import numpy as np

from engine.recommender.config import TOPICS, RecommenderConfig
from engine.recommender.site.world import Users, Videos
from engine.runs.frame import Array


def click_probability(
    config: RecommenderConfig, videos: Videos, users: Users, user: Array, video: Array, seen: Array | float = 0.0
) -> Array:
    """P(click) (N,) of user n shown video n, the arrays broadcast together: taste, language, quality, bait, weariness."""
    taste = users.taste[user, videos.topic[video]]
    foreign = users.language[user] != videos.language[video]
    young = (users.age[user] < 30) & (videos.minutes[video] < 4.0)
    drawn = config.appetite - 3.0 + 3.6 * taste + 0.8 * videos.quality[video] + 1.4 * videos.bait[video] + 0.4 * young
    return 1.0 / (
        1.0 + np.exp(-(drawn - 2.0 * foreign - 0.6 * np.asarray(seen) + _liking(config, user, videos.channel[video])))
    )


def watched_share(videos: Videos, users: Users, user: Array, video: Array) -> Array:
    """The share (N,) of a video that a user who clicked is expected to watch: bait wins clicks, not minutes."""
    taste = users.taste[user, videos.topic[video]]
    return 1.0 / (1.0 + np.exp(-(-0.9 + 1.6 * taste + 2.2 * videos.quality[video] - 3.0 * videos.bait[video])))


def expected_watch(
    config: RecommenderConfig, videos: Videos, users: Users, user: Array, video: Array, seen: Array | float = 0.0
) -> Array:
    """E[minutes watched] (N,) of an impression, a first one by default: the truth that every stage is judged by."""
    share = watched_share(videos, users, user, video)
    return click_probability(config, videos, users, user, video, seen) * share * videos.minutes[video]


def _liking(config: RecommenderConfig, user: Array, channel: Array) -> Array:
    """How much a user likes a channel, beside its topic: a fixed number for each pair, without a table of all pairs."""
    mixed = (np.asarray(user, np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (
        np.asarray(channel, np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F) + np.uint64(config.seed)
    )
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    return 0.8 * (mixed.astype(np.float64) / 2.0**64 * 2.0 - 1.0)


def topics_of(rng: np.random.Generator, users: Users, user: Array) -> Array:
    """(N,) a topic for each user, drawn by taste."""
    weight = users.taste**2
    share = np.cumsum(weight / weight.sum(1, keepdims=True), 1)
    return (rng.random(len(user))[:, None] > share[user]).sum(1).clip(max=TOPICS - 1)
