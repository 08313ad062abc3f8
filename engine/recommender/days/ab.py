"""An A/B test, day by day: what it says, what arm A's log alone says of arm B's policy, and what is true.

for frame in ab_test(AbConfig(challenger="recall")):
    print(frame.step, frame.metrics["difference"], frame.metrics["truth"])

U users · P pages · K places
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.recommender.config import AbConfig
from engine.recommender.days.arms import difference
from engine.recommender.days.off_policy import ESTIMATORS, Logged, effective, estimates
from engine.recommender.days.simulation import Day, days
from engine.recommender.days.split import Page, Split
from engine.recommender.site.world import PAGE, Log
from engine.runs.frame import Array, Frame
from engine.runs.work import Tick


def ab_test(config: AbConfig, tick: Tick | None = None) -> Iterator[Frame]:
    """A frame for each day of the test, by its number, of all of its days so far.

    metrics, in minutes watched a page: "pages" (2,) opened in arms A and B and their "minutes" (2,); "difference" (3,) of B
    less A with its 95 % interval, each user's past taken into account, and "plain" (3,) without. Of arm A's log alone:
    "estimates" (6, 4), for each of `ESTIMATORS` the difference, its interval and the pages it is worth; "effective" (8,)
    pages for the weights up to each place, of "logged" ones. "truth" (2, 8) is what each place of A's pages was expected to
    earn, and what B draws for it: only the simulation knows it.
    """
    policy = Split(config)
    for day in days(config, policy, tick):
        if day.number:
            found = _compared(config, policy, day) | _foretold(policy, day.world.log)
            yield Frame(day.number, {name: np.asarray(value, np.float64) for name, value in found.items()})


def _compared(config: AbConfig, policy: Split, day: Day) -> dict[str, object]:
    log = day.world.log
    begin = int(np.searchsorted(log.time, config.days))
    minutes, pages = _of_users(log, slice(begin, None), config.users)
    watched, opened = _of_users(log, slice(begin), config.users)
    before = np.divide(watched, opened, out=np.full(config.users, np.nan), where=opened > 0)
    arms = (~policy.second, policy.second)
    return {
        "pages": [pages[arm].sum() for arm in arms],
        "minutes": [minutes[arm].sum() / max(pages[arm].sum(), 1) for arm in arms],
        "difference": difference(minutes, pages, policy.second, before),
        "plain": difference(minutes, pages, policy.second),
    }


def _of_users(log: Log, rows: slice, users: int) -> tuple[Array, Array]:
    """Minutes watched (U,) and pages opened (U,) in some rows of a log."""
    user = log.user[rows]
    return np.bincount(user, weights=log.minutes[rows], minlength=users), np.bincount(user, minlength=users) / PAGE


def _foretold(policy: Split, log: Log) -> dict[str, object]:
    """What arm A's log says of arm B's policy, and what is true."""
    pages = Page(*(np.concatenate(parts) for parts in zip(*policy.pages, strict=True)))
    pages = Page(*(part[np.argsort(pages.time, kind="stable")] for part in pages))
    written = np.isin(log.time[::PAGE], pages.time)  # no two pages are opened at one moment
    logged = Logged(pages.user, log.minutes.reshape(-1, PAGE)[written], pages.shown, pages.asked)
    found = estimates(logged)
    return {
        "estimates": [found[name] for name in ESTIMATORS],
        "effective": effective(logged.weights),
        "logged": len(pages.user),
        "truth": [pages.earned.mean(0), pages.other.mean(0)],
    }
