"""Pieces of a prepared log, each as a site that candidate generation learns from: its users' watches, in the sample's numbers.

W watches of a piece · K items with a vector
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.big_log.shards import Shards
from engine.big_log.watches import most_of_each, pieces_of
from engine.recommender.own_log.log import YOUNGEST, OwnLog
from engine.recommender.recall.samples import Examples, split
from engine.recommender.site.history import SECONDS, History, sequences
from engine.recommender.site.vocabulary import Site
from engine.recommender.site.world import Users
from engine.runs.frame import Array

ROWS = 250_000
"""Of what is learnt from at a time, about: small shards are joined, so that a batch is of many users."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece lies: row groups of files, and how many examples it has at most."""

    groups: tuple[tuple[Path, int], ...]
    examples: int


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Users (U,) by their numbers in the whole log, their site, and what is learnt from of it."""

    users: Array
    site: Site
    examples: Examples


def places(shards: Shards, most: int | None) -> list[Place]:
    """All pieces of a log in order; `most` examples of a user, None for all."""
    found: list[Place] = []
    groups: list[tuple[Path, int]] = []
    rows = examples = 0
    for path in pieces_of(shards):
        file = pq.ParquetFile(path)
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, columns=["user", "clicked"])
            count = np.bincount(table.column("user").to_numpy() - pc.min(table.column("user")).as_py(), table.column("clicked").to_numpy()).astype(np.int64)  # fmt: skip
            usable = (count - 2).clip(0)
            groups.append((path, group))
            rows, examples = (
                rows + len(table),
                examples + int((usable if most is None else usable.clip(max=most)).sum()),
            )
            if rows >= ROWS:
                found.append(Place(tuple(groups), examples))
                groups, rows, examples = [], 0, 0
    return [*found, Place(tuple(groups), examples)] if groups else found


def begin_of(log: OwnLog) -> int:
    """The second since 1970 at which a log's days are 0."""
    first = log.events.time[0] if log.ranked else log.events.time[log.events.clicked][0]
    return int(first) - int(np.floor(log.log.time[0] * SECONDS))


def piece_at(place: Place, site: Site, begin: int) -> Piece:
    """What lies there. `site` is the sample's, whose items have vectors; its days are 0 at the second `begin`."""
    table = pa.concat_tables([pq.ParquetFile(path).read_row_group(group) for path, group in place.groups])
    table = table.filter(table.column("clicked"))
    users, user = np.unique(table.column("user").to_numpy(), return_inverse=True)
    last = site.world.config.days * SECONDS - 1
    second = np.minimum(
        table.column("second").to_numpy() - begin, last
    )  # the sample may end a moment before the log does
    made = _site(site, user, _numbers(table.column("item"), site), second, len(users))
    return Piece(users, made, _examples(made, users))


def _numbers(names: pa.ChunkedArray, site: Site) -> Array:
    """(W,) the sample's numbers of items by their names; -1 for one that it has not, which has no vector."""
    titles = pa.array(site.world.titles, pa.string())
    parts = [pc.index_in(chunk.dictionary, titles).fill_null(-1).take(chunk.indices) for chunk in names.chunks]
    return np.concatenate([part.to_numpy() for part in parts]).astype(np.int64) if parts else np.zeros(0, np.int64)


def _site(site: Site, user: Array, item: Array, second: Array, users: int) -> Site:
    none, zeros = np.zeros(0, np.int64), np.zeros(users, np.int64)
    people = Users(np.ones((users, 1)), zeros, zeros, zeros, np.full(users, YOUNGEST), zeros)
    empty = sequences(none, none, none.astype(np.float64), none.astype(np.float64), users)
    watches = sequences(user, item, (second + 0.5) / SECONDS, np.zeros(len(user)), users)
    return replace(
        site, world=replace(site.world, users=people, people=()), history=History(watches, empty, empty, none, 1)
    )


def _examples(site: Site, users: Array) -> Examples:
    """All but the first and the last watch of each user, at most so many of each: those with the smallest hash."""
    config = site.world.config
    every = replace(config, per_user="all")
    train = split(replace(site, world=replace(site.world, config=every)))[0]
    if config.per_user == "all":
        return train
    return train.some(np.flatnonzero(most_of_each(users[train.user], config.examples, config.seed)))


def stream(found: list[Place], site: Site, begin: int, steps: int, batch: int) -> Iterator[tuple[Piece, int]]:
    """Pieces in turn, each with how many steps to learn from it, `steps` in all: in proportion to its examples, in an order
    drawn anew in each pass. A log with more examples than the steps take is passed through once."""
    rng = np.random.default_rng([site.world.config.seed, *b"pieces"])
    sizes = np.array([place.examples for place in found], np.float64)
    if not sizes.sum():
        return
    passes, done, last = max(round(steps * batch / sizes.sum()), 1), 0, None
    for number in range(passes):
        until = steps * (number + 1) // passes
        order = rng.permutation(len(found))
        ends = done + np.round(np.cumsum(sizes[order]) / sizes.sum() * (until - done)).astype(np.int64)
        for n, end in zip(order, ends, strict=True):
            piece = piece_at(found[n], site, begin) if end > done else None
            if piece is not None and len(piece.examples):
                yield piece, int(end) - done
                done, last = int(end), piece
    if last is not None and done < steps:  # what came last has no example of an item with a vector
        yield last, steps - done
