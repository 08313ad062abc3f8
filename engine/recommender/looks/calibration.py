"""What ranking's odds promise, held against the truth of a simulated site.

N impressions, real or to come · R shown
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.features import Impressions
from engine.recommender.held_out.data import frontier
from engine.recommender.looks.index_cost import Asked
from engine.recommender.ranking.features import impressions
from engine.recommender.ranking.model import Ranker
from engine.recommender.serving.server import Recommendation, Server
from engine.recommender.site.taste import click_probability, expected_watch
from engine.runs.frame import Array

BAIT = 0.5
"""A video that promises more than it holds."""
MOST = 12_000
"""Impressions of the log that are read."""
CATALOGUE, CANDIDATES, SHOWN, CLICKED_BEST, WATCHED_BEST = "catalogue", "candidates", "shown", "clicks", "minutes"


@dataclass(frozen=True, slots=True, eq=False)
class OddsAgainstTruth:
    """user, video (N,), the odds (N,) of ranking, and the truth: probability of a click (N,), expected minutes (N,)."""

    user: Array
    video: Array
    odds: Array
    click: Array
    minutes: Array

    @property
    def corrected(self) -> Array:
        """E[T] = odds · (1 - P), with the true P."""
        return self.odds * (1.0 - self.click)

    def some(self, rows: Array) -> OddsAgainstTruth:
        """The impressions at some places (N,), in that order."""
        return OddsAgainstTruth(
            self.user[rows], self.video[rows], self.odds[rows], self.click[rows], self.minutes[rows]
        )


def of_candidates(server: Server, users: Sequence[int], asked: Sequence[Asked]) -> OddsAgainstTruth:
    """The candidates of some users at the end of the log. Raises RuntimeError before ranking is trained."""
    when, parts = float(server.config.days), []
    for user, one in zip(users, asked, strict=True):
        videos = server.site.known[one.exact]
        parts.append(_promised(server, np.full(len(videos), user), server.features(user, videos, when)))
    return _joined(parts)


def promised_to(server: Server, given: Recommendation) -> OddsAgainstTruth:
    """The candidates of one recommendation."""
    several = np.full(len(given.candidates), given.user)
    return _promised(server, several, server.features(given.user, given.candidates, given.now))


def of_log(server: Server) -> OddsAgainstTruth:
    """Impressions of the last days, on which ranking was not trained."""
    log, world = server.site.world.log, server.site.world
    rows = np.arange(np.searchsorted(log.time, frontier(world)), len(log.user))
    rows = rows[np.linspace(0, len(rows) - 1, min(MOST, len(rows))).astype(int)]
    some = impressions(server.site, log.user[rows], log.video[rows], log.time[rows], log.seen[rows])
    return _promised(server, log.user[rows], some)


def _promised(server: Server, user: Array, some: Impressions) -> OddsAgainstTruth:
    ranker: Ranker | None = server.ranker
    if ranker is None:
        raise RuntimeError("there is no ranking model yet")
    world = server.site.world
    about = (world.config, world.videos, world.users, user, some.video, some.seen)
    odds = np.exp(ranker.logits(some).astype(np.float64))
    return OddsAgainstTruth(user, some.video, odds, click_probability(*about), expected_watch(*about))


def _joined(parts: Sequence[OddsAgainstTruth]) -> OddsAgainstTruth:
    fields = ("user", "video", "odds", "click", "minutes")
    return OddsAgainstTruth(*(np.concatenate([getattr(part, name) for part in parts]) for name in fields))


def binned(values: Array, by: Array, count: int = 10) -> Array:
    """(count,) means of values (N,) in as many equal parts, ordered by `by`."""
    return np.array([part.mean() for part in np.array_split(values[np.argsort(by, kind="stable")], count)])


@dataclass(frozen=True, slots=True)
class Orders:
    """True minutes of the R on top of a user's candidates, the mean over users: by the odds, by the odds corrected, and the
    most that the candidates allow; `same` the share that the first two have in common."""

    odds: float
    corrected: float
    best: float
    same: float


def orders(promised: OddsAgainstTruth, shown: int) -> Orders:
    """Does the correction change who is shown?"""
    rows = []
    for user in np.unique(promised.user):
        one = promised.some(np.flatnonzero(promised.user == user))
        tops = [np.argsort(-score, kind="stable")[:shown] for score in (one.odds, one.corrected, one.minutes)]
        rows.append((*(one.minutes[top].mean() for top in tops), np.isin(tops[0], tops[1]).mean()))
    return Orders(*(float(mean) for mean in np.mean(rows, axis=0)))


def baited(server: Server, promised: OddsAgainstTruth) -> dict[str, float]:
    """The share of click-bait: in the catalogue, among candidates, in what is shown, and in what would be, had the true
    click probability or the true expected minutes decided; the mean over users."""
    bait = server.site.world.videos.bait > BAIT
    parts = []
    for user in np.unique(promised.user):
        one = promised.some(np.flatnonzero(promised.user == user))
        there = bait[one.video]
        tops = [
            np.argsort(-score, kind="stable")[: server.config.shown] for score in (one.odds, one.click, one.minutes)
        ]
        parts.append([there.mean(), *(there[top].mean() for top in tops)])
    means = np.mean(parts, axis=0)
    names = (CANDIDATES, SHOWN, CLICKED_BEST, WATCHED_BEST)
    return {CATALOGUE: float(bait.mean())} | {name: float(mean) for name, mean in zip(names, means, strict=True)}
