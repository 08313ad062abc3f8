"""What is known of a user at a moment: watches and searches strictly before it, never later ones.

U users · W watches of all of them, sorted by user, then time
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.recommender.site.world import Log, Users, Videos
from engine.runs.frame import Array

SECONDS = 86_400
"""Of a day: moments are compared in whole seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """Events sorted by owner, then time: `item` (W,), `second` (W,), `minutes` (W,); those of owner n stand from
    `start[n]` to `start[n + 1]`."""

    item: Array
    second: Array
    minutes: Array
    start: Array
    _key: Array

    def owner(self) -> Array:
        """Whose each event is (W,)."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    def before(self, owner: Array, second: Array) -> Array:
        """(N,) the place behind the owner's last event strictly before a moment."""
        return np.searchsorted(self._key, _key(owner, second), side="left")

    def last(self, owner: Array, place: Array, most: int) -> Array:
        """(N, most) items before a place, the latest first, -1 where the owner has no more."""
        if not len(self.item):
            return np.full((len(place), most), -1)
        at = place[:, None] - 1 - np.arange(most)
        inside = at >= self.start[owner][:, None]
        return np.where(inside, self.item[np.maximum(at, 0)], -1)

    def mapped(self, to: Array) -> Sequences:
        """These events with items `to[item]`, to (V,), without those that become negative."""
        kept, item = self.kept(to[self.item] >= 0), to[self.item]
        return replace(kept, item=item[item >= 0])

    def kept(self, there: Array) -> Sequences:
        """Only the events that `there` (W,) marks."""
        start = np.concatenate(([0], np.cumsum(there)))[self.start]
        return Sequences(self.item[there], self.second[there], self.minutes[there], start, self._key[there])


def sequences(owner: Array, item: Array, time: Array, minutes: Array, owners: int) -> Sequences:
    """Events (N,) sorted by owner and time, in days."""
    second = np.floor(time * SECONDS).astype(np.int64)
    order = np.lexsort((second, owner))
    start = np.searchsorted(owner[order], np.arange(owners + 1))
    return Sequences(item[order], second[order], minutes[order], start, _key(owner[order], second[order]))


def _key(owner: Array, second: Array) -> Array:
    return owner.astype(np.int64) * (1 << 34) + second.astype(np.int64) + (1 << 30)  # a second may lie before day 0


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """A log's watches and searches by user, and its watches by pair of user and channel; `pairs` are those that occur,
    ascending."""

    watches: Sequences
    searches: Sequences
    of_channel: Sequences
    pairs: Array
    channels: int

    def since_channel(self, user: Array, channel: Array, second: Array) -> Array:
        """(N,) seconds since the user last watched something of a channel; inf where never."""
        if not len(self.pairs):
            return np.full(len(user), np.inf)
        asked = user.astype(np.int64) * self.channels + channel
        pair = np.minimum(np.searchsorted(self.pairs, asked), len(self.pairs) - 1)
        place = self.of_channel.before(pair, second)
        known = (self.pairs[pair] == asked) & (place > self.of_channel.start[pair])
        return np.where(known, second - self.of_channel.second[np.maximum(place - 1, 0)], np.inf)


def history_of(log: Log, videos: Videos, users: Users) -> History:
    """Sort a log for looking back."""
    seen = log.clicked
    user, video, time, minutes = log.user[seen], log.video[seen], log.time[seen], log.minutes[seen]
    channels = int(videos.channel.max()) + 1
    pairs, of_channel = np.unique(user.astype(np.int64) * channels + videos.channel[video], return_inverse=True)
    return History(
        sequences(user, video, time, minutes, len(users)),
        sequences(log.search_user, log.search_token, log.search_time, np.zeros(len(log.search_user)), len(users)),
        sequences(of_channel, video, time, minutes, len(pairs)),
        pairs,
        channels,
    )
