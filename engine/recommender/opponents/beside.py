"""All opponents beside a model: their lists on the same held-out watches, each tuned on watches that judge nothing.

E held-out watches · K videos of the vocabulary
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.recommender.held_out.served import CUTS, Serving, hit_rates
from engine.recommender.opponents import als
from engine.recommender.opponents.ease import Ease
from engine.recommender.opponents.knn import ItemKNN
from engine.recommender.opponents.popularity import OfOwnKinds, Recent, kinds_of, where_silent
from engine.recommender.recall.samples import Examples, histories
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

OPPONENTS = ("popular", "recent", "kinds", "knn", "ease", "als")
"""Popularity, of the last days, of the last days in the user's own kinds, item-kNN, EASE, ALS."""
ASKED = 1_000
"""Watches that choose: of each of so many users the one before the last."""
SMALL = 3_000
"""Videos, the most watched, on which item-kNN, EASE and ALS are tuned: a trial on all of a large log takes half a minute."""
TRIED_USERS = 10_000
"""Users by whose watches ALS is tuned, those that choose among them: a trial on all of a large log takes seconds."""
SIMILARITIES = 30_000_000
"""That item-kNN keeps at most: 240 MB."""
FEWEST_NEIGHBOURS = 20
"""That it keeps all the same."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Days that count as recent, by all and by kinds; item-kNN's neighbours and shrinkage; EASE's penalty λ; ALS's factors, the
    confidence α of a watch, and its penalty λ."""

    recent: float = 7.0
    kinds: float = 7.0
    neighbours: int = 100
    shrinkage: float = 0.0
    penalty: float = 300.0
    factors: int = als.FACTORS
    confidence: float = als.CONFIDENCE
    als_penalty: float = als.PENALTY


class Beside:
    """What needs no training, on the watches of a log that are not held out.

    held_out  places of the watches that are not to be seen
    tick      called on the way
    rounds    of ALS
    """

    def __init__(
        self,
        site: Site,
        held_out: Array,
        chosen: Chosen,
        tick: Callable[[], None] | None = None,
        rounds: int = als.ROUNDS,
    ) -> None:
        self._rounds = rounds
        self._site, self._chosen, self._tick = site, chosen, tick or (lambda: None)
        self._there = without(site, held_out)
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
            most = max(SIMILARITIES // max(videos, 1), FEWEST_NEIGHBOURS)
            kept = min(chosen.neighbours, most)
            knn = ItemKNN(self._watches, videos, self._tick, neighbours=kept, shrinkage=chosen.shrinkage)
            yield "knn", lambda rows: knn.every(watched[rows])
        for name in ("ease", "als"):
            self._tick()
            if name in names:
                yield name, self._fitted(name, test.user, counts)

    def _fitted(self, name: str, users: Array, counts: Array) -> Callable[[Array], Array]:
        """EASE or ALS, which score all that a user watched, in whatever order; counts (K,)."""
        chosen, videos = self._chosen, len(counts)
        if name == "ease":
            ease = Ease(self._watches, videos, chosen.penalty)
            return where_silent(lambda rows: ease.every(users[rows]), counts)
        factors = als.Als(
            self._watches, videos, self._tick,
            factors=chosen.factors, confidence=chosen.confidence, penalty=chosen.als_penalty, rounds=self._rounds,
        )  # fmt: skip
        return where_silent(lambda rows: factors.every(users[rows]), counts)


def tried(
    site: Site, held_out: Array, name: str, chosen: Chosen, tick: Callable[[], None] | None = None
) -> float | None:
    """The share of hits at 100 of one opponent with some settings, on the watches before the held-out ones (E,); None where
    there is none such, or nothing to try it on."""
    before = watch_before(site, held_out)
    if not len(before):
        return None
    small = most_watched(site, without(site, held_out, before.place)) if name in ("knn", "ease", "als") else site
    unseen = (held_out, before.place, *([unasked(site, before)] if name == "als" else []))
    beside = Beside(small, np.concatenate(unseen), chosen, tick, als.ROUNDS_OF_A_TRIAL)
    serving, cut = Serving(small, before), min(CUTS[1], len(small.known))
    for _, scores in beside.scores(before, (name,)):
        return float(hit_rates(serving.best(scores, cut), before.label, (cut,))[0])
    return None


def watch_before(site: Site, held_out: Array) -> Examples:
    """The watches before the held-out ones (E,), of at most `ASKED` users, where two came before: settings are tuned on these."""
    watches = site.history.watches
    owner = watches.owner()[held_out]
    some = held_out - watches.start[owner] >= 3
    users, place = owner[some], held_out[some] - 1
    rows = np.linspace(0, len(place) - 1, min(ASKED, len(place))).astype(np.int64)
    place, users = place[rows], users[rows]
    return Examples(users, place, watches.item[place], np.zeros(len(place)), place, watches.second[place])


def unasked(site: Site, before: Examples) -> Array:
    """Places of the watches of all users but `TRIED_USERS`: those asked about, and others of the log, evenly."""
    watches = site.history.watches
    users = len(watches.start) - 1
    others = np.setdiff1d(np.arange(users), before.user)
    kept = np.zeros(users, bool)
    kept[before.user] = True
    kept[
        others[np.linspace(0, len(others) - 1, min(max(TRIED_USERS - len(before), 0), len(others))).astype(np.int64)]
    ] = True
    return np.flatnonzero(~kept[watches.owner()])


def most_watched(site: Site, there: Array) -> Site:
    """A site with a vocabulary of the `SMALL` most watched videos, by the watches that are `there` (W,)."""
    counts = np.bincount(site.watches(there).item, minlength=len(site.known))
    return site.with_vocabulary(np.sort(site.known[np.argsort(-counts, kind="stable")[:SMALL]]))


def without(site: Site, *places: Array) -> Array:
    """(W,) all watches of the log but those at some places."""
    there = np.ones(len(site.history.watches.item), bool)
    there[np.concatenate(places)] = False
    return there
