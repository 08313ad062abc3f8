"""What the stage shows of one user at one day: how near every video is, what recall and ranking keep, what was lost.

K videos with a vector · C candidates · R shown
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.recommender.config import TOPICS
from engine.recommender.history import SECONDS
from engine.recommender.serving import COLD, RANKING, RECALL, Lost, Recommendation, Server
from engine.recommender.site import Site
from engine.runs.frame import Array

OFFERED = 5
"""Users to choose from."""
WATCHES = 15
"""That an offered user has at least."""


@dataclass(frozen=True, slots=True, eq=False)
class Favourite:
    """A video that would have been among the user's best and is not shown; where it was lost; expected minutes."""

    video: int
    lost: Lost
    minutes: float


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """given   what is recommended
    glow       (K,) u·v between its median, 0, and its highest value, 1
    products   (K,) u·v
    lost       at most one favourite for each stage that loses some, the best first
    """

    given: Recommendation
    glow: Array
    products: Array
    lost: tuple[Favourite, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch before a moment: its video, days before the moment, minutes."""

    video: int
    ago: float
    minutes: float


def scene(server: Server, user: int, day: float, without: tuple[int, ...] = ()) -> Scene:
    """Recommend, and look at what became of the user's favourites."""
    given = server.recommend(user, day, without)
    products = server.vectors @ given.read.vector[0].numpy()
    middle, top = float(np.median(products)), float(products.max())
    glow = np.clip((products - middle) / max(top - middle, 1e-9), 0.0, 1.0)
    return Scene(given, glow, products, lost_favourites(server, given))


def lost_favourites(server: Server, given: Recommendation) -> tuple[Favourite, ...]:
    """Of the best that the user could be shown, in the length of the list: the first lost at each stage."""
    ids, minutes = server.favourites(given.user, given.now)
    found: dict[str, Favourite] = {}
    for video, worth in zip(ids[: server.config.shown], minutes, strict=False):
        lost = server.lost(given, int(video))
        if lost.stage in (COLD, RECALL, RANKING):
            found.setdefault(lost.stage, Favourite(int(video), lost, float(worth)))
    return tuple(found.values())


def offered(site: Site) -> tuple[int, ...]:
    """Users worth looking at: with enough watches, of different tastes, in the order of their numbers."""
    count = np.diff(site.history.watches.start)
    enough = np.flatnonzero(count >= min(WATCHES, np.sort(count)[-min(OFFERED, len(count))]))
    taste = site.world.users.taste[enough].argmax(1)
    chosen: list[int] = []
    for round_ in range(TOPICS):
        for topic in range(TOPICS):
            of_topic = enough[taste == topic]
            if round_ < len(of_topic) and len(chosen) < OFFERED:
                chosen.append(int(of_topic[round_]))
    return tuple(sorted(chosen))


def days(site: Site, count: int) -> tuple[float, ...]:
    """Ends of `count` equal parts of the log."""
    whole = site.world.config.days
    return tuple(whole * (n + 1) / count for n in range(count))


def watches(site: Site, user: int, day: float, most: int) -> tuple[Watch, ...]:
    """The last watches before a moment, the latest first."""
    events, second = site.history.watches, int(day * SECONDS)
    end = int(events.before(np.array([user]), np.array([second]))[0])
    places = range(end - 1, max(int(events.start[user]), end - most) - 1, -1)
    return tuple(
        Watch(int(events.item[n]), (second - float(events.second[n])) / SECONDS, float(events.minutes[n]))
        for n in places
    )


def searches(site: Site, user: int, day: float, most: int) -> tuple[int, ...]:
    """The last search tokens before a moment, the latest first, each once."""
    events = site.history.searches
    end = events.before(np.array([user]), np.array([int(day * SECONDS)]))
    found = events.last(np.array([user]), end, 4 * most)[0]
    return tuple(dict.fromkeys(int(token) for token in found if token >= 0))[:most]
