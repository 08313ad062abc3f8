"""A user's own log as a site: watches to recall from and, where it tells what was shown in vain, impressions to rank.

    N events · V items, by upload · U users

What such a log does not say is the same for everybody: one topic, one language, one region, no age. Nothing is known of
expected watch times (`World.true` is False), so nothing is judged against a truth.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.errors import UserError
from engine.recommender.config import TOPICS
from engine.recommender.history import SECONDS
from engine.recommender.own_config import OwnLogConfig
from engine.recommender.own_formats import Events, read_events
from engine.recommender.samples import FEWEST
from engine.recommender.site import Site, site_of
from engine.recommender.training import HELD_OUT, prepare, train_from
from engine.recommender.world import Log, Users, Videos, World, occurrences
from engine.runs.frame import Array, Frame
from engine.runs.work import Tick

LIKED = 0.8
"""Of the highest rating in the file: 4 of 5."""
TESTED = 20
"""Users with enough watches that a log needs."""
MOST_ITEMS = 50_000
"""With a vector. Beyond it the three tables and their optimisers outgrow the memory."""
APART, PAGE = 1_800, 50
"""Where a log tells no pages, one ends after half an hour without an impression, or after so many."""
PASSES = 3
"""Over the examples. Of KuaiRand-Pure's watches, each user's last left out, fifteen passes over a short log found less."""
LEAST_STEPS, MOST_STEPS = 500, 6_000
YOUNGEST = 13
"""The age that the network reads as 0."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnLog:
    """A file's events as a log, and what they are called: items (V,) and users (U,) by their numbers in the world.

    timed    whether watch times are known; without them every watch weighs the same
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

    def world(self, config: OwnLogConfig) -> World:
        """The world of these videos, with the sizes of the file in its config."""
        users = _users(self.log.user, len(self.users))
        return World(sized(self, config), self.videos, users, self.log, False, self.items, self.users)


def read_log(data: bytes, rated: str = "all") -> OwnLog:
    """Read a file. `rated`: which ratings are watches. Raises UserError where it cannot be used."""
    events = read_events(data)
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


def enough_steps(log: OwnLog, config: OwnLogConfig | None = None) -> tuple[int, int]:
    """How long to train candidate generation and ranking on a file: `PASSES` over its examples, within bounds."""
    config = config or OwnLogConfig()
    count = np.bincount(log.log.user[log.log.clicked])
    usable = np.minimum((count - 2).clip(0), config.examples if config.per_user == "equal" else count)
    rows = (int(usable.sum()), int(len(log.log.user) * (1.0 - HELD_OUT)))
    recall, ranking = (min(max(round(PASSES * n / config.batch_size), LEAST_STEPS), MOST_STEPS) for n in rows)
    return recall, ranking


def own_config(log: OwnLog, table: str, base: OwnLogConfig | None = None) -> OwnLogConfig:
    """The config of a file: its sizes and its hash."""
    return sized(log, replace(base or OwnLogConfig(), table=table))


def own_site(config: OwnLogConfig, data: bytes) -> Site:
    """The site of a file, for training and for what is shown of a run. Raises UserError where the file is not the one
    that `config.table` names, or cannot be used."""
    if config.table and hashlib.sha256(data).hexdigest() != config.table:
        raise UserError("The file is not the one that these settings were made for.")
    return checked(site_of(read_log(data, config.rated).world(config)))


def checked(site: Site) -> Site:
    """The site, if there is enough to learn from and to test by. Raises UserError."""
    config, known = site.world.config, len(site.known)
    tested = int((np.diff(site.history.watches.start) >= FEWEST).sum())
    if tested < TESTED:
        raise UserError(
            "Users with {least} watches or more: {count}; {users} are needed, since each one's last watch is the test.",
            count=tested, least=FEWEST, users=TESTED,
        )  # fmt: skip
    if known > MOST_ITEMS:
        raise UserError(
            "Items with at least {least} watches: {count}; the limit is {limit}. Raise how many watches an item needs.",
            count=f"{known:,}", least=config.fewest, limit=f"{MOST_ITEMS:,}",
        )  # fmt: skip
    return site


def train_own(config: OwnLogConfig, data: bytes, tick: Tick | None = None) -> Iterator[Frame]:
    """Train on a file. Metrics as `train`, with what needs no model beside them: "knn.hits" (3,), "popular.gain" and
    "knn.gain" (3, 3) by how much recall hits oftener, with its 95 % interval; where the log tells what was shown in vain
    "popular.auc", "popular.mispredicted", "knn.auc" and "knn.mispredicted", else nothing of ranking, which has no
    negatives to learn from. Hits are among what the user has not watched before, as when serving.

    Raises UserError where the file is not the one that `config.table` names, or cannot be used.
    """
    yield from train_from(prepare(own_site(config, data)), tick)
