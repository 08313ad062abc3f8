"""One recommendation, end to end: millions → hundreds → tens, and where each video was lost.

V videos · K of them with a vector · C candidates · R shown
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import torch

from engine.features import Impressions
from engine.recommender.ranking.features import impressions
from engine.recommender.ranking.model import Ranker
from engine.recommender.recall.index import Retriever
from engine.recommender.recall.model import CandidateNet, Read, Viewers
from engine.recommender.recall.samples import Examples
from engine.recommender.recall.training import viewers
from engine.recommender.serving.before import hours_since_channel, shown_before, watched_before
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

FUTURE, WATCHED, COLD, RECALL, RANKING, SHOWN = "future", "watched", "cold", "recall", "ranking", "shown"
"""Where a video is lost, in this order, or that it is shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Recommendation:
    """For a user at a moment.

    read        the user's path to u
    candidates  (C,) ids with their scores u·v, best first; z (C,) the logits of ranking in the same order, nan where
                there is no ranking yet
    shown       (R,) ids, best first
    milliseconds  what the user's path, the search (with what may not be shown left out) and ranking took
    """

    user: int
    now: float
    read: Read
    candidates: Array
    scores: Array
    z: Array
    shown: Array
    milliseconds: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Lost:
    """Where one video of the catalogue ended: `stage`; `place` its rank there, from 1; `gap` by how much it missed the
    last one that went on (of u·v, or of z); below 0 at recall where the index did not look at it."""

    stage: str
    place: int = 0
    gap: float = 0.0


class Server:
    """Both trained models, the index over the video vectors, and the log that features are read from.

    Without a ranker, before it is trained, the first candidates are shown in the order of recall.
    """

    def __init__(self, site: Site, net: CandidateNet, ranker: Ranker | None = None) -> None:
        self.site, self.config, self.net, self.ranker = site, site.world.config, net, ranker
        self.vectors = net.output.weight.detach().numpy()
        self.index = Retriever(self.vectors, self.config.index)
        uploaded = site.world.videos.uploaded[site.known]
        order = np.argsort(uploaded, kind="stable")
        self._uploaded, self._by_upload = uploaded[order], site.known[order]

    def recommend(self, user: int, now: float | None = None, without: tuple[int, ...] = ()) -> Recommendation:
        """At a moment, the end of the log if none is given; `without` are watches taken away, by video."""
        when = float(self.config.days) if now is None else now
        clock = [time.perf_counter()]
        read = self.path(user, when, without)
        clock.append(time.perf_counter())
        gone = self.gone(user, when)
        scores, candidates = self._candidates(read.vector.numpy(), gone)
        clock.append(time.perf_counter())
        z = (
            self.logits(user, candidates, when, without)
            if self.ranker
            else np.full(len(candidates), np.nan, np.float32)
        )
        order = np.argsort(-z, kind="stable")  # nan keeps the order of recall
        shown = candidates[order][: self.config.shown]
        clock.append(time.perf_counter())
        spent = np.diff(clock) * 1_000
        return Recommendation(user, when, read, candidates, scores, z, shown, (spent[0], spent[1], spent[2]))

    def path(self, user: int, when: float, without: tuple[int, ...] = ()) -> Read:
        """The user's way to u, as served: of example age 0."""
        with torch.no_grad():
            return self.net(self.seen(np.array([user]), when, without))

    def seen(self, users: Array, when: float, without: tuple[int, ...] = ()) -> Viewers:
        """What the network sees of some users (N,) at a moment."""
        moment, nothing = np.full(len(users), int(when * SECONDS)), np.full(len(users), -1)
        behind = self.site.history.watches.before(users, moment)
        some = Examples(users, nothing, nothing, np.zeros(len(users)), behind, moment)
        return viewers(self.site, some, serving=True, without=np.array(without, np.int64))

    def _candidates(self, u: Array, gone: Array) -> tuple[Array, Array]:
        """What the index finds, without what may not be shown: as much more is asked for."""
        scores, rows = self.index.search(u, min(self.config.recalled + len(gone), len(self.vectors)))
        ids = self.site.known[rows[0]]
        fresh = (rows[0] >= 0) & ~np.isin(ids, gone)
        return scores[0][fresh][: self.config.recalled], ids[fresh][: self.config.recalled]

    def gone(self, user: int, when: float) -> Array:
        """Ids (N,) that may not be shown: watched before, with a vector or without, or with a vector and not there
        yet."""
        later = self._by_upload[np.searchsorted(self._uploaded, when, side="right") :]
        return np.union1d(watched_before(self.site, user, when), later)

    def features(self, user: int, videos: Array, when: float, without: tuple[int, ...] = ()) -> Impressions:
        """What ranking knows of some videos (N,) shown to a user at a moment."""
        several = np.full(len(videos), user)
        seen = shown_before(self.site, user, videos, when)
        some = impressions(self.site, several, videos, np.full(len(videos), when), seen)
        if not without:
            return some
        recent = np.where(np.isin(some.recent, without), -1, some.recent)
        return replace(some, recent=recent, hours=hours_since_channel(self.site, user, videos, when, without))

    def logits(self, user: int, videos: Array, when: float, without: tuple[int, ...] = ()) -> Array:
        """z (N,) of some videos for a user at a moment. Raises RuntimeError before ranking is trained."""
        if self.ranker is None:
            raise RuntimeError("there is no ranking model yet")
        return self.ranker.logits(self.features(user, videos, when, without))

    def lost(self, given: Recommendation, video: int) -> Lost:
        """Why a video was not recommended."""
        if self.site.world.videos.uploaded[video] > given.now:
            return Lost(FUTURE)
        if video in watched_before(self.site, given.user, given.now):
            return Lost(WATCHED)
        row = int(self.site.row(np.array([video]))[0])
        if row < 0:
            return Lost(COLD)
        at = np.flatnonzero(given.candidates == video)
        if not len(at):
            every = self.vectors @ given.read.vector[0].numpy()
            open_ = np.setdiff1d(self.site.known, self.gone(given.user, given.now))
            place = int((every[self.site.row(open_)] > every[row]).sum()) + 1
            return Lost(RECALL, place, float(given.scores[-1] - every[row]) if len(given.scores) else 0.0)
        z = given.z if self.ranker else given.scores
        place = int((z > z[at[0]]).sum()) + 1
        if video in given.shown:
            return Lost(SHOWN, place)
        last = np.sort(z)[::-1][min(self.config.shown, len(z)) - 1]
        return Lost(RANKING, place, float(last - z[at[0]]))
