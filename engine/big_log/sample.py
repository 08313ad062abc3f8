"""Sample: whole users of a log in shards, drawn by a hash of our own, and equally many of each one's events.

A database's own sampling and hash change with its version and its threads; this one never does.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.big_log.shards import ITEM, USER, Shards
from engine.runs.frame import Array

MOST_ROWS = 1_200_000
"""Of a log that the page takes."""
ROUNDS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
"""Of splitmix64 (Steele, Lea and Flood, 2014), whose increment is `GOLDEN`."""
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def mixed(seed: int, *numbers: Array) -> Array:
    """(N,) 64 bits of whole numbers (N,) each, told apart by their order."""
    state = np.full(len(numbers[0]), np.uint64(seed % 2**64), np.uint64)
    for one in numbers:
        state = (state ^ one.astype(np.int64).view(np.uint64)) + GOLDEN
        state = (state ^ (state >> np.uint64(30))) * ROUNDS[0]
        state = (state ^ (state >> np.uint64(27))) * ROUNDS[1]
        state ^= state >> np.uint64(31)
    return state


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a sample holds, and of how much."""

    users: int
    events: int
    all_users: int
    all_items: int
    all_events: int
    per_user: int
    seed: int

    def to_dict(self) -> dict[str, int]:
        """For whoever reads it with a program."""
        return asdict(self)


def draw(shards: Shards, out: Path, rows: int, per_user: int = 0, seed: int = 0) -> Drawn:
    """Write users' events to a parquet file, as many users as fit into so many rows: those with the smallest hash.

    per_user  of each at most so many events and the last one, which is left out of training; 0 for all
    """
    counts = pq.read_table(shards.folder / "users.parquet", columns=["number", "events"])
    number, events = (counts.column(name).to_numpy() for name in ("number", "events"))
    each = events if not per_user else np.minimum(events, per_user + 1)
    order = np.lexsort((number, mixed(seed, number)))
    fits = int(np.searchsorted(np.cumsum(each[order]), rows, side="right"))
    chosen = np.zeros(len(number), bool)
    chosen[number[order[:fits]]] = True
    written = 0
    part = out.with_name(out.name + ".part")
    writer: pq.ParquetWriter | None = None
    try:
        for path in shards.paths:
            if path.stat().st_size:
                kept = _kept(pq.read_table(path), shards, chosen, per_user, seed)
                writer = writer or pq.ParquetWriter(part, kept.schema)
                writer.write_table(kept)
                written += len(kept)
    finally:
        if writer is not None:
            writer.close()
    part.replace(out)
    items = pq.read_metadata(shards.folder / "items.parquet").num_rows
    return Drawn(fits, written, len(number), items, int(events.sum()), per_user, seed)


def _kept(table: pa.Table, shards: Shards, chosen: Array, per_user: int, seed: int) -> pa.Table:
    """Rows of the chosen users, with the columns that the files have."""
    user, item = table.column(USER).to_numpy(), table.column(ITEM).to_numpy()
    keep = chosen[user]
    if per_user:
        keep &= equal(user, item, per_user, seed)
    return table.filter(pa.array(keep)).select(list(dict.fromkeys(shards.roles.values())))


def equal(user: Array, item: Array, most: int, seed: int) -> Array:
    """(N,) of events sorted by user and time: whether one is the last of its user, or among the `most` others with the
    smallest hash of user, place and item."""
    begins = np.flatnonzero(np.r_[True, user[1:] != user[:-1]]) if len(user) else np.zeros(0, np.int64)
    size = np.diff(np.r_[begins, len(user)])
    begin = np.repeat(begins, size)
    place = np.arange(len(user)) - begin
    last = place == np.repeat(size, size) - 1
    return np.asarray(last | least(user, mixed(seed, user, place, item), most, last))


def least(user: Array, key: Array, most: int, behind: Array | None = None) -> Array:
    """(N,) of rows sorted by user: whether one is among the `most` of its user with the smallest key; what is `behind` comes
    after all others."""
    begins = np.flatnonzero(np.r_[True, user[1:] != user[:-1]]) if len(user) else np.zeros(0, np.int64)
    begin = np.repeat(begins, np.diff(np.r_[begins, len(user)]))
    order = np.lexsort((key, np.zeros(len(user), bool) if behind is None else behind, user))
    rank = np.empty(len(user), np.int64)
    rank[order] = np.arange(len(user)) - begin
    return np.asarray(rank < most)
