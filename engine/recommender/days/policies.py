"""What fills the pages of a day: the trained models, what is popular, or anything at all.

B pages of different users, filled at once · C candidates of each · K videos in the vocabulary
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
import torch

from engine.recommender.config import RecommenderConfig
from engine.recommender.ranking.features import impressions
from engine.recommender.ranking.model import Ranker
from engine.recommender.recall.index import Retriever
from engine.recommender.recall.model import CandidateNet
from engine.recommender.recall.samples import Examples
from engine.recommender.recall.training import viewers
from engine.recommender.site.history import SECONDS, History, history_of
from engine.recommender.site.vocabulary import Site, site_of
from engine.recommender.site.world import PAGE, World
from engine.recommender.training import Models, fit
from engine.runs.frame import Array

RECENT = 7.0
"""Days over which watches make a video popular."""
LISTED = 400
"""Videos that the popular ones of a page are taken from."""
BATCH = 512
"""Pages ranked at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What is known of some users before a moment: their world, history, and each pair of user and video that met, by
    ascending key, with how often it was shown and whether it was watched."""

    world: World
    history: History
    _pairs: Array
    _shown: Array
    _watched: Array

    @classmethod
    def of(cls, world: World) -> Self:
        """From a log that holds what those users did, and nothing later."""
        log = world.log
        pairs, at, shown = np.unique(_pair(log.user, log.video), return_inverse=True, return_counts=True)
        watched = np.bincount(at, weights=log.clicked, minlength=len(pairs)) > 0
        return cls(world, history_of(log, world.videos, world.users), pairs, shown, watched)

    def look(self, user: Array, video: Array) -> tuple[Array, Array]:
        """How often users (B,) were shown videos (B, C), and whether they watched them; a video of -1 never."""
        asked = _pair(user[:, None], video)
        if not len(self._pairs):
            return np.zeros(asked.shape, np.int64), np.zeros(asked.shape, bool)
        at = np.minimum(np.searchsorted(self._pairs, asked), len(self._pairs) - 1)
        met = self._pairs[at] == asked
        return np.where(met, self._shown[at], 0), met & self._watched[at]


def _pair(user: Array, video: Array) -> Array:
    return user.astype(np.int64) * (1 << 32) + video


class Policy(Protocol):
    """`night` may learn from a log that ends at a moment, in days; `fill` names PAGE videos for users (B,) at times (B,),
    best first, or -1 where it knows none; `steps` is what a night counts for in the progress of a run."""

    def __init__(self, config: RecommenderConfig, every: int) -> None: ...

    def steps(self, night: int) -> int: ...

    def night(self, night: int, world: World, now: float, step: Callable[[int], None]) -> None: ...

    def fill(self, user: Array, time: Array, past: Past, rng: np.random.Generator) -> Array: ...


class Anything:
    """Videos drawn evenly from all that are there and that the user has not watched."""

    def __init__(self, config: RecommenderConfig, every: int) -> None:
        pass

    def steps(self, night: int) -> int:
        return 0

    def night(self, night: int, world: World, now: float, step: Callable[[int], None]) -> None:
        pass

    def fill(self, user: Array, time: Array, past: Past, rng: np.random.Generator) -> Array:
        there = np.searchsorted(past.world.videos.uploaded, time, side="right")
        drawn = (rng.random((len(user), 4 * PAGE)) * there[:, None]).astype(np.int64)
        repeated = np.tril(drawn[:, :, None] == drawn[:, None, :], -1).any(2)
        return _first(drawn, np.where(repeated | past.look(user, drawn)[1], np.inf, 0.0))


class Popular:
    """What was watched for the most minutes in the last days, the same list for all, anew every night. What a user was
    shown already comes after what is new to them, so that the list wears nobody out."""

    def __init__(self, config: RecommenderConfig, every: int) -> None:
        self._list = np.zeros(0, np.int64)

    def steps(self, night: int) -> int:
        return 0

    def night(self, night: int, world: World, now: float, step: Callable[[int], None]) -> None:
        log, recent = world.log, slice(int(np.searchsorted(world.log.time, now - RECENT)), None)
        minutes = np.bincount(log.video[recent], weights=log.minutes[recent], minlength=len(world.videos))
        self._list = np.argsort(-minutes, kind="stable")[:LISTED]

    def fill(self, user: Array, time: Array, past: Past, rng: np.random.Generator) -> Array:
        listed = np.tile(self._list, (len(user), 1))
        seen, watched = past.look(user, listed)
        return _first(listed, np.where(watched, np.inf, seen))


class Trained:
    """Recall, then ranking, trained from the beginning on the whole log so far every few nights, as `train` does but for
    the held-out days of ranking. To go on from the last parameters with a quarter of the steps was tried: half the time,
    and 8 percent fewer minutes."""

    def __init__(self, config: RecommenderConfig, every: int) -> None:
        self._config, self._every = config, every
        self._models: Models | None = None
        self._index: Retriever | None = None

    def steps(self, night: int) -> int:
        return 0 if night % self._every else self._config.steps + self._config.ranking_steps

    def night(self, night: int, world: World, now: float, step: Callable[[int], None]) -> None:
        if night % self._every == 0:
            self._models = fit(site_of(_until(world, now)), step)
            self._index = Retriever(self._models.net.output.weight.detach().numpy(), self._config.index)

    def fill(self, user: Array, time: Array, past: Past, rng: np.random.Generator) -> Array:
        return np.concatenate([_first(some.video, -self.rank(some)) for some in self.recall(user, time, past)])

    @property
    def models(self) -> Models:
        """Both networks as they were trained last."""
        assert self._models is not None, "night 0 comes first"
        return self._models

    def recall(self, user: Array, time: Array, past: Past) -> Iterator[Candidates]:
        """What recall finds for users (B,) at times (B,), some of them at once."""
        models, index = self.models, self._index
        assert index is not None
        row = np.full(len(past.world.videos), -1, np.int64)
        row[models.site.known] = np.arange(len(models.site.known))
        site = Site(past.world, past.history, models.site.known, row)  # today's history, the training's vocabulary
        for part in np.split(np.arange(len(user)), range(BATCH, len(user), BATCH)):
            found = _candidates(models.net, index, site, user[part], time[part], past)
            yield Candidates(site, user[part], time[part], *found, past.look(user[part], found[0])[0])

    def rank(self, some: Candidates) -> Array:
        """(B, C) the ranker's logit of each candidate."""
        return some.ranked(self.models.ranker)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What recall found for users (B,) at times (B,) in days: videos (B, C), best first, -1 where there are no more; their
    scores in recall, and how often each user was shown each before, (B, C). The site is as it is known by then."""

    site: Site
    user: Array
    time: Array
    video: Array
    score: Array
    seen: Array

    def ranked(self, ranker: Ranker) -> Array:
        """(B, C) a ranker's logit of each; -inf where there is none."""
        real = self.video >= 0
        user, time = (np.broadcast_to(part[:, None], real.shape)[real] for part in (self.user, self.time))
        z = np.full(real.shape, -np.inf)
        features = impressions(self.site, user, self.video[real], time, self.seen[real])
        z[real] = replace(ranker, site=self.site).logits(features)
        return z


def _candidates(
    net: CandidateNet, index: Retriever, site: Site, user: Array, time: Array, past: Past
) -> tuple[Array, Array]:
    """(B, C) videos that recall finds and the users have not watched, best first, -1 where there are no more; their scores."""
    config, watches = site.world.config, past.history.watches
    moment, none = np.floor(time * SECONDS).astype(np.int64), np.full(len(user), -1)
    behind = watches.before(user, moment)
    some = Examples(user, none, none, np.zeros(len(user)), behind, moment)
    with torch.no_grad():
        u = net(viewers(site, some, serving=True)).vector.numpy()
    watched = int((behind - watches.start[user]).max(initial=0))
    scores, rows = index.search(u, min(config.recalled + watched, len(site.known)))
    found = np.where(rows >= 0, site.known[rows], -1)
    gone = (found < 0) | past.look(user, found)[1]
    order = np.argsort(gone, axis=1, kind="stable")[:, : config.recalled]
    gone, found, scores = (np.take_along_axis(part, order, 1) for part in (gone, found, scores))
    return np.where(gone, -1, found), np.where(gone, -np.inf, scores)


POLICIES: dict[str, type[Policy]] = {"model": Trained, "popular": Popular, "random": Anything}


def _first(videos: Array, cost: Array) -> Array:
    """(B, PAGE) of videos (B, C), the lowest cost first, equal ones in their order; -1 in place of what costs infinity, and
    where there are no more."""
    order = np.argsort(cost, axis=1, kind="stable")[:, :PAGE]
    found = np.where(np.isinf(np.take_along_axis(cost, order, 1)), -1, np.take_along_axis(videos, order, 1))
    return np.pad(found, ((0, 0), (0, PAGE - found.shape[1])), constant_values=-1)


def _until(world: World, now: float) -> World:
    """With clocks that stand so that the log ends after `config.days`, as both models expect."""
    late, log = now - world.config.days, world.log
    videos = replace(world.videos, uploaded=world.videos.uploaded - late)
    return replace(world, videos=videos, log=replace(log, time=log.time - late, search_time=log.search_time - late))
