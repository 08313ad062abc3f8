"""Opponents of ranking on a log whose truth nobody knows: the rate at which a video is watched when shown, and item-kNN.

N impressions · V videos
"""

from __future__ import annotations

import numpy as np

from engine.recommender.held_out.data import Data
from engine.recommender.opponents.knn import ItemKNN
from engine.recommender.ranking.past import Earlier
from engine.recommender.site.world import Log
from engine.runs.frame import Array

PRIOR = 10.0
"""Impressions at the mean rate that every video is given: a rate of one impression says little."""


def scores(data: Data, past: Earlier) -> dict[str, Array]:
    """Scores of the judged impressions, (N,) each: "popular" the rate at which a video was watched when it was shown, "knn" its
    similarities with the user's last watches. Both know what lies before the first of them alone."""
    site, some = data.site, data.features.some(data.judged)
    knn = ItemKNN(past.watches, len(site.known))
    near = knn.scores(site.row(some.recent), site.row(some.video))
    return {"popular": rates(site.world.log, data.learnt, len(site.world.videos))[some.video], "knn": near}


def rates(log: Log, rows: Array, videos: int) -> Array:
    """(V,) the share of a video's impressions, those in some rows (N,), that were watched, drawn to the mean."""
    shown = np.bincount(log.video[rows], minlength=videos)
    watched = np.bincount(log.video[rows][log.clicked[rows]], minlength=videos)
    found: Array = (watched + PRIOR * log.clicked[rows].mean()) / (shown + PRIOR)
    return found
