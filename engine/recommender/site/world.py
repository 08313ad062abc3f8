"""A simulated video site: videos, users, and a log of what was shown, clicked and watched, all with timestamps.

    V videos · U users · K topics · N impressions, in order of time; time is in days, 0 is when the log begins

The truth is known: `expected_watch` is each user's expected watch time of each video. User-generated catalogues are
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
FRESH = 4.0
"""Mean age in days of what is offered as new."""
STEADY = 6.0
"""How alike the watches of one user and video would be: the two parameters of a beta distribution sum to this."""
WORDS = 8
"""Search tokens of a topic."""
ASKS = 0.35
"""Searches for each page."""


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


def click_probability(
    config: RecommenderConfig, videos: Videos, users: Users, user: Array, video: Array, seen: Array | float = 0.0
) -> Array:
    """P(click) of user n shown video n, the arrays broadcast together: taste, language, quality, bait, weariness."""
    taste = users.taste[user, videos.topic[video]]
    foreign = users.language[user] != videos.language[video]
    young = (users.age[user] < 30) & (videos.minutes[video] < 4.0)
    drawn = -3.0 + 3.6 * taste + 0.8 * videos.quality[video] + 1.4 * videos.bait[video] + 0.4 * young
    return 1.0 / (
        1.0 + np.exp(-(drawn - 2.0 * foreign - 0.6 * np.asarray(seen) + _liking(config, user, videos.channel[video])))
    )


def watched_share(videos: Videos, users: Users, user: Array, video: Array) -> Array:
    """The share of a video that a user who clicked is expected to watch: bait wins clicks, not minutes."""
    taste = users.taste[user, videos.topic[video]]
    return 1.0 / (1.0 + np.exp(-(-0.9 + 1.6 * taste + 2.2 * videos.quality[video] - 3.0 * videos.bait[video])))


def expected_watch(
    config: RecommenderConfig, videos: Videos, users: Users, user: Array, video: Array, seen: Array | float = 0.0
) -> Array:
    """E[minutes watched] of an impression, a first one by default: the truth that every stage is judged by."""
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


def simulate(config: RecommenderConfig) -> World:
    """Draw the world and let its users open their pages, which show what is popular and roughly to their taste."""
    videos, users = draw_videos(config), draw_users(config)
    rng = source(config, "log")
    owner = np.repeat(np.arange(len(users)), users.pages)
    time = rng.uniform(0.0, config.days, len(owner))
    order = np.argsort(time, kind="stable")
    owner, time = owner[order], time[order]
    user, when = np.repeat(owner, PAGE), np.repeat(time, PAGE)
    video = offered(config, rng, videos, users, user, when)
    seen = occurrences(user.astype(np.int64) * len(videos) + video)
    clicked, minutes = respond(config, rng, videos, users, user, video, seen)
    asks = rng.random(len(owner)) < ASKS
    log = Log(
        user, video, np.repeat(np.arange(len(owner)), PAGE), when, seen, clicked, minutes,
        owner[asks], time[asks], searched(rng, users, owner[asks]),
    )  # fmt: skip
    return World(config, videos, users, log)


def respond(
    config: RecommenderConfig,
    rng: np.random.Generator,
    videos: Videos,
    users: Users,
    user: Array,
    video: Array,
    seen: Array,
) -> tuple[Array, Array]:
    """What becomes of impressions: whether each is clicked (N,), and the minutes watched (N,)."""
    clicked = rng.random(len(user)) < click_probability(config, videos, users, user, video, seen)
    share = watched_share(videos, users, user, video)
    watched = rng.beta(STEADY * share, STEADY * (1.0 - share)).clip(1e-4)  # its mean is the share
    return clicked, np.where(clicked, watched * videos.minutes[video], 0.0)


def offered(
    config: RecommenderConfig, rng: np.random.Generator, videos: Videos, users: Users, user: Array, when: Array
) -> Array:
    """One video for each place on a page: of a topic that the user tends to, uploaded before, drawn by popularity."""
    by_topic = [np.flatnonzero(videos.topic == topic) for topic in range(TOPICS)]
    topic = np.where(rng.random(len(user)) < 0.8, topics_of(rng, users, user), rng.integers(TOPICS, size=len(user)))
    found = np.empty(len(user), np.int64)
    for kind, members in enumerate(by_topic):
        places = np.flatnonzero(topic == kind)
        some = members if len(members) else np.arange(len(videos))
        found[places] = some[_popular(config, rng, videos, some, when[places])]
    return found


def _popular(config: RecommenderConfig, rng: np.random.Generator, videos: Videos, some: Array, when: Array) -> Array:
    """(N,) places in `some`, by e^(head · appeal); half of them among what was uploaded in the last days."""
    uploaded = videos.uploaded[some]
    reach = np.concatenate(([0.0], np.cumsum(np.exp(config.head * videos.appeal[some]))))
    end = np.searchsorted(uploaded, when, side="right").clip(1)
    fresh = rng.random(len(when)) < 0.5
    begin = np.where(fresh, np.searchsorted(uploaded, when - rng.exponential(FRESH, len(when))), 0)
    low, high = reach[np.minimum(begin, end - 1)], reach[end]
    return np.minimum(np.searchsorted(reach, low + rng.random(len(when)) * (high - low), side="right") - 1, end - 1)


def searched(rng: np.random.Generator, users: Users, user: Array) -> Array:
    """(N,) a search token for each user, of a topic that the user tends to."""
    return topics_of(rng, users, user) * WORDS + rng.integers(WORDS, size=len(user))


def topics_of(rng: np.random.Generator, users: Users, user: Array) -> Array:
    """(N,) a topic for each user, drawn by taste."""
    weight = users.taste**2
    share = np.cumsum(weight / weight.sum(1, keepdims=True), 1)
    return (rng.random(len(user))[:, None] > share[user]).sum(1).clip(max=TOPICS - 1)


def occurrences(keys: Array) -> Array:
    """(N,) how often each key stood before, in order."""
    order = np.argsort(keys, kind="stable")
    fresh = np.concatenate(([True], keys[order][1:] != keys[order][:-1])) if len(keys) else np.zeros(0, bool)
    starts = np.flatnonzero(fresh)
    run = np.arange(len(keys)) - np.repeat(starts, np.diff(np.append(starts, len(keys))))
    found = np.empty(len(keys), np.int64)
    found[order] = run
    return found
