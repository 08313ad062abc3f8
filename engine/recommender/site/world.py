"""A simulated video site: videos, users, and a log of what was shown, clicked and watched, all with timestamps.

    V videos · U users · K topics · N impressions, in order of time; time is in days, 0 is when the log begins

The truth is known: `engine.recommender.site.taste.expected_watch` is each user's expected watch time of each video. User-generated catalogues are
the subject: uploads never stop, popularity follows age, a share of videos promises more than it holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.recommender.config import TOPICS, RecommenderConfig
from engine.runs.frame import Array

BACKLOG = 365.0
"""Days before the log from which videos are there."""
LANGUAGES, REGIONS = 4, 8
PAGE = 8
"""Impressions on a page."""
WORDS = 8
"""Search tokens of a topic."""


@dataclass(frozen=True, slots=True, eq=False)
class Videos:
    """topic (V,), channel (V,), language (V,), minutes (V,) its length, uploaded (V,) in days, ascending; quality and
    bait in 0 … 1, appeal (V,) the logarithm of its popularity."""

    topic: Array
    channel: Array
    language: Array
    minutes: Array
    uploaded: Array
    quality: Array
    bait: Array
    appeal: Array

    def __len__(self) -> int:
        return len(self.topic)


@dataclass(frozen=True, slots=True, eq=False)
class Users:
    """taste (U, K) in 0 … 1, region, language (U,), gender 0 or 1, age in years, pages (U,) how many each opens."""

    taste: Array
    region: Array
    language: Array
    gender: Array
    age: Array
    pages: Array

    def __len__(self) -> int:
        return len(self.region)


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """Impressions in order of time: user, video (N,), page (N,) its number, time (N,) in days, seen (N,) how often this
    user was shown this video before, clicked (N,), minutes (N,) watched, 0 where not clicked. Searches: their user, time
    and topic token, in order of time."""

    user: Array
    video: Array
    page: Array
    time: Array
    seen: Array
    clicked: Array
    minutes: Array
    search_user: Array
    search_time: Array
    search_token: Array


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Everything there is; `true` where it is simulated, so that expected watch times are known. `titles` (V,) and `people`
    (U,) are what a user's own log calls its items and users."""

    config: RecommenderConfig
    videos: Videos
    users: Users
    log: Log
    true: bool = True
    titles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


def source(config: RecommenderConfig, purpose: str) -> np.random.Generator:
    """Random numbers of one purpose of a config's seed."""
    return np.random.default_rng([config.seed, *purpose.encode()])


def draw_videos(config: RecommenderConfig) -> Videos:
    """V videos; a channel keeps to a topic and a language."""
    rng, count = source(config, "videos"), config.videos
    channels = max(count // 40, 10)
    channel_topic, channel_language = rng.integers(TOPICS, size=channels), _skewed(rng, LANGUAGES, channels)
    channel = rng.integers(channels, size=count)
    return _videos(
        rng, channel, channel_topic[channel], channel_language[channel], config.bait, -BACKLOG, float(config.days)
    )


def draw_uploads(config: RecommenderConfig, videos: Videos, day: int) -> Videos:
    """What the channels of some videos upload on one day after the log ends, as many as on any day before."""
    rng = source(config, f"uploads {day}")
    like = rng.integers(len(videos), size=round(config.videos / (BACKLOG + config.days)))
    return _videos(
        rng, videos.channel[like], videos.topic[like], videos.language[like], config.bait, float(day), day + 1.0
    )


def _videos(
    rng: np.random.Generator, channel: Array, topic: Array, language: Array, share: float, begin: float, end: float
) -> Videos:
    count = len(channel)
    bait = np.where(rng.random(count) < share, rng.uniform(0.6, 1.0, count), rng.uniform(0.0, 0.2, count))
    quality = rng.beta(3.0, 3.0, count)
    return Videos(
        topic=topic,
        channel=channel,
        language=language,
        minutes=np.exp(rng.normal(1.6, 0.4, count)).clip(0.5, 30.0),
        uploaded=np.sort(rng.uniform(begin, end, count)),
        quality=quality,
        bait=bait,
        appeal=rng.normal(0.0, 0.7, count) + 4.0 * quality + 0.3 * bait,
    )


def draw_users(config: RecommenderConfig) -> Users:
    """U users; most open few pages, some very many."""
    rng, count = source(config, "users"), config.users
    taste = rng.dirichlet(np.full(TOPICS, 0.25), count)
    return Users(
        taste=taste / taste.max(1, keepdims=True),
        region=rng.integers(REGIONS, size=count),
        language=_skewed(rng, LANGUAGES, count),
        gender=rng.integers(2, size=count),
        age=rng.integers(13, 75, count),
        pages=np.ceil(np.exp(rng.normal(2.4, 0.9, count))).astype(int).clip(2, 400),
    )


def _skewed(rng: np.random.Generator, kinds: int, count: int) -> Array:
    share = 0.5 ** np.arange(kinds)
    return rng.choice(kinds, count, p=share / share.sum())
