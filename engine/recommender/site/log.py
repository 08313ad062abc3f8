"""The log of a simulated site: what its users are shown, click, watch and search for.

N impressions
"""

from __future__ import annotations

import numpy as np

from engine.recommender.config import TOPICS, RecommenderConfig
from engine.recommender.site.taste import click_probability, topics_of, watched_share
from engine.recommender.site.world import PAGE, WORDS, Log, Users, Videos, World, draw_users, draw_videos, source
from engine.runs.frame import Array

FRESH = 4.0
"""Mean age in days of what is offered as new."""
STEADY = 6.0
"""How alike the watches of one user and video would be: the two parameters of a beta distribution sum to this."""
ASKS = 0.35
"""Searches for each page."""


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
    """One video (N,) for each place on a page: of a topic that the user tends to, uploaded before, drawn by
    popularity."""
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


def occurrences(keys: Array) -> Array:
    """(N,) how often each key stood before, in order."""
    order = np.argsort(keys, kind="stable")
    fresh = np.concatenate(([True], keys[order][1:] != keys[order][:-1])) if len(keys) else np.zeros(0, bool)
    starts = np.flatnonzero(fresh)
    run = np.arange(len(keys)) - np.repeat(starts, np.diff(np.append(starts, len(keys))))
    found = np.empty(len(keys), np.int64)
    found[order] = run
    return found
