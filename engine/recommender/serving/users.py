"""Users to look at, and users to average over.

U users
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from engine.recommender.serving.scene import OFFERED, WATCHES, offered
from engine.recommender.serving.server import Server
from engine.recommender.serving.truth import Truth
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Frame

STAGES = 3
"""Where watch time is lost: before recall, at recall, at ranking."""
CHOSEN = "course.users"
"""The metric of a shipped run's last frame that names the users it can serve (U,)."""


def largest_loss(kept: Sequence[float]) -> int:
    """Which stage takes most of the best possible watch time, by what the stages leave of it: 0 what has no vector, 1 recall,
    2 ranking."""
    return int(np.argmin(np.diff((1.0, *kept))))


def telling(server: Server, truth: Truth) -> tuple[int, ...]:
    """Users (U,) that show where watch time is lost, by a rule and not by a look.

    Those with enough watches are gone through in the order of their numbers, as they are served at the end of the log. The
    first whose largest loss falls at each stage come first, in the order of the stages; then the first of every topic that
    is not liked best by one of them yet, until there are enough.
    """
    site, day = server.site, float(server.config.days)
    taste = site.world.users.taste.argmax(1)
    first: dict[int, int] = {}
    for user in _with_watches(site):
        if len(first) == STAGES:
            break
        kept = truth.kept(server.recommend(user), server.gone(user, day), server.config.shown)
        first.setdefault(largest_loss(kept), user)
    chosen = [first[stage] for stage in sorted(first)]
    topics = {int(taste[user]) for user in chosen}
    for user in _with_watches(site):
        if len(chosen) < OFFERED and int(taste[user]) not in topics:
            topics.add(int(taste[user]))
            chosen.append(user)
    return tuple(chosen)


def _with_watches(site: Site) -> Iterator[int]:
    for user in np.flatnonzero(np.diff(site.history.watches.start) >= WATCHES):
        yield int(user)


def users_of(site: Site, frames: Sequence[Frame]) -> tuple[int, ...]:
    """Who is offered: those that a shipped run was made to serve, else users of different tastes."""
    chosen = frames[-1].metrics.get(CHOSEN)
    return offered(site) if chosen is None else tuple(int(user) for user in chosen)


def sample_users(server: Server, most: int, offered_: tuple[int, ...]) -> tuple[int, ...]:
    """At most so many users with watches, evenly by their numbers. A shipped run keeps the watch embeddings of the users who
    are offered alone (`engine.recommender.shipped`): of it, these."""
    if not bool(server.net.watched.weight.detach().any(1).all()):
        return offered_
    users = np.flatnonzero(np.diff(server.site.history.watches.start) > 0)
    chosen = users[np.linspace(0, len(users) - 1, min(most, len(users))).astype(int)]
    return tuple(int(user) for user in chosen)
