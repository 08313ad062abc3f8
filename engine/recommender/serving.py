"""One recommendation, end to end: millions → hundreds → tens, and where each video was lost.

V videos · C candidates · R shown
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch

from engine.recommender.candidates import Read
from engine.recommender.config import RecommenderConfig
from engine.recommender.features import impressions
from engine.recommender.history import SECONDS, History
from engine.recommender.ranking import Ranking
from engine.recommender.recall import Recall
from engine.recommender.retrieval import Retriever
from engine.recommender.samples import Examples
from engine.recommender.world import World, expected_watch
from engine.runs.frame import Array

WATCHED, FUTURE, RECALL, RANKING, SHOWN = "watched", "not yet uploaded", "recall", "ranking", "shown"
"""Where a video is lost, in this order, or that it is shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Recommendation:
    """read is the user's path to u; candidates (C,) ids with their scores u·v, best first; odds (C,) e^z in the same
    order; shown (R,) ids, best first. `kept` is the share of the best possible watch time of R videos that is still
    reachable after recall and after ranking; `milliseconds` what each stage took."""

    user: int
    read: Read
    candidates: Array
    scores: Array
    odds: Array
    shown: Array
    kept: tuple[float, float]
    milliseconds: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Lost:
    """Where one video of the catalogue ended: `stage`; `place` its rank there, from 1; `gap` by how much it missed the
    last one that went on (of u·v, or of z)."""

    stage: str
    place: int = 0
    gap: float = 0.0


class Server:
    """Both trained models, the index over the video vectors, and the log that features are read from."""

    def __init__(
        self, config: RecommenderConfig, world: World, history: History, recall: Recall, ranking: Ranking
    ) -> None:
        self.config, self.world, self.history = config, world, history
        self.recall, self.ranking = recall, ranking
        self.vectors = recall.net.output.weight.detach().numpy()
        self.index = Retriever(self.vectors, config.index)

    def recommend(self, user: int, now: float | None = None, without: tuple[int, ...] = ()) -> Recommendation:
        """For a user at a moment, the end of the log if none is given; `without` are watches taken away, by video."""
        config = self.config
        when = float(config.days) if now is None else now
        clock = [time.perf_counter()]
        read = self._read(user, when, without)
        clock.append(time.perf_counter())
        gone = np.union1d(self.watched(user, when), np.flatnonzero(self.world.videos.uploaded > when))
        scores, ids = self.index.search(read.vector.numpy(), config.recalled + min(len(gone), 2_000))
        fresh = (ids[0] >= 0) & ~np.isin(ids[0], gone)
        candidates, scores = ids[0][fresh][: config.recalled], scores[0][fresh][: config.recalled]
        clock.append(time.perf_counter())
        odds = np.exp(self.logits(user, candidates, when))
        shown = candidates[np.argsort(-odds, kind="stable")][: config.shown]
        clock.append(time.perf_counter())
        spent = np.diff(clock) * 1_000
        kept = self._kept(user, gone, candidates, shown)
        return Recommendation(user, read, candidates, scores, odds, shown, kept, (spent[0], spent[1], spent[2]))

    def _read(self, user: int, when: float, without: tuple[int, ...]) -> Read:
        moment = np.array([int(when * SECONDS)])
        behind = self.history.watches.before(np.array([user]), moment)
        some = Examples(np.array([user]), np.array([-1]), np.array([-1]), np.zeros(1), behind, moment)
        viewers = self.recall.viewers(some, serving=True)
        if without:
            viewers = viewers._replace(
                watched=torch.where(torch.isin(viewers.watched, torch.tensor(without)), -1, viewers.watched)
            )
        with torch.no_grad():
            return self.recall.net(viewers)

    def watched(self, user: int, when: float) -> Array:
        """Ids of what the user has watched before."""
        watches = self.history.watches
        end = int(watches.before(np.array([user]), np.array([int(when * SECONDS)]))[0])
        return np.unique(watches.item[watches.start[user] : end])

    def logits(self, user: int, videos: Array, when: float) -> Array:
        """z (N,) of some videos for a user at a moment."""
        users = np.full(len(videos), user)
        seen = np.zeros(len(videos), np.int64)
        some = impressions(
            self.history,
            self.world.videos,
            self.world.users,
            users,
            videos,
            np.full(len(videos), when),
            seen,
            self.config.recent,
        )
        return self.ranking.logits(some)

    def truth(self, user: int) -> Array:
        """(V,) expected minutes of every video for a user."""
        videos = np.arange(len(self.world.videos))
        return expected_watch(self.config, self.world.videos, self.world.users, np.full(len(videos), user), videos)

    def _kept(self, user: int, gone: Array, candidates: Array, shown: Array) -> tuple[float, float]:
        truth = self.truth(user)
        truth[gone] = 0.0
        best = _best(truth, self.config.shown)
        return _best(truth[candidates], self.config.shown) / best, float(truth[shown].sum()) / best

    def lost(self, given: Recommendation, video: int, now: float | None = None) -> Lost:
        """Why a video was not recommended."""
        when = float(self.config.days) if now is None else now
        if self.world.videos.uploaded[video] > when:
            return Lost(FUTURE)
        if video in self.watched(given.user, when):
            return Lost(WATCHED)
        at = np.flatnonzero(given.candidates == video)
        if not len(at):
            every = self.vectors @ given.read.vector[0].numpy()
            place = int((every > every[video]).sum()) + 1
            return Lost(RECALL, place, float(given.scores[-1] - every[video]))
        z = np.log(given.odds)
        place = int((z > z[at[0]]).sum()) + 1
        if video in given.shown:
            return Lost(SHOWN, place)
        last = np.sort(z)[::-1][min(self.config.shown, len(z)) - 1]
        return Lost(RANKING, place, float(last - z[at[0]]))


def _best(truth: Array, most: int) -> float:
    """The sum of the largest, at least a little above 0."""
    return max(float(np.sort(np.partition(truth, -min(most, len(truth)))[-most:]).sum()) if len(truth) else 0.0, 1e-9)
