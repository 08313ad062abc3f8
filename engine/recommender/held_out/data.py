"""What a site gives both models to learn from, and what it holds out of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import UserError
from engine.features import Impressions
from engine.recommender.ranking.features import impressions
from engine.recommender.recall.samples import Examples, split
from engine.recommender.site.vocabulary import Site
from engine.recommender.site.world import World
from engine.runs.frame import Array

HELD_OUT = 0.1
"""The last tenth of the days is not trained on by ranking, and judges it; of a user's own log, of the impressions."""


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A site with what both models learn from: examples of recall, impressions of ranking, each split by its own rule."""

    site: Site
    train: Examples
    test: Examples
    features: Impressions
    learnt: Array
    judged: Array


def prepare(site: Site) -> Data:
    """Split, and read the features of every impression, if there are any that were not watched."""
    log = site.world.log
    rows = np.arange(0 if log.clicked.all() else len(log.user))
    features = impressions(site, log.user[rows], log.video[rows], log.time[rows], log.seen[rows])
    cut = int(np.searchsorted(log.time[rows], frontier(site.world)))
    return Data(site, *split(site), features, rows[:cut], rows[cut:])


def frontier(world: World) -> float:
    """The moment from which impressions are held out. People come and go in a log that was not simulated."""
    if world.true:
        return world.config.days * (1.0 - HELD_OUT)
    return float(world.log.time[int(len(world.log.time) * (1.0 - HELD_OUT))])


def rankable(world: World) -> bool:
    """Whether ranking has both, watched and not, to learn from and to be judged by; of watches alone there is neither."""
    clicked, cut = world.log.clicked, int(np.searchsorted(world.log.time, frontier(world)))
    return all(0 < int(part.sum()) < len(part) for part in (clicked[:cut], clicked[cut:]))


def check_vocabulary(site: Site, train: Examples) -> None:
    """Raises UserError where recall has nothing to learn from."""
    if len(site.known) < 2 or not len(train):
        raise UserError(
            "Too few are watched often enough for a vector (at least: {least}). Lower how many watches one needs.",
            least=site.world.config.fewest,
        )
