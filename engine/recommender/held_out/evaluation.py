"""What a frame says of each stage: hits of recall on held-out watches, order and minutes of ranking on held-out pages.

E held-out watches · N held-out impressions
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch

from engine.measures import auc
from engine.recommender.config import NEW
from engine.recommender.held_out.data import Data
from engine.recommender.held_out.served import CUTS, Serving, gain, hit_rates
from engine.recommender.ranking.model import Ranker, mispredicted
from engine.recommender.ranking.past import Earlier
from engine.recommender.recall.index import Retriever
from engine.recommender.recall.samples import Examples
from engine.recommender.recall.training import Recall, batches
from engine.recommender.site.taste import expected_watch
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

TESTED = 500
"""Held-out watches that judge recall on the way; all of them do at its end, in a user's own log as many as
`MOST_SCORES` allow."""
MOST_SCORES = 200_000_000
"""Of users times videos: a few seconds."""


class Opponents(Protocol):
    """What stands beside both models in every frame, on the same held-out watches and impressions."""

    def lists(self, test: Examples, most: int) -> dict[str, Array]:
        """By name (E, most) videos for each held-out watch."""
        ...

    def scores(self, data: Data, past: Earlier) -> dict[str, Array]:
        """By name (N,) scores of the judged impressions."""
        ...


class RecallJudge:
    """Hit rates of recall, and of what stands beside it."""

    def __init__(self, data: Data, beside: Opponents | None = None) -> None:
        self._data, self._beside = data, beside

    def metrics(self, recall: Recall, whole: bool) -> dict[str, Array]:
        """Recall's share of a frame, on `TESTED` held-out watches or, if `whole`, on all: "{name}.hits" (K,) at `CUTS`,
        "{name}.gain" of recall over what stands beside it, "recall.new" () and "recall.groups"."""
        data, site = self._data, self._data.site
        test = tested(data, len(data.test) if whole else TESTED)
        v, most = recall.net.output.weight.detach().numpy(), min(CUTS[-1], len(site.known))
        u = _vectors(recall, test)
        found = Serving(site, test).best(lambda rows: u[rows] @ v.T, most)
        lists = {} if self._beside is None else self._beside.lists(test, most)
        hits = {f"{name}.hits": hit_rates(one, test.label) for name, one in ({"recall": found} | lists).items()}
        gains = {f"{name}.gain": gain(found, one, test.label) for name, one in lists.items()}
        return hits | gains | {"recall.new": _new(recall, test, v), "recall.groups": _by_group(site, test, found)}


class RankingJudge:
    """AUC, mispredicted watch time and, where the truth is known, true minutes of ranking, and of what stands beside it."""

    def __init__(self, data: Data, past: Earlier, beside: Opponents | None = None) -> None:
        self._data, self._truth = data, truth_of(data)
        scores = {} if beside is None else beside.scores(data, past)
        self._beside = {key: value for name, z in scores.items() for key, value in judged(data, name, z).items()}

    def metrics(self, ranker: Ranker) -> dict[str, Array]:
        """Ranking's share of a frame, and that of what stands beside it, each a number ()."""
        z = ranker.logits(self._data.features.some(self._data.judged))
        return judged(self._data, "ranking", z, self._truth) | self._beside


def _vectors(recall: Recall, test: Examples, serving: bool = False) -> Array:
    """(E, D) user vectors, told the age of the example; or, when `serving`, as if the log had ended there."""
    return torch.cat([recall.read(some, serving).vector for some in batches(test)]).numpy()


def _new(recall: Recall, test: Examples, v: Array) -> Array:
    """() the share of new videos among the first of each user, served at the end of the log."""
    site, most = recall.site, min(CUTS[1], len(v))
    u = _vectors(recall, test, serving=True)
    uploaded = site.world.videos.uploaded[site.known[Retriever(v).search(u, most)[1]]]
    age = site.world.config.days - uploaded
    return np.asarray(((age >= 0) & (age < NEW)).mean())


def tested(data: Data, most: int) -> Examples:
    """Held-out watches to test on, at most so many: of a simulated site the first, whose users stand in no order; of a file some
    from all of it."""
    if data.site.world.true:
        return data.test.some(np.arange(min(len(data.test), most)))
    count = min(len(data.test), most, max(MOST_SCORES // len(data.site.known), TESTED))
    return data.test.some(np.linspace(0, len(data.test) - 1, count).astype(np.int64))


def _by_group(site: Site, test: Examples, found: Array) -> Array:
    """(2,) hit rates at the middle cut of quiet and of active users, divided at the median number of watches."""
    count = np.diff(site.history.watches.start)[test.user]
    active = count > np.median(count)
    return np.array([float(hit_rates(found[some], test.label[some])[1]) for some in (~active, active)])


def truth_of(data: Data) -> Array | None:
    """Expected minutes of the judged impressions, (N,), where they are known."""
    world, rows = data.site.world, data.judged
    log = world.log
    if not world.true:
        return None
    return expected_watch(world.config, world.videos, world.users, log.user[rows], log.video[rows], log.seen[rows])


def judged(data: Data, name: str, scores: Array, truth: Array | None = None) -> dict[str, Array]:
    """ "{name}.auc" and "{name}.mispredicted" of scores (N,) for the judged impressions, by what was watched; with the
    `truth` (N,) also "{name}.first", the true minutes of what scores highest on each page."""
    log, rows = data.site.world.log, data.judged
    wrong = mispredicted(scores, log.page[rows], log.clicked[rows], log.minutes[rows])
    found = {f"{name}.auc": np.asarray(auc(scores, log.clicked[rows])), f"{name}.mispredicted": np.asarray(wrong)}
    if truth is not None:
        found[f"{name}.first"] = np.asarray(truth[first_of(log.page[rows], scores)].mean())
    return found


def first_of(page: Array, scores: Array) -> Array:
    """Which of N impressions score highest on their page, one row a page (P,), pages in ascending order: page, scores
    (N,)."""
    order = np.lexsort((-scores, page))
    return order[np.concatenate(([True], np.diff(page[order]) > 0))] if len(order) else order
