"""Watches: the shards as the upload flow reads a file, each event once, in pieces of whole users that are read one by one.

A piece is a row group of a parquet file; its rows stand by user, then time, then item. So whoever learns from a log holds a
piece of it, never all.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.big_log.sample import least, mixed
from engine.big_log.shards import ITEM, USER, Shards, Tick
from engine.files import write_whole
from engine.runs.frame import Array
from engine.tables.roles.log import LogTable, read_log
from engine.tables.told import Told
from engine.tables.written.file import NOTHING, read_file

PIECE = 200_000
"""Rows of a piece, about: a user is never parted."""
SECOND = 10**9
FOLDER = "watches"
KINDS = pa.schema(
    [("user", pa.int32()), ("item", pa.dictionary(pa.int32(), pa.string())), ("second", pa.int64()), ("clicked", pa.bool_())]
)  # fmt: skip
"""Of a piece: the user's number in the whole log, the item's name, whole seconds since 1970, whether it was watched."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What a whole log holds: rows that are used, each once; first and last in seconds since 1970; twice: rows that stood there
    again; left: rows that could not be used."""

    rows: int = 0
    watches: int = 0
    first: int = 0
    last: int = 0
    twice: int = 0
    left: int = 0

    def and_(self, other: Whole) -> Whole:
        """Two counts of what was left out, added up."""
        if not self.rows or not other.rows:
            return self if self.rows else other
        sums = {name: getattr(self, name) + getattr(other, name) for name in ("rows", "watches", "twice", "left")}
        return Whole(**sums, first=min(self.first, other.first), last=max(self.last, other.last))


def pieces_of(shards: Shards) -> list[Path]:
    """The files of the pieces, a shard each."""
    return [shards.folder / FOLDER / path.name for path in shards.paths]


def read_shards(shards: Shards, tick: Tick, told: Told = NOTHING) -> Whole:
    """Read what is not read yet, and say what there is. `tick` hears (done, shards) after each, and may raise to end it."""
    whole = Whole()
    for done, (path, into) in enumerate(zip(shards.paths, pieces_of(shards), strict=True), 1):
        said = into.with_suffix(".json")
        if not said.exists():
            into.parent.mkdir(exist_ok=True)
            write_whole(said, json.dumps(asdict(_read_shard(path, into, shards.roles, told))).encode())
        whole = whole.and_(Whole(**json.loads(said.read_bytes())))
        tick(done, len(shards.paths))
    return whole


def _read_shard(path: Path, into: Path, roles: Mapping[str, str], told: Told) -> Whole:
    """Its pieces into a file, as large as it needs; none for a shard that nobody is in."""
    whole, part = Whole(), into.with_suffix(".part")
    with pq.ParquetWriter(part, KINDS) as writer:
        for table in _whole_users(path):
            piece, held = _read_piece(table, roles, told)
            whole = whole.and_(held)
            if len(piece):
                writer.write_table(piece, row_group_size=len(piece))
    os.replace(part, into)
    return whole


def _whole_users(path: Path) -> Iterator[pa.Table]:
    """The rows of a shard, a few users at a time."""
    if not path.stat().st_size:
        return
    rest: pa.Table | None = None
    for batch in pq.ParquetFile(path).iter_batches(PIECE):
        rest = pa.concat_tables([*([] if rest is None else [rest]), pa.Table.from_batches([batch])])
        user = rest.column(USER).to_numpy()
        ends = int(np.searchsorted(user, user[-1]))  # the last user may go on in the next batch
        if ends:
            yield rest.slice(0, ends)
            rest = rest.slice(ends)
    if rest is not None and len(rest):
        yield rest


def _read_piece(table: pa.Table, roles: Mapping[str, str], told: Told) -> tuple[pa.Table, Whole]:
    sink = pa.BufferOutputStream()
    pq.write_table(table.select(list(dict.fromkeys(roles.values()))), sink)
    named = dict(told.one) | dict(roles)
    written = read_file(sink.getvalue().to_pybytes(), told, len(table))
    log = read_log(written, named, told.day_first, told.decimal)
    kept = _in_order(log, table)
    row, second = log.number[kept] - 1, log.moments[kept] // SECOND
    item = pa.DictionaryArray.from_arrays(pa.array(log.item[kept], pa.int32()), pa.array(log.items, pa.string()))
    clicked = pa.array(log.clicked[kept])
    user = table.column(USER).combine_chunks().take(pa.array(row)).cast(pa.int32())
    held = Whole(
        len(kept), int(log.clicked[kept].sum()), int(second.min()) if len(kept) else 0, int(second.max()) if len(kept) else 0,
        int(log.again.sum()), len(table) - len(log.again),
    )  # fmt: skip
    return pa.Table.from_arrays([user, item, pa.array(second), clicked], schema=KINDS), held


def _in_order(log: LogTable, table: pa.Table) -> Array:
    """The rows that count, each event once, by user, time and the item's number in the whole log."""
    kept = np.flatnonzero(~log.again)
    user, item = (table.column(name).to_numpy()[log.number[kept] - 1] for name in (USER, ITEM))
    return np.asarray(kept[np.lexsort((item, log.moments[kept], user))])


def most_of_each(user: Array, most: int, seed: int) -> Array:
    """(N,) of examples sorted by user and time: at most so many of each user, those with the smallest hash of user and place."""
    begins = np.flatnonzero(np.r_[True, user[1:] != user[:-1]]) if len(user) else np.zeros(0, np.int64)
    place = np.arange(len(user)) - np.repeat(begins, np.diff(np.r_[begins, len(user)]))
    return least(user, mixed(seed, user, place), most)
