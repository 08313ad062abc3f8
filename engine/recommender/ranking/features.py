"""What ranking knows of an impression, as it was at that moment (Covington et al. 2016, §4.1).

N impressions
"""

from __future__ import annotations

import numpy as np

from engine.features import Impressions
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array


def impressions(site: Site, user: Array, video: Array, time: Array, seen: Array) -> Impressions:
    """Features at `time` in days: only what happened in an earlier second counts. (N,) each."""
    history, videos, users = site.history, site.world.videos, site.world.users
    second = np.floor(time * SECONDS).astype(np.int64)
    place = history.watches.before(user, second)
    return Impressions(
        video,
        history.watches.last(user, place, site.world.config.recent),
        users.language[user],
        videos.language[video],
        history.since_channel(user, videos.channel[video], second) / 3_600.0,
        seen,
    )
