"""What a frame says of each stage: hits of recall on held-out watches, order and minutes of ranking on held-out pages.

E held-out watches · N held-out impressions
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from engine.measures import auc
from engine.recommender.config import NEW
from engine.recommender.held_out.data import Data
from engine.recommender.ranking.model import Ranker, mispredicted
from engine.recommender.ranking.past import Earlier
from engine.recommender.recall.baselines import Beside, paired
from engine.recommender.recall.index import Retriever
from engine.recommender.recall.samples import Examples
from engine.recommender.recall.training import Recall, batches, hit_rates, popular
from engine.recommender.site.taste import expected_watch
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

CUTS = (20, 100, 300)
TESTED = 500
"""Held-out watches that judge recall on the way; all of them do at its end, in a user's own log as many as
`MOST_SCORES` allow."""
MOST_SCORES = 200_000_000
"""Of users times videos: a few seconds."""


class RecallJudge:
    """Hit rates of recall, of what is popular, and in a user's own log of the stronger lists that need no training.

    tick  called on the way through what those lists need
    """

    def __init__(self, data: Data, tick: Callable[[], None] | None = None) -> None:
        self._data = data
        self._beside = None if data.site.world.true else Beside(data.site, data.test.place, tick)

    def metrics(self, recall: Recall, whole: bool) -> dict[str, Array]:
        """Recall's share of a frame, on `TESTED` held-out watches or, if `whole`, on all."""
        data, site = self._data, self._data.site
        test = _tested(data, len(data.test) if whole else TESTED)
        u = torch.cat([recall.read(some).vector for some in batches(test)]).numpy()
        v, most = recall.net.output.weight.detach().numpy(), min(CUTS[-1], len(site.known))
        if self._beside is None:
            found = site.known[Retriever(v).search(u, most)[1]]
            best = np.tile(popular(data.train, len(site.world.videos), most), (len(test), 1))
            lists, gains = {"recall": found, "popular": best}, {}
        else:
            fresh = self._beside.fresh(test, most, lambda rows: u[rows] @ v.T)
            lists = self._beside.lists(test, most) | {"recall": fresh}
            found, gains = lists["recall"], paired(lists, test.label, CUTS)
        age = site.world.config.days - site.world.videos.uploaded[found[:, :100]]
        new = (age >= 0) & (age < NEW) & (found[:, :100] >= 0)
        hits = {f"{name}.hits": hit_rates(one, test.label, CUTS) for name, one in lists.items()}
        return hits | gains | {"recall.new": np.asarray(new.mean()), "recall.groups": _by_group(site, test, found)}


class RankingJudge:
    """AUC, mispredicted watch time and true minutes of ranking, beside what needs no model: the best that could be first
    where the truth is known, in a user's own log the scores of the `past`."""

    def __init__(self, data: Data, past: Earlier) -> None:
        self._data, self._truth = data, _truth(data)
        if self._truth is not None:
            self._beside = {"best.first": _first(data, self._truth, self._truth)}
        else:
            scores = past.scores()
            self._beside = {name: value for one, z in scores.items() for name, value in _judged(data, one, z).items()}

    def metrics(self, ranker: Ranker) -> dict[str, Array]:
        """Ranking's share of a frame."""
        z = ranker.logits(self._data.features.some(self._data.judged))
        found = _judged(self._data, "ranking", z) | self._beside
        return found if self._truth is None else found | {"ranking.first": _first(self._data, z, self._truth)}


def _tested(data: Data, most: int) -> Examples:
    """At most so many: the first of a simulated site, where users stand in no order; of a file they do."""
    if data.site.world.true:
        return data.test.some(np.arange(min(len(data.test), most)))
    count = min(len(data.test), most, max(MOST_SCORES // len(data.site.known), TESTED))
    return data.test.some(np.linspace(0, len(data.test) - 1, count).astype(np.int64))


def _by_group(site: Site, test: Examples, found: Array) -> Array:
    """(2,) hit rates at the middle cut of quiet and of active users, divided at the median number of watches."""
    count = np.diff(site.history.watches.start)[test.user]
    active = count > np.median(count)
    return np.array([float(hit_rates(found[some], test.label[some], (CUTS[1],))[0]) for some in (~active, active)])


def _truth(data: Data) -> Array | None:
    """Expected minutes of the judged impressions, (N,), where they are known."""
    world, rows = data.site.world, data.judged
    log = world.log
    if not world.true:
        return None
    return expected_watch(world.config, world.videos, world.users, log.user[rows], log.video[rows], log.seen[rows])


def _first(data: Data, scores: Array, truth: Array) -> Array:
    """() the true minutes of what scores highest on each page."""
    return np.asarray(truth[first_of(data.site.world.log.page[data.judged], scores)].mean())


def _judged(data: Data, name: str, scores: Array) -> dict[str, Array]:
    log, rows = data.site.world.log, data.judged
    wrong = mispredicted(scores, log.page[rows], log.clicked[rows], log.minutes[rows])
    return {f"{name}.auc": np.asarray(auc(scores, log.clicked[rows])), f"{name}.mispredicted": np.asarray(wrong)}


def first_of(page: Array, scores: Array) -> Array:
    """Which of N impressions score highest on their page, one row a page (P,), pages in ascending order: page, scores
    (N,)."""
    order = np.lexsort((-scores, page))
    return order[np.concatenate(([True], np.diff(page[order]) > 0))] if len(order) else order
