"""What each method on a log costs, and the lists that it would serve to some users: beside what it finds.

E held-out watches · K items of the vocabulary
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from engine.cost import ROWS
from engine.measures import parameter_count
from engine.recommender.held_out.data import Data
from engine.recommender.held_out.served import CUTS, Serving
from engine.recommender.opponents.beside import OPPONENTS, Beside, Chosen
from engine.recommender.opponents.costs import numbers_kept
from engine.recommender.recall.samples import Examples
from engine.recommender.recall.training import viewers
from engine.recommender.serving.restore import server_at
from engine.runs.frame import Array, Frame

USERS, WATCHED, SHOWN = 5, 8, 10
"""Users whose lists are kept, evenly spaced through the log; their last watches; the length of the lists."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one method costs: the numbers that it keeps, of item-kNN at most; seconds until it could serve, its tuning apart; milliseconds for the first
    300 that may be served to each of `engine.cost.ROWS` users, on one thread."""

    numbers: int
    seconds: float
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Lists:
    """One user: the last items watched before the held-out one, by their names, and the first of each method's list."""

    watched: tuple[str, ...]
    held_out: str
    first: dict[str, tuple[str, ...]]


def compared(
    data: Data, frames: Sequence[Frame], chosen: Chosen, trained: float, names: Sequence[str]
) -> tuple[dict[str, Cost], list[Lists]]:
    """Every method of a log: "recall" as these frames leave it, after `trained` seconds, and the opponents as tuned.
    `names` are the items' own."""
    test, site = data.test, data.site
    some = np.linspace(0, len(test) - 1, USERS).astype(np.int64)
    asked = test.some(np.concatenate((some, np.resize(np.arange(len(test)), ROWS))))
    few, many = asked.some(np.arange(USERS)), asked.some(np.arange(USERS, len(asked)))
    costs, found = {}, {}
    for method, seconds in _timed(_methods(data, frames, chosen, asked), trained):
        began = time.perf_counter()
        Serving(site, many).best(_from(method.scores, USERS), min(CUTS[-1], len(site.known)))
        costs[method.name] = Cost(method.numbers, seconds, 1_000 * (time.perf_counter() - began))
        found[method.name] = Serving(site, few).best(method.scores, SHOWN)
    return costs, [_lists(data, few, user, found, names) for user in range(USERS)]


class _Method(NamedTuple):
    """Its name, its scores (n, K) for some rows of what is asked (n,), and how many numbers it keeps."""

    name: str
    scores: Callable[[Array], Array]
    numbers: int


def _methods(data: Data, frames: Sequence[Frame], chosen: Chosen, asked: Examples) -> Iterator[_Method]:
    """The network, and its opponents, one after another, as each is made."""
    net = server_at(data.site, frames).net
    v = net.output.weight.detach().numpy()

    def scores(rows: Array) -> Array:
        with torch.inference_mode():
            found: Array = net(viewers(data.site, asked.some(rows))).vector.numpy() @ v.T
        return found

    yield _Method("recall", scores, parameter_count(net))
    kept = numbers_kept(data, chosen)
    for name, found in Beside(data.site, data.test.place, chosen).scores(asked, OPPONENTS):
        yield _Method(name, found, kept[name])


def _timed(methods: Iterator[_Method], trained: float) -> Iterator[tuple[_Method, float]]:
    """Each with the seconds until it was made; the first took `trained`."""
    spent = trained
    while True:
        began = time.perf_counter()
        method = next(methods, None)
        if method is None:
            return
        yield method, spent or time.perf_counter() - began
        spent = 0.0


def _from(scores: Callable[[Array], Array], first: int) -> Callable[[Array], Array]:
    """The scores of rows that are counted from another one."""
    return lambda rows: scores(rows + first)


def _lists(data: Data, few: Examples, user: int, found: dict[str, Array], names: Sequence[str]) -> Lists:
    watches = data.site.history.watches
    place, start = int(few.place[user]), int(watches.start[few.user[user]])
    before = watches.item[max(start, place - WATCHED) : place]
    return Lists(
        tuple(names[item] for item in before),
        names[few.label[user]],
        {name: tuple(names[item] for item in lists[user] if item >= 0) for name, lists in found.items()},
    )
