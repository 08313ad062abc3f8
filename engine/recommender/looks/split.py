"""Who trains and who tests: what becomes of every watch of a user under both rules of the split."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.recommender.config import NEW
from engine.recommender.recall.samples import Examples, split
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

TRAINING, TEST, UNUSED, LATER, LEARNT = "training", "test", "unused", "later", "learnt"
"""An example; the held-out watch; neither; later than the test, and read as the user's history; learnt from besides."""
RULES = ("last", "random")


@dataclass(frozen=True, slots=True, eq=False)
class Splits:
    """Training and test by either rule, the rest as in the site's config."""

    last: tuple[Examples, Examples]
    random: tuple[Examples, Examples]

    def of(self, rule: str) -> tuple[Examples, Examples]:
        return self.last if rule == "last" else self.random


def splits(site: Site) -> Splits:
    """How a site's watches are split by either rule: the last of each user held out, or a random one."""
    return Splits(*(split(_changed(site, test=rule)) for rule in RULES))


def _changed(site: Site, **settings: str) -> Site:
    return replace(site, world=replace(site.world, config=replace(site.world.config, **settings)))  # type: ignore[arg-type]


def timeline(site: Site, found: Splits, user: int, rule: str) -> tuple[Array, Array, Array]:
    """Videos, days and roles (N,) of a user's watches, in order of time."""
    watches = site.history.watches
    places = np.arange(watches.start[user], watches.start[user + 1])
    train, test = found.of(rule)
    learnt = np.isin(places, train.place[train.user == user])
    tested = test.place[test.user == user]
    role = np.where(learnt, TRAINING, UNUSED)
    if len(tested):
        later = places > tested[0]
        role = np.where(later, np.where(learnt, LEARNT, LATER), role)
        role[places == tested[0]] = TEST
    return watches.item[places], watches.second[places] / SECONDS, role


def examples_per_user(site: Site) -> dict[str, Array]:
    """ "equal" and "all": how many examples each user gives, of those who give any (U,)."""
    found = {}
    for rule in ("equal", "all"):
        train, _ = split(_changed(site, per_user=rule))
        counts = np.bincount(train.user, minlength=len(site.world.users))
        found[rule] = counts[counts > 0]
    return found


def of_most_active(counts: Array, share: float = 0.1) -> float:
    """The share of all examples that the most active tenth of users give: counts (U,) of each user."""
    most = np.sort(counts)[::-1][: max(round(len(counts) * share), 1)]
    return float(most.sum() / max(counts.sum(), 1))


def new_among(site: Site, some: Examples) -> float:
    """The share of held-out watches that are of videos younger than `NEW` days then."""
    watched = site.history.watches.second[some.place] / SECONDS
    return float((watched - site.world.videos.uploaded[some.label] < NEW).mean())


def later_known(found: Splits, rule: str) -> float:
    """The share of tested users of whom the model has learnt from a watch later than the test."""
    train, test = found.of(rule)
    last = np.full(max(int(train.user.max(initial=0)), int(test.user.max(initial=0))) + 1, -1)
    np.maximum.at(last, train.user, train.place)
    return float((last[test.user] > test.place).mean()) if len(test) else float("nan")
