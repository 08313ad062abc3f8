"""The settings of every opponent, chosen on watches that judge nothing.

E watches · K videos of the vocabulary
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.recommender.held_out.served import CUTS, Serving, hit_rates
from engine.recommender.opponents.beside import SMALL, Beside, Chosen
from engine.recommender.recall.samples import Examples
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

WINDOWS = (0.25, 0.5, 1.0, 2.0, 4.0, 7.0, 14.0, 30.0, 90.0, 365.0)
"""Days; a quarter of one is a visit, and a year is all time."""
SHRINKAGES = (0.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0)
NEIGHBOURS = (20, 50, 100, 200, 500, 1_000, 2_000)
"""Of at most `SMALL` videos: the last are nearly all."""
PENALTIES = (10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0)
ASKED = 1_000
"""Watches that choose: of each of so many users the one before the last."""


def tune(site: Site, held_out: Array, tick: Callable[[], None] | None = None) -> Chosen:
    """Every setting of every opponent, by how often it finds the watch before the held-out one among the first 100; of
    equal ones the earlier value. Neither watch is seen meanwhile. Item-kNN and EASE are tuned on the `SMALL` most watched: a
    trial on all of a large log takes long."""
    best, before = Chosen(), watch_before(site, held_out)
    if not len(before):
        return best
    hidden = np.concatenate((held_out, before.place))
    small = most_watched(site, hidden)
    wide, narrow = Beside(site, hidden, best, tick), Beside(small, hidden, best, tick)
    for name, field, values in (
        ("recent", "recent", WINDOWS), ("kinds", "kinds", WINDOWS), ("knn", "shrinkage", SHRINKAGES),
        ("knn", "neighbours", NEIGHBOURS), ("ease", "penalty", PENALTIES),
    ):  # fmt: skip
        trials = [replace(best, **{field: value}) for value in values]  # type: ignore[arg-type]
        where, beside = (small, narrow) if name in ("knn", "ease") else (site, wide)
        found = [hits for one in trials if (hits := tried(where, before, name, beside.choosing(one))) is not None]
        if found:
            best = trials[int(np.argmax(found))]
    return best


def tried(site: Site, before: Examples, name: str, beside: Beside) -> float | None:
    """Hits at 100 of one opponent on the watches before the held-out ones; None where the log has nothing that it needs."""
    serving, cut = Serving(site, before), min(CUTS[1], len(site.known))
    for one in beside.made(before, (name,)):
        return float(hit_rates(serving.best(one.scores, cut), before.label, (cut,))[0])
    return None


def watch_before(site: Site, held_out: Array) -> Examples:
    """Of at most `ASKED` users the watch before the held-out one, where two came before it."""
    watches = site.history.watches
    owner = watches.owner()[held_out]
    some = held_out - watches.start[owner] >= 3
    users, place = owner[some], held_out[some] - 1
    rows = np.linspace(0, len(place) - 1, min(ASKED, len(place))).astype(np.int64)
    place, users = place[rows], users[rows]
    return Examples(users, place, watches.item[place], np.zeros(len(place)), place, watches.second[place])


def most_watched(site: Site, hidden: Array) -> Site:
    """The same site with a vocabulary of its `SMALL` most watched videos, by the watches that are not hidden."""
    there = np.ones(len(site.history.watches.item), bool)
    there[hidden] = False
    counts = np.bincount(site.watches(there).item, minlength=len(site.known))
    known = np.sort(site.known[np.argsort(-counts, kind="stable")[:SMALL]])
    return site.with_vocabulary(known)
