"""What the stage shows of one user at one day: how near every video is, what recall and ranking keep, what was lost.

K videos with a vector · C candidates · R shown
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.recommender.config import TOPICS
from engine.recommender.serving.server import Lost, Recommendation, Server
from engine.recommender.serving.truth import Truth
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

OFFERED = 6
"""Users to choose from."""
WATCHES = 15
"""That an offered user has at least."""


@dataclass(frozen=True, slots=True, eq=False)
class Favourite:
    """A video that is not shown and the user would like: where it was lost, its expected minutes, and which it is of all
    that the user could be shown, from 1."""

    video: int
    lost: Lost
    minutes: float
    place: int


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """given   what is recommended
    glow       (K,) the square of the share of videos that are less near, by u·v: 1 for the nearest
    products   (K,) u·v
    found      the share of the exact answer that the index found
    kept       the share of the best possible watch time that the vocabulary, recall and ranking leave; nan without truth
    lost       the best favourite that was lost at each stage, the best first
    """

    given: Recommendation
    glow: Array
    products: Array
    found: float
    kept: tuple[float, float, float]
    lost: tuple[Favourite, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch before a moment: its video, days before the moment, minutes."""

    video: int
    ago: float
    minutes: float


def scene(server: Server, truth: Truth, user: int, day: float, without: tuple[int, ...] = ()) -> Scene:
    """Recommend, and look at what became of the user's favourites."""
    given = server.recommend(user, day, without)
    products = server.vectors @ given.read.vector[0].numpy()
    order, nearer = np.argsort(products, kind="stable"), np.empty(len(products))
    nearer[order] = np.arange(len(products)) / max(len(products) - 1, 1)
    best = server.site.known[order[::-1]]
    gone = server.gone(user, day)
    exact = best[~np.isin(best, gone)][: server.config.recalled]
    found = float(np.isin(exact, given.candidates).mean()) if len(exact) else 1.0
    kept = truth.kept(given, gone, server.config.shown)
    return Scene(given, nearer**2, products, found, kept, lost_favourites(server, truth, given))


def lost_favourites(server: Server, truth: Truth, given: Recommendation) -> tuple[Favourite, ...]:
    """For each stage the best of the user's favourites in truth that is lost there, the best first."""
    ids, minutes = truth.favourites(given.user, given.now)
    cold = server.site.row(ids) < 0
    recalled = np.isin(ids, given.candidates)
    ranked_out = recalled & ~np.isin(ids, given.shown)
    first = sorted(int(lost.argmax()) for lost in (cold, ~cold & ~recalled, ranked_out) if lost.any())
    return tuple(Favourite(int(ids[n]), server.lost(given, int(ids[n])), float(minutes[n]), n + 1) for n in first)


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
