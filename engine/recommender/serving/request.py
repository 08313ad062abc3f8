"""A request to a model server: all that it must be told of one user at one moment, since it keeps no log itself.

W watches · S search tokens · M videos that were shown before
"""

from __future__ import annotations

import numpy as np

from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array


def request(site: Site, user: int, when: float, without: tuple[int, ...] = ()) -> dict[str, Array]:
    """By the names of the schema, for one user: every watch before a moment, in days, the latest first, with its second; the
    last search tokens; who the user is; and how often which video was shown. Watches taken away are -1, and stand in
    `without`: they may not be recommended either."""
    history, users, config, second = site.history, site.world.users, site.world.config, int(when * SECONDS)
    one, moment = np.array([user]), np.array([second])
    begin, end = int(history.watches.start[user]), int(history.watches.before(one, moment)[0])
    watched, at = (column[begin:end][::-1] for column in (history.watches.item, history.watches.second))
    searched = history.searches.last(one, history.searches.before(one, moment), config.searches)
    shown, times = _shown(site, user, when)
    return {
        "watched": np.where(np.isin(watched, list(without)), -1, watched)[None],  # (1, W)
        "watched_at": at[None],
        "searched": searched,  # (1, S)
        "region": users.region[one],
        "language": users.language[one],
        "age": users.age[one].astype(np.float64),
        "gender": users.gender[one].astype(np.float64),
        "now": moment,
        "shown": shown[None],  # (1, M)
        "shown_times": times[None],
        "without": np.array([without], np.int64).reshape(1, -1),
    }


def _shown(site: Site, user: int, when: float) -> tuple[Array, Array]:
    """Videos (M,) that were shown to the user before a moment, ascending, and how often."""
    log = site.world.log
    until = np.searchsorted(log.time, when)
    ids, counts = np.unique(log.video[:until][log.user[:until] == user], return_counts=True)
    return ids, counts
