"""All opponents beside a model: their lists on the same held-out watches, each tuned on watches that judge nothing.

E held-out watches · K videos of the vocabulary
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.recommender.held_out.served import CUTS, Serving, hit_rates
from engine.recommender.opponents.ease import Ease
from engine.recommender.opponents.knn import ItemKNN
from engine.recommender.opponents.popularity import OfOwnKinds, Recent, kinds_of
from engine.recommender.recall.samples import Examples, histories
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

OPPONENTS = ("popular", "recent", "kinds", "knn", "ease")
"""Popularity, of the last days, of the last days in the user's own kinds, item-kNN, EASE."""
WINDOWS = (0.25, 0.5, 1.0, 2.0, 4.0, 7.0, 14.0, 30.0, 90.0, 365.0)
NEIGHBOURS = (20, 50, 100, 200, 500)
SHRINKAGES = (0.0, 10.0, 30.0, 100.0, 300.0, 1_000.0)
PENALTIES = (10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0)
ASKED = 1_000
"""Watches that choose: of each of so many users the one before the last."""
SMALL = 3_000
"""Videos, the most watched, on which item-kNN and EASE are tuned: a trial on all of a large log takes half a minute."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Days that count as recent, by all and by kinds; item-kNN's neighbours and shrinkage; EASE's penalty λ."""

    recent: float = 7.0
    kinds: float = 7.0
    neighbours: int = 100
    shrinkage: float = 0.0
    penalty: float = 300.0


class Beside:
    """What needs no training, on the watches of a log that are not held out.

    held_out  places of the watches that are not to be seen
    tick      called on the way
    """

    def __init__(self, site: Site, held_out: Array, chosen: Chosen, tick: Callable[[], None] | None = None) -> None:
        self._site, self._chosen, self._tick = site, chosen, tick or (lambda: None)
        self._there = np.ones(len(site.history.watches.item), bool)
        self._there[held_out] = False
        self._watches = site.watches(self._there)
        self._made: dict[tuple[int, int], dict[str, Array]] = {}

    def lists(self, test: Examples, most: int) -> dict[str, Array]:
        """By opponent (E, most) videos for each held-out watch, as they would be served. Made once: they do not change
        while a model trains. "kinds" is missing where a log tells none."""
        if (len(test), most) not in self._made:
            serving = Serving(self._site, test)
            self._made[len(test), most] = {
                name: serving.best(scores, most) for name, scores in self.scores(test, OPPONENTS)
            }
        return self._made[len(test), most]

    def scores(self, test: Examples, names: Sequence[str]) -> Iterator[tuple[str, Callable[[Array], Array]]]:
        """The named opponents, each made when it is asked for: its scores (n, K) for some rows of the test (n,)."""
        site, chosen, videos = self._site, self._chosen, len(self._site.known)
        watched, moment = site.row(histories(site, test)[0]), test.moment.astype(np.int64)
        counts = np.bincount(self._watches.item, minlength=videos)
        rest = (counts / (counts.max(initial=0) + 1.0)).astype(np.float32)  # of equal ones the more popular
        kinds = kinds_of(site)
        if "popular" in names:
            yield "popular", lambda rows: np.tile(counts, (len(rows), 1))
        if "recent" in names:
            recent = Recent(site, self._there, chosen.recent)
            yield "recent", lambda rows: recent.counts(moment[rows]) + rest
        self._tick()
        if "kinds" in names and kinds is not None:
            own = OfOwnKinds(Recent(site, self._there, chosen.kinds), kinds)
            yield "kinds", lambda rows: own.every(watched[rows], moment[rows]) + 1e-6 * rest
        self._tick()
        if "knn" in names:
            knn = ItemKNN(self._watches, videos, self._tick, neighbours=chosen.neighbours, shrinkage=chosen.shrinkage)
            yield "knn", lambda rows: knn.every(watched[rows])
        self._tick()
        if "ease" in names:
            ease = Ease(self._watches, videos, chosen.penalty)
            yield "ease", lambda rows: ease.every(test.user[rows])


def tune(site: Site, held_out: Array, tick: Callable[[], None] | None = None) -> Chosen:
    """Every setting of every opponent, by how often it finds the watch before the held-out one among the first 100; of
    equal ones the earlier value. Neither watch is seen meanwhile."""
    best = Chosen()
    for name, field, values in (
        ("recent", "recent", WINDOWS), ("kinds", "kinds", WINDOWS), ("knn", "shrinkage", SHRINKAGES),
        ("knn", "neighbours", NEIGHBOURS), ("ease", "penalty", PENALTIES),
    ):  # fmt: skip
        trials = [replace(best, **{field: value}) for value in values]  # type: ignore[arg-type]
        found = [hits for trial in trials if (hits := tried(site, held_out, name, trial, tick)) is not None]
        if found:
            best = trials[int(np.argmax(found))]
    return best


def tried(
    site: Site, held_out: Array, name: str, chosen: Chosen, tick: Callable[[], None] | None = None
) -> float | None:
    """Hits at 100 of one opponent with some settings, on the watches before the held-out ones; None where there is none such, or
    nothing to try it on."""
    before = watch_before(site, held_out)
    if not len(before):
        return None
    small = _most_watched(site, before, held_out) if name in ("knn", "ease") else site
    beside = Beside(small, np.concatenate((held_out, before.place)), chosen, tick)
    serving, cut = Serving(small, before), min(CUTS[1], len(small.known))
    for _, scores in beside.scores(before, (name,)):
        return float(hit_rates(serving.best(scores, cut), before.label, (cut,))[0])
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


def _most_watched(site: Site, before: Examples, held_out: Array) -> Site:
    """The same site with a vocabulary of the `SMALL` most watched videos, as far as may be seen."""
    there = np.ones(len(site.history.watches.item), bool)
    there[np.concatenate((held_out, before.place))] = False
    counts = np.bincount(site.watches(there).item, minlength=len(site.known))
    known = np.sort(site.known[np.argsort(-counts, kind="stable")[:SMALL]])
    return site.with_vocabulary(known)
