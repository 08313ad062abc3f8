"""What the log says of one user before a moment: what was watched, how often each video was shown, how long a channel rested.

N videos
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from engine.features import counted, hours_since
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array


def watched_before(site: Site, user: int, when: float) -> Array:
    """Ids (N,) of what the user has watched before a moment, in days; ascending, each once."""
    watches = site.history.watches
    end = int(watches.before(np.array([user]), np.array([int(when * SECONDS)]))[0])
    return np.unique(watches.item[watches.start[user] : end])


def shown_before(site: Site, user: int, videos: Array, when: float) -> Array:
    """(N,) how often each of some videos was shown to the user before a moment."""
    log = site.world.log
    until = np.searchsorted(log.time, when)
    past = log.video[:until][log.user[:until] == user]
    ids, counts = np.unique(past, return_counts=True)
    return counted(ids, counts, videos)


def hours_since_channel(site: Site, user: int, videos: Array, when: float, without: Collection[int]) -> Array:
    """(N,) hours since the user's last watch of each video's channel, had the watches of some videos not been; inf where
    never."""
    watches, second = site.history.watches, int(when * SECONDS)
    end = int(watches.before(np.array([user]), np.array([second]))[0])
    item, at = (column[watches.start[user] : end] for column in (watches.item, watches.second))
    left = ~np.isin(item, list(without))
    channel = site.world.videos.channel
    return hours_since(channel[item[left]], at[left], channel[videos], second)
