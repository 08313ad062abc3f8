"""Both ages at the input of candidate generation: what they bend, and how the model follows a video's life.

N values swept · R videos asked about · K videos in the vocabulary · T times, by equal parts of the log
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.recommender.config import NEW
from engine.recommender.recall.model import Viewers
from engine.recommender.recall.samples import Examples
from engine.recommender.recall.training import viewers
from engine.recommender.serving.explain import AGES
from engine.recommender.serving.server import Server
from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.recommender.site.world import source
from engine.runs.frame import Array

FIRST = 100
"""Candidates whose share of new videos is looked at."""
SWEPT = 41
EXAMPLE, USER = "example", "user"
"""The age of the example, and the user's."""
COLUMNS = {
    EXAMPLE: (AGES.index("a"), AGES.index("a²"), AGES.index("√a")),
    USER: (AGES.index("age"), AGES.index("age²")),
}
PARTS, LOGITS = 60, 40_000_000
"""Times at most, and about so many scores for all of them."""
FEWEST = 6
"""Times that a life needs."""


def at_moments(server: Server, user: Array, when: Array) -> Examples:
    """Users (N,) at moments in days, as served."""
    second = (when * SECONDS).astype(np.int64)
    none = np.full(len(user), -1)
    return Examples(user, none, none, np.zeros(len(user)), server.site.history.watches.before(user, second), second)


def told(seen: Viewers, which: str, values: Array, bends: bool) -> Viewers:
    """What the network sees of the same viewers, had it been told another age: values (B,) in 0 … 1."""
    numbers = seen.numbers.clone()
    powers = (values, values**2, np.sqrt(values))
    for column, power, on in zip(COLUMNS[which], powers, (True, bends, bends), strict=False):
        numbers[:, column] = torch.from_numpy((power * on).astype(np.float32))
    return seen._replace(numbers=numbers)


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """values (N,) in 0 … 1; scores (N, R) u · v of the videos asked about; new (N,) the share of new videos among the
    first 100 that may be shown."""

    values: Array
    scores: Array
    new: Array


def respond(server: Server, user: int, now: float, which: str, rows: Array, without: tuple[int, ...] = ()) -> Response:
    """How a user's scores of the videos in `rows` (N,) at one moment answer to every age that the network is told. Where
    example age is off the network has never been told any, nor is it here."""
    config, values = server.config, np.linspace(0.0, 1.0, SWEPT)
    gone = np.array(without, np.int64)
    seen = viewers(server.site, at_moments(server, np.array([user]), np.array([now])), serving=True, without=gone)
    off = which == EXAMPLE and config.example_age == "off"
    u = _vectors(server, told(_repeated(seen, SWEPT), which, values * (not off), config.bends == "on"))
    return Response(values, u @ server.vectors[rows].T, new_share(server, u, now, server.gone(user, now)))


def new_share(server: Server, u: Array, now: float, gone: Array) -> Array:
    """(N,) the share of videos younger than `NEW` days among the first 100 for user vectors (N, D), without those `gone`
    (of which some may have no vector); nan where none is left."""
    uploaded = server.site.world.videos.uploaded[server.site.known]
    scores = u @ server.vectors.T
    rows = server.site.row(gone)
    rows = rows[rows >= 0]
    scores[:, rows] = -np.inf
    most = min(FIRST, scores.shape[1] - len(rows))
    if not most:
        return np.full(len(u), np.nan)
    best = np.argpartition(-scores, most - 1, axis=1)[:, :most]
    return (now - uploaded[best] < NEW).mean(1)


def new_watched(site: Site, now: float) -> float:
    """The share of new videos among the watches of the last `NEW` days before a moment."""
    log = site.world.log
    some = log.clicked & (log.time > now - NEW) & (log.time <= now)
    ages = log.time[some] - site.world.videos.uploaded[log.video[some]]
    return float((ages < NEW).mean()) if some.any() else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """How videos uploaded in one part of the log fare in each: (T, T) by time, then by upload.

    width    of a part, in days
    model    the softmax probability that they have together, a mean over users told the age of that time
    served   the same, told a = 0 at all times
    watched  their share of the watches
    """

    width: float
    model: Array
    served: Array
    watched: Array

    @property
    def reach(self) -> tuple[int, int]:
        """Parts before and after the upload that are looked at."""
        return len(self.model) // 6, len(self.model) // 2

    def around(self, name: str, upload: int | None = None) -> tuple[Array, Array]:
        """Days since the upload, and one of the three: of one upload time, or the mean over those whose whole life, as
        far as it is looked at, lies in the log."""
        before, after = self.reach
        table = getattr(self, name)
        uploads = range(before, len(table) - after) if upload is None else (upload,)
        lives = np.array([table[max(n - before, 0) : n + after + 1, n] for n in uploads])
        start = -min(before, uploads[0])
        return (start + np.arange(lives.shape[1])) * self.width, lives.mean(0)


def life(server: Server, users: Array) -> Life | None:
    """The paper's Figure 4 for some users (U,): how a video's score goes with the time since its upload. None where
    the log is too short."""
    site, days = server.site, server.config.days
    parts = min(PARTS, days)
    if parts < FEWEST:
        return None
    width = days / parts
    middles = (np.arange(parts) + 0.5) * width
    user, when = np.tile(users, parts), np.repeat(middles, len(users))
    seen = viewers(site, at_moments(server, user, when), serving=True)
    ages = (1.0 - when / days) * (server.config.example_age == "on")
    upload = np.floor(site.world.videos.uploaded[site.known] / width).astype(np.int64)
    tables = [
        _grouped(server, _vectors(server, told(seen, EXAMPLE, some, server.config.bends == "on")), upload, parts)
        for some in (ages, np.zeros(len(ages)))
    ]
    model, served = (table.reshape(parts, len(users), parts).mean(1) for table in tables)
    return Life(width, model, served, _watched(site, width, upload, parts))


def users_of(site: Site, among: Array, parts: int) -> Array:
    """Users of `among` (U,) drawn by their watches, as many (N,) as their scores at all times allow."""
    count = int(np.clip(LOGITS // (2 * min(PARTS, parts) * len(site.known)), 4, 24))
    watches = np.diff(site.history.watches.start)[among].astype(np.float64)
    if len(among) <= count:
        return among
    drawn = source(site.world.config, "lives").choice(among, count, replace=False, p=watches / watches.sum())
    return np.sort(drawn)


def readable(site: Site, rows: Array) -> Array:
    """Users (U,) whose watches all have a vector in the table, given the rows (R,) that it holds: all, unless a recording has
    kept those of some users."""
    watches = site.history.watches
    count = np.diff(watches.start)
    row = site.row(watches.item)
    lacking = (row >= 0) & ~np.isin(row, rows)
    return np.flatnonzero((count > 0) & (np.bincount(watches.owner()[lacking], minlength=len(count)) == 0))


def _grouped(server: Server, u: Array, upload: Array, parts: int) -> Array:
    """(N, T) the probability of the videos of each upload time."""
    found = np.zeros((len(u), parts))
    inside = (upload >= 0) & (upload < parts)
    groups = np.zeros((len(upload), parts), np.float32)
    groups[np.flatnonzero(inside), upload[inside]] = 1.0
    for begin in range(0, len(u), 64):
        scores = u[begin : begin + 64] @ server.vectors.T
        scores -= scores.max(1, keepdims=True)
        np.exp(scores, out=scores)
        found[begin : begin + 64] = (scores @ groups) / scores.sum(1, keepdims=True)
    return found


def _watched(site: Site, width: float, upload: Array, parts: int) -> Array:
    """(T, T) the share of each time's watches, of those that have a vector, by upload time."""
    log = site.world.log
    row = site.row(log.video)
    some = log.clicked & (row >= 0)
    time = np.clip((log.time[some] / width).astype(np.int64), 0, parts - 1)
    group = upload[row[some]]
    all_ = np.bincount(time, minlength=parts)
    inside = (group >= 0) & (group < parts)
    counts = np.bincount(time[inside] * parts + group[inside], minlength=parts * parts).reshape(parts, parts)
    return counts / np.maximum(all_, 1)[:, None]


@torch.no_grad()
def _vectors(server: Server, seen: Viewers) -> Array:
    return server.net(seen).vector.numpy()


def _repeated(seen: Viewers, count: int) -> Viewers:
    def more(part: Tensor) -> Tensor:
        return part.expand(count, *part.shape[1:]).clone()

    return Viewers(*(more(part) for part in seen))
