"""Who fills the pages of an A/B test: by lot one policy or another, both over what recall finds, and what is written down.

B pages filled at once · C candidates · K places · P pages of arm A so far
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from engine.recommender.config import AbConfig
from engine.recommender.days.arms import lots
from engine.recommender.days.plackett_luce import draw, log_probabilities
from engine.recommender.days.policies import RECENT, Candidates, Past, Trained
from engine.recommender.ranking.features import impressions
from engine.recommender.ranking.model import Ranker
from engine.recommender.ranking.training import Ranking
from engine.recommender.site.taste import expected_watch
from engine.recommender.site.vocabulary import Site
from engine.recommender.site.world import PAGE, World, source
from engine.runs.frame import Array


class Page(NamedTuple):
    """Pages of arm A: whose (P,), when (P,), how probable what stands in each place was under A and would have been under B,
    as logarithms (P, K); and, which no log knows, expected minutes of each place, and of what B draws for it, (P, K)."""

    user: Array
    time: Array
    shown: Array
    asked: Array
    earned: Array
    other: Array


class Split:
    """Both arms of an A/B test as one policy. `pages` is what was written down of arm A so far."""

    def __init__(self, config: AbConfig) -> None:
        self._config, self._models = config, Trained(config, config.retrain)
        self.second = lots(config.users, source(config, "arms"))
        self.pages: list[Page] = []
        self._popular: Array = np.zeros(0)
        self._clicks: Ranker | None = None

    def steps(self, night: int) -> int:
        steps = self._models.steps(night)
        return steps + self._config.ranking_steps * (steps > 0 and self._config.challenger == "clicks")

    def night(self, night: int, world: World, now: float, step: Callable[[int], None]) -> None:
        config = self._config
        self._models.night(night, world, now, step)
        if self._models.steps(night) and config.challenger == "clicks":
            self._clicks = _of_clicks(self._models.models.site, config.clicks_rate, step)
        log, recent = world.log, slice(int(np.searchsorted(world.log.time, now - RECENT)), None)
        self._popular = np.bincount(log.video[recent], weights=log.minutes[recent])

    def fill(self, user: Array, time: Array, past: Past, rng: np.random.Generator) -> Array:
        pages = [self._drawn(some, past, rng) for some in self._models.recall(user, time, past)]
        return np.concatenate(pages)

    def _drawn(self, some: Candidates, past: Past, rng: np.random.Generator) -> Array:
        """(B, K) videos, by each user's own arm; what arm A is shown is written down."""
        config, second = self._config, self.second[some.user]
        one, other = self._order("minutes", some), self._order(config.challenger, some)
        mine = draw(one, config.temperature, PAGE, rng)
        theirs = draw(other, config.challenger_temperature, PAGE, rng)
        chosen = np.take_along_axis(some.video, np.where(second[:, None], theirs, mine), 1)
        whole = ~second & (some.video[:, :PAGE] >= 0).all(1)  # what recall leaves open was not drawn
        self.pages.append(
            Page(
                some.user[whole],
                some.time[whole],
                log_probabilities(one[whole], config.temperature, mine[whole]),
                log_probabilities(other[whole], config.challenger_temperature, mine[whole]),
                *(_expected(some, past.world, page)[whole] for page in (mine, theirs)),
            )
        )
        return chosen

    def _order(self, by: str, some: Candidates) -> Array:
        """(B, C) the logarithm of what candidates are drawn in proportion to, at a temperature of 1."""
        if by == "recall":
            return some.score
        if by == "popular":
            watched = np.append(np.pad(self._popular, (0, len(some.site.world.videos) - len(self._popular))), 0.0)
            return np.where(some.video >= 0, np.log1p(watched[some.video]), -np.inf)
        return some.ranked(self._clicks if by == "clicks" and self._clicks else self._models.models.ranker)


def _of_clicks(site: Site, rate: float, step: Callable[[int], None]) -> Ranker:
    """A ranker like the other, trained on the same log at its own rate, but for what a watch weighs: 1."""
    config = site.world.config
    plain_config = replace(config, weighting="none", learning_rate=(config.rate("recall"), rate))
    world = replace(site.world, config=plain_config)
    log, plain = world.log, replace(site, world=world)
    ranking = Ranking(plain, impressions(plain, log.user, log.video, log.time, log.seen), log.clicked, log.minutes)
    for _ in ranking.fit():
        step(1)
    return ranking.ranker


def _expected(some: Candidates, world: World, pages: Array) -> Array:
    """(B, K) minutes that what stands on pages (B, K) of candidates is expected to be watched: the truth of the simulation."""
    video, seen = (np.take_along_axis(part, pages, 1) for part in (some.video, some.seen))
    truth: Array = expected_watch(world.config, world.videos, world.users, some.user[:, None], video, seen)
    return truth
