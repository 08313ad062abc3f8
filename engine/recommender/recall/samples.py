"""Examples for candidate generation: which video is watched next, given what came before (Covington et al. 2016, §3.3).

E examples · a user's watches are numbered from their first
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.recommender.site.world import source
from engine.runs.frame import Array

FEWEST = 3
"""Watches of a user who is tested."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """user (E,), place (E,) in the sorted watches, label (E,) the video, age (E,) days before the end of the log. What may
    be looked at: watches up to the place `behind` (E,), searches before the second `moment` (E,); both are the example's
    own, unless the test is random."""

    user: Array
    place: Array
    label: Array
    age: Array
    behind: Array
    moment: Array

    def __len__(self) -> int:
        return len(self.user)

    def some(self, rows: Array) -> Examples:
        """The examples in some rows (B,), in that order."""
        parts = (self.user, self.place, self.label, self.age, self.behind, self.moment)
        return Examples(*(part[rows] for part in parts))


def split(site: Site) -> tuple[Examples, Examples]:
    """The examples to train on, and those to test on. Of each user with enough watches one is the test: the last, or one at
    random.

    The last leaks nothing of its user: all that is trained on came before it. (The vocabulary alone counts it as a watch,
    which lends 1.5 % of the tested videos a vector at the default.) A random one stands among later watches, which both
    the model and the history that it is tested with have seen: what a random hold-out promises is not kept by serving.
    """
    config, watches = site.world.config, site.history.watches
    count = np.diff(watches.start)
    users = np.flatnonzero(count >= FEWEST)
    rng = source(config, "split")
    number = count[users] - 1 if config.test == "last" else rng.integers(1, count[users])
    tested = watches.start[users] + number
    owner = watches.owner()
    usable = np.ones(len(owner), bool)
    usable[watches.start[:-1][count > 0]] = False  # nothing came before a first watch
    usable[tested] = False
    usable &= site.row(watches.item) >= 0  # a label needs a vector
    train = np.flatnonzero(usable)
    if config.per_user == "equal":
        train = at_most_of_each(rng, owner, train, config.examples)
    ends = watches.start[users + 1]
    behind = tested if config.test == "last" else ends
    return _examples(site, owner[train], train, train), _examples(site, users, tested, behind)


def at_most_of_each(rng: np.random.Generator, owner: Array, places: Array, most: int) -> Array:
    """Places (E,) of which at most so many are of one user, `owner` (W,), at random: heavy users would drown the others."""
    order = rng.permutation(len(places))
    shuffled = places[order]
    by_owner = np.argsort(owner[shuffled], kind="stable")
    ranked = owner[shuffled][by_owner]
    first = np.concatenate(([True], ranked[1:] != ranked[:-1]))
    number = np.arange(len(ranked)) - np.maximum.accumulate(np.where(first, np.arange(len(ranked)), 0))
    return np.sort(shuffled[by_owner[number < most]])


def _examples(site: Site, user: Array, place: Array, behind: Array) -> Examples:
    config, watches = site.world.config, site.history.watches
    age = config.days - watches.second[place] / SECONDS
    moment = np.where(behind > place, config.days * SECONDS, watches.second[place])
    return Examples(user, place, watches.item[place], age, behind, moment)


def histories(site: Site, some: Examples) -> tuple[Array, Array]:
    """Watches (E, 50) and search tokens (E, 50) before each example, -1 where there are no more. The label itself is held
    back, also where the test is random and later watches are seen."""
    config, history, most = site.world.config, site.history, site.world.config.watches
    seen = history.watches.last(some.user, some.behind, most + 1)
    at = some.behind[:, None] - 1 - np.arange(most + 1)
    seen = np.where(at == some.place[:, None], -1, seen)
    order = np.argsort(seen < 0, axis=1, kind="stable")  # close the gap that the label leaves
    seen = np.take_along_axis(seen, order, 1)[:, :most]
    places = history.searches.before(some.user, some.moment)
    return seen, history.searches.last(some.user, places, config.searches)
