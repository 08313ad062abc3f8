"""One moment for all users of a log: what comes before it is learnt from, what each watches next after it is asked.

W watches · E asked
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.errors import UserError
from engine.recommender.held_out.data import Data, frontier, prepare
from engine.recommender.recall.samples import FEWEST, Examples, at_most_of_each
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.recommender.site.world import source
from engine.runs.frame import Array

TESTED = 20
"""Users who watch before and after the moment, at least."""


def second_of(site: Site) -> int:
    """The moment, in seconds from the log's beginning: that from which ranking holds impressions out too."""
    return int(frontier(site.world) * SECONDS)


def before(site: Site) -> Site:
    """The site with the vocabulary of the moment: what was watched often enough before it."""
    watches = site.history.watches
    videos, counts = np.unique(watches.item[watches.second < second_of(site)], return_counts=True)
    return site.with_vocabulary(videos[counts >= site.world.config.fewest])


def prepare_at(site: Site) -> Data:
    """What both models learn from before the moment, and each user's next watch after it, asked as of that moment: nobody
    else's later watch is seen by anything. Raises UserError where too few users watch before and after it."""
    whole, second = prepare(site), second_of(site)
    kept, tested = _kept(site, second)
    if len(tested) < TESTED:
        raise UserError("Users who watch before and after one moment for all, the end of nine tenths of the rows: {count}; {users} are needed. Ask each user's last watch instead.", count=len(tested), users=TESTED)  # fmt: skip
    return replace(whole, site=kept, train=_learnt(kept, second), test=_asked(kept, tested, second))


def _kept(site: Site, second: int) -> tuple[Site, Array]:
    """The site without later watches, but for the next one of each user who is asked; these users."""
    watches = site.history.watches
    owner, later = watches.owner(), watches.second >= second
    earlier = np.bincount(owner[~later], minlength=len(watches.start) - 1)
    first = later & np.concatenate(([True], ~later[:-1] | (owner[1:] != owner[:-1])))
    asked = first & (earlier[owner] >= FEWEST - 1)
    history = replace(site.history, watches=watches.kept(~later | asked))
    return replace(site, history=history), owner[asked]


def _learnt(site: Site, second: int) -> Examples:
    """Watches before the moment that something comes before, at most so many of each user."""
    config, watches = site.world.config, site.history.watches
    usable = (watches.second < second) & (site.row(watches.item) >= 0)
    usable[watches.start[:-1][np.diff(watches.start) > 0]] = False
    owner, places = watches.owner(), np.flatnonzero(usable)
    if config.per_user == "equal":
        places = at_most_of_each(source(config, "split"), owner, places, config.examples)
    moment = watches.second[places]
    return Examples(owner[places], places, watches.item[places], config.days - moment / SECONDS, places, moment)


def _asked(site: Site, users: Array, second: int) -> Examples:
    """The last of what is kept of each of these users."""
    place = site.history.watches.start[users + 1] - 1
    moment = np.full(len(users), second)
    age = site.world.config.days - moment / SECONDS
    return Examples(users, place, site.history.watches.item[place], age, place, moment)
