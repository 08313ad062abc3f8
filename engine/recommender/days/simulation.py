"""Days go by: users open pages as before, a policy fills them, the log grows, the models are trained again.

for frame in simulate_days(SimulationConfig(policy="model")):
    print(frame.step, frame.metrics["minutes"], frame.metrics["best"])

P pages of a day · V videos
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from engine.recommender.config import NEW, DaysConfig, SimulationConfig
from engine.recommender.days.policies import POLICIES, Past, Policy
from engine.recommender.site.concentration import share_of_top
from engine.recommender.site.log import ASKS, occurrences, offered, respond, searched, simulate
from engine.recommender.site.taste import expected_watch
from engine.recommender.site.world import PAGE, Log, Videos, World, draw_uploads, source
from engine.runs.frame import Array, Frame
from engine.runs.work import Tick

SURVEYED, LOOKED_AT = 200, 4_000_000
"""Pages of a day, at most, for which the best that could be shown is worked out over all videos; of so many pairs of a
page and a video, but for at least a tenth of them where the catalogue is large."""
A_DAY = 100
"""Training steps that serving a day counts for in the progress of a run."""


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """A day that has gone by: its `number` from 1, the world with all that is logged so far, and which of the log's
    impressions are the day's."""

    number: int
    world: World
    rows: slice


def simulate_days(config: SimulationConfig, tick: Tick | None = None) -> Iterator[Frame]:
    """A frame for each day after the log, by its number; frame 0 is the last day of the log.

    metrics, of the day: "minutes" watched per user, "best" the same had every page shown what is best for its user by
    the truth, estimated over some pages, "kept" the share of it that those pages were expected to earn; "clicks"
    per impression; "new" the share of impressions of videos less than seven days old; "coverage" (2,) the share of the
    catalogue that was shown, that day and so far since the log ended; "top" (2,) the share of watches that the one
    percent of the catalogue watched most received, that day and so far; counts of "pages", "impressions", "watches".
    """
    since = 0
    for day in days(config, POLICIES[config.policy](config, config.retrain), tick):
        since = since if day.number > 1 else day.rows.start
        yield Frame(day.number, _metrics(day, slice(since, day.rows.stop)))


def days(config: DaysConfig, policy: Policy, tick: Tick | None = None) -> Iterator[Day]:
    """The days that a policy fills, each with the log so far. With the same seed the same users open pages at the same
    times, whatever the policy."""
    world = simulate(config)
    first = world.videos
    done, total = 0, sum(policy.steps(night) + A_DAY for night in range(config.horizon))

    def step(count: int) -> None:
        nonlocal done
        done += count
        if tick is not None:
            tick(done, total)

    yield Day(0, world, slice(int(np.searchsorted(world.log.time, config.days - 1.0)), len(world.log.user)))
    for night in range(config.horizon):
        now = config.days + night
        policy.night(night, world, float(now), step)
        videos = joined(world.videos, draw_uploads(config, first, now))
        begin, world = len(world.log.user), World(config, videos, world.users, world.log)
        world = World(config, videos, world.users, joined(world.log, _one_day(config, world, now, policy)))
        step(A_DAY)
        yield Day(night + 1, world, slice(begin, len(world.log.user)))


@dataclass(slots=True, eq=False)
class Pages:
    """The pages of a day in order of time: who (P,) opens each and when (P,); `before` (P, 8) what the site would have
    shown before, and where that is `kept` (P, 8). The rest is filled as the day goes: what was shown, how often it had
    been, what was clicked and how long it was watched, (P, 8) each."""

    user: Array
    time: Array
    before: Array
    kept: Array
    video: Array
    seen: Array
    clicked: Array
    minutes: Array
    search_user: Array
    search_time: Array
    search_token: Array

    def log(self, pages: Array, number: int = 0) -> Log:
        """Some of the pages (P,) as a log, numbered from `number`, and all searches: who looks asks for earlier ones."""
        return Log(
            user=np.repeat(self.user[pages], PAGE),
            video=self.video[pages].ravel(),
            page=np.repeat(number + np.arange(len(pages)), PAGE),
            time=np.repeat(self.time[pages], PAGE),
            seen=self.seen[pages].ravel(),
            clicked=self.clicked[pages].ravel(),
            minutes=self.minutes[pages].ravel(),
            search_user=self.search_user,
            search_time=self.search_time,
            search_token=self.search_token,
        )


def _opened(config: DaysConfig, world: World, now: int) -> Pages:
    """Users open as many pages on a day as they did before, at any time of it, and search as they did."""
    rng, users = source(config, f"day {now}"), world.users
    user = np.repeat(np.arange(len(users)), rng.poisson(users.pages / config.days))
    time = now + rng.random(len(user))
    order = np.argsort(time, kind="stable")
    user, time = user[order], time[order]
    before = offered(config, rng, world.videos, users, np.repeat(user, PAGE), np.repeat(time, PAGE)).reshape(-1, PAGE)
    kept, asks = rng.random(before.shape) < config.mix, rng.random(len(user)) < ASKS
    shape = before.shape
    return Pages(
        user, time, before, kept, np.full(shape, -1), np.zeros(shape, np.int64), np.zeros(shape, bool), np.zeros(shape),
        user[asks], time[asks], searched(rng, users, user[asks]),
    )  # fmt: skip


def _one_day(config: DaysConfig, world: World, now: int, policy: Policy) -> Log:
    """Fill a day's pages in rounds: each user's first, then each user's second, and so on. A round is filled at once, and
    knows what its users did on their earlier pages."""
    pages = _opened(config, world, now)
    turn, chance = occurrences(pages.user), source(config, f"clicks {now}")
    for number in range(int(turn.max(initial=-1)) + 1):
        rows = np.flatnonzero(turn == number)
        user, time = pages.user[rows], pages.time[rows]
        past = _past(world, pages.log(np.flatnonzero(turn < number)), user)
        chosen = policy.fill(user, time, past, source(config, f"policy {now} {number}"))
        page = np.where(pages.kept[rows] | (chosen < 0), pages.before[rows], chosen)
        several = np.repeat(user, PAGE)
        twice = occurrences(several * len(world.videos) + page.ravel())
        seen = past.look(user, page)[0].ravel() + twice
        clicked, minutes = respond(config, chance, world.videos, world.users, several, page.ravel(), seen)
        pages.video[rows], pages.seen[rows] = page, seen.reshape(page.shape)
        pages.clicked[rows], pages.minutes[rows] = clicked.reshape(page.shape), minutes.reshape(page.shape)
    return pages.log(np.arange(len(turn)), int(world.log.page[-1]) + 1)


def _past(world: World, today: Log, user: Array) -> Past:
    """What is known of some users: theirs of the log, and of the day's finished pages."""
    active = np.zeros(len(world.users), bool)
    active[user] = True
    return Past.of(World(world.config, world.videos, world.users, joined(_of(world.log, active), _of(today, active))))


def _of(log: Log, active: Array) -> Log:
    """A log's rows of some users."""
    rows, asks = active[log.user], active[log.search_user]
    parts = (getattr(log, field.name) for field in fields(log))
    return Log(*(part[rows] if len(part) == len(rows) else part[asks] for part in parts))


T = TypeVar("T", Log, Videos)


def joined(one: T, other: T) -> T:
    """Column by column, one behind the other."""
    columns = (np.concatenate((getattr(one, f.name), getattr(other, f.name))) for f in fields(one))
    return type(one)(*columns)


def _metrics(day: Day, so_far: slice) -> dict[str, Array]:
    world, log, rows = day.world, day.world.log, day.rows
    users, videos, shown, clicked = len(world.users), len(world.videos), log.video[rows], log.clicked[rows]
    pages = len(shown) // PAGE
    earned, best = survey(day)
    found = {
        "minutes": log.minutes[rows].sum() / users,
        "best": best.mean() * pages / users if len(best) else np.nan,
        "kept": earned.sum() / best.sum() if len(best) else np.nan,
        "clicks": clicked.mean() if len(shown) else np.nan,
        "new": (log.time[rows] - world.videos.uploaded[shown] < NEW).mean() if len(shown) else np.nan,
        "coverage": [len(np.unique(log.video[part])) / videos for part in (rows, so_far)],
        "top": [
            share_of_top(np.bincount(log.video[part][log.clicked[part]], minlength=videos)) for part in (rows, so_far)
        ],
        "pages": pages,
        "impressions": len(shown),
        "watches": clicked.sum(),
    }
    return {name: np.asarray(value) for name, value in found.items()}


def survey(day: Day) -> tuple[Array, Array]:
    """Expected minutes of some of the day's pages (S,), drawn evenly, and of the best pages in their place: the eight
    videos that are there then and that this user, wearied as they are, is expected to watch longest."""
    world, log = day.world, day.world.log
    rng = source(world.config, f"survey {day.number}")
    first = np.arange(day.rows.start, day.rows.stop, PAGE)
    count = min(max(LOOKED_AT // len(world.videos), SURVEYED // 10), SURVEYED)
    earned, best = [], []
    for row in rng.permutation(first)[:count]:
        there = int(np.searchsorted(world.videos.uploaded, log.time[row], side="right"))
        past = log.video[:row][log.user[:row] == log.user[row]]
        seen = np.bincount(past, minlength=len(world.videos))[:there]
        user, page = np.full(there, log.user[row]), slice(row, row + PAGE)
        truth = expected_watch(world.config, world.videos, world.users, user, np.arange(there), seen)
        best.append(np.partition(truth, -PAGE)[-PAGE:].sum())
        shown = (log.user[page], log.video[page], log.seen[page])
        earned.append(expected_watch(world.config, world.videos, world.users, *shown).sum())
    return np.array(earned), np.array(best)
