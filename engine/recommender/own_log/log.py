"""A file's events as a log: watches and, where it tells them, impressions that were not watched.

    N events · V items, by upload · U users

What such a log does not say is the same for everybody: one topic, one language, one region, no age. Nothing is known of
expected watch times (`World.true` is False), so nothing is judged against a truth. Nothing here needs torch: a file is read
in a process that starts for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.errors import UserError
from engine.recommender.config import TOPICS
from engine.recommender.own_log.config import OwnLogConfig
from engine.recommender.own_log.formats import Events, read_events
from engine.recommender.site.history import SECONDS
from engine.recommender.site.log import occurrences
from engine.recommender.site.world import Log, Users, Videos, World
from engine.runs.frame import Array
from engine.tables.beside import apart
from engine.tables.told import told as decisions

LIKED = 0.8
"""Of the highest rating in the file: 4 of 5."""
APART, PAGE = 1_800, 50
"""Where a log tells no pages, one ends after half an hour without an impression, or after so many."""
YOUNGEST = 13
"""The age that the network reads as 0."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnLog:
    """A file's events as a log, and what they are called: items (V,) and users (U,) by their numbers in the world.

    timed    whether watch times are known; without them every watch weighs the same
    served   the file of lists that another system serves, b"" where there is none
    ranked   whether the log tells what was shown and not watched; without it only candidate generation trains
    """

    events: Events
    videos: Videos
    log: Log
    items: tuple[str, ...]
    users: tuple[str, ...]
    days: int
    timed: bool
    ranked: bool
    served: bytes = b""

    def world(self, config: OwnLogConfig) -> World:
        """The world of these videos, with the sizes of the file in its config."""
        users = _users(self.log.user, len(self.users))
        return World(sized(self, config), self.videos, users, self.log, False, self.items, self.users)


def read_log(data: bytes, rated: str = "all", told: str = "") -> OwnLog:
    """Read a file, or the first of two that are joined. `rated`: which ratings are watches; `told`: what was decided about the
    file. Raises UserError where it cannot be used."""
    data, served = apart(data)
    return replace(log_of(read_events(data, decisions(told)), rated), served=served)


def log_of(events: Events, rated: str = "all") -> OwnLog:
    """The log of a file's events. Raises UserError where none is a watch."""
    clicked = _clicked(events, rated)
    ranked = not clicked.all() and "rating" not in decides(events)
    rows = np.arange(len(events)) if ranked else np.flatnonzero(clicked)
    if not len(rows) or not clicked[rows].any():
        raise UserError("No row of the log is a watch. Check the column that tells what was clicked or watched.")
    first, last = int(events.time[rows[0]]), int(events.time[rows[-1]])
    days = (last - first) // SECONDS + 1
    begin = (
        last + 1 - days * SECONDS
    )  # the log ends with its last event: then example age 0 is what serving means by now
    order, uploaded = _by_upload(events, rows, begin)
    number = np.full(len(events.items), -1, np.int64)
    number[order] = np.arange(len(order))
    users, user = np.unique(events.user[rows], return_inverse=True)
    log = _log(events, rows, clicked[rows], user, number, begin)
    return OwnLog(
        events, _videos(events, order, uploaded, log), log, tuple(events.items[n] for n in order),
        tuple(events.users[n] for n in users), days, events.minutes is not None, ranked,
    )  # fmt: skip


def decides(events: Events) -> tuple[str, ...]:
    """The roles by which a row is a watch or not."""
    return tuple(role for role in ("clicked", "watched") if role in events.found) or (
        ("rating",) if events.rating is not None else ()
    )


def _clicked(events: Events, rated: str) -> Array:
    if events.rating is None or "rating" not in decides(events) or rated == "all":
        return events.clicked
    return events.rating >= LIKED * events.rating.max()


def _by_upload(events: Events, rows: Array, begin: int) -> tuple[Array, Array]:
    """The items that occur, in the order of their upload, and those moments in days: as the file tells, but before they
    are seen; else the second before they are first seen."""
    items, first = np.unique(events.item[rows], return_index=True)
    seen = events.time[rows][first] - 1
    told = events.uploaded[items]
    moment = np.where(np.isfinite(told), np.minimum(np.nan_to_num(told), seen), seen)
    order = np.argsort(moment, kind="stable")
    return items[order], (moment[order] - begin) / SECONDS


def _log(events: Events, rows: Array, clicked: Array, user: Array, number: Array, begin: int) -> Log:
    video = number[events.item[rows]]
    second = events.time[rows] - begin
    minutes = events.minutes[rows] if events.minutes is not None else np.ones(len(rows))
    none = np.zeros(0, np.int64)
    return Log(
        user=user,
        video=video,
        page=_pages(user, second) if events.page is None else events.page[rows],
        time=(second + 0.5) / SECONDS,  # so that rounding never moves an event into the second before
        seen=occurrences(user.astype(np.int64) * len(number) + video),
        clicked=clicked,
        minutes=np.where(clicked, minutes, 0.0),
        search_user=none,
        search_time=none.astype(np.float64),
        search_token=none,
    )


def _pages(user: Array, second: Array) -> Array:
    """(N,) a number for each visit of a user, in pieces of at most `PAGE` impressions."""
    order = np.lexsort((second, user))
    owner, when = user[order], second[order]
    fresh = np.concatenate(([True], (np.diff(owner) != 0) | (np.diff(when) > APART)))
    start = np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))
    fresh |= (np.arange(len(order)) - start) % PAGE == 0
    page = np.empty(len(order), np.int64)
    page[order] = np.cumsum(fresh) - 1
    return page


def _videos(events: Events, order: Array, uploaded: Array, log: Log) -> Videos:
    """A channel is an author, or the item by itself; a length is the file's, else the longest watch."""
    count = len(order)
    author = events.author[order]
    longest = np.zeros(count)
    np.maximum.at(longest, log.video, log.minutes)
    told = events.length[order]
    zeros = np.zeros(count, np.int64)
    return Videos(
        topic=zeros,
        channel=np.where(author >= 0, author, len(events.items) + np.arange(count)),
        language=zeros,
        minutes=np.where(np.isfinite(told), told, longest),
        uploaded=uploaded,
        quality=np.zeros(count),
        bait=np.zeros(count),
        appeal=np.log1p(np.bincount(log.video[log.clicked], minlength=count)),
    )


def _users(user: Array, count: int) -> Users:
    zeros = np.zeros(count, np.int64)
    taste = np.broadcast_to(np.float64(1.0), (count, TOPICS))
    return Users(taste, zeros, zeros, zeros, np.full(count, YOUNGEST), np.bincount(user, minlength=count))


def sized(log: OwnLog, config: OwnLogConfig) -> OwnLogConfig:
    """The config with the sizes of a file."""
    return replace(config, videos=len(log.items), users=len(log.users), days=log.days)


def examples_of(log: OwnLog, config: OwnLogConfig) -> int:
    """How many watches candidate generation can learn from: of each user all but the first and the last."""
    count = np.bincount(log.log.user[log.log.clicked])
    usable = np.minimum((count - 2).clip(0), config.examples if config.per_user == "equal" else count)
    return int(usable.sum())
