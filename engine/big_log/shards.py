"""Shards: the events of a log by user, sorted; made once, file by file, so that what was broken off goes on.

    U users · I items, numbered in the order of their names; user u is in shard u % 64

In each shard events stand by user, then time, then item: the last row of a user is the last watch.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from engine.big_log.database import column, names, rows_of, text
from engine.big_log.folder import Source
from engine.errors import UserError
from engine.files import write_whole
from engine.tables.roles.log import read_log
from engine.tables.written.file import NOTHING, read_file

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHARDS = 64
HEAD = 5_000
"""Rows by which columns are recognised."""
USER, ITEM = "__user", "__item"
VERSION = 1
"""Of what lies in the folder: part of its name."""
Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Shards:
    """A log in shards, below `folder`. roles: what its columns are, by role, as in the upload flow."""

    folder: Path
    roles: Mapping[str, str]

    @property
    def paths(self) -> list[Path]:
        """Paths of the shards, sorted by user, in their order."""
        return [self.folder / "sorted" / f"{n:02d}.parquet" for n in range(SHARDS)]


def head_of(connection: DuckDBPyConnection, source: Source) -> bytes:
    """The first rows, as a parquet file."""
    head = connection.execute(f"SELECT * FROM {rows_of(source)} LIMIT {HEAD}").to_arrow_table()
    sink = pa.BufferOutputStream()
    pq.write_table(head, sink)
    return bytes(sink.getvalue().to_pybytes())


def recognised(
    connection: DuckDBPyConnection, source: Source, told: Mapping[str, str] | None = None
) -> dict[str, str]:  # fmt: skip
    """Role → column, as the upload flow reads the first rows; `told` are roles that somebody chose. Raises UserError where it
    refuses them."""
    return dict(read_log(read_file(head_of(connection, source), NOTHING, HEAD), told).roles)


def digest(source: Source, roles: Mapping[str, str]) -> str:
    """The name of what is made of some files as they are now: their names, sizes and times, and the roles."""
    said = [[str(path), path.stat().st_size, path.stat().st_mtime_ns] for path in source.paths]
    return hashlib.sha256(json.dumps([VERSION, said, sorted(roles.items())]).encode()).hexdigest()[:16]


def prepare(connection: DuckDBPyConnection, source: Source, work: Path, tick: Tick, roles: Mapping[str, str]) -> Shards:
    """Number users and items, part the events by user, sort each shard. `tick` hears (done, steps) after each step, and may
    raise to end it: what is done then is not done again. Raises UserError for roles that the files have not."""
    missing = [name for name in roles.values() if name not in names(connection, source)]
    if missing or not {"user", "item", "time"} <= roles.keys():
        raise UserError("The log needs columns for user, item and time.")
    folder = work / digest(source, roles)
    folder.mkdir(parents=True, exist_ok=True)
    made, steps = Shards(folder, roles), 3 + SHARDS
    known = " AND ".join(f"{column(roles[role])} IS NOT NULL" for role in ("user", "item", "time"))
    for done, role in enumerate(("user", "item")):
        _numbered(connection, f"{rows_of(source)} WHERE {known}", column(roles[role]), folder / f"{role}s.parquet")
        tick(done + 1, steps)
    _parted(connection, source, known, made)
    tick(3, steps)
    for n, path in enumerate(made.paths):
        _sorted(connection, made, n, path)
        tick(4 + n, steps)
    shutil.rmtree(folder / "parted", ignore_errors=True)
    return made


def _numbered(connection: DuckDBPyConnection, rows: str, name: str, path: Path) -> None:
    """Each name once, with its number and how many events it has."""
    if not path.exists():
        counted = f"SELECT {name} AS name, count(*) AS events FROM {rows} GROUP BY 1"
        _copied(
            connection,
            f"SELECT name, events, (row_number() OVER (ORDER BY name) - 1)::INTEGER AS number FROM ({counted})",
            path,
        )


def _parted(connection: DuckDBPyConnection, source: Source, known: str, made: Shards) -> None:
    """Every event with the numbers of its user and item, in a folder for each shard."""
    folder = made.folder / "parted"
    if (made.folder / "parted.done").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    kept = ", ".join(f"events.{column(name)}" for name in dict.fromkeys(made.roles.values()))
    tables = {role: f"read_parquet({text(str(made.folder / f'{role}s.parquet'))})" for role in ("user", "item")}
    for role, table in tables.items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {role}s AS SELECT name, number FROM {table}")
    connection.execute(
        f"COPY (SELECT {kept}, users.number AS {USER}, items.number AS {ITEM}, users.number % {SHARDS} AS shard "
        f"FROM (SELECT * FROM {rows_of(source)} WHERE {known}) events "
        f"JOIN users ON events.{column(made.roles['user'])} = users.name "
        f"JOIN items ON events.{column(made.roles['item'])} = items.name) "
        f"TO {text(str(folder))} (FORMAT parquet, PARTITION_BY (shard))"
    )
    for role in tables:
        connection.execute(f"DROP TABLE {role}s")
    write_whole(made.folder / "parted.done", b"")


def _sorted(connection: DuckDBPyConnection, made: Shards, n: int, path: Path) -> None:
    if path.exists():
        return
    path.parent.mkdir(exist_ok=True)
    files = sorted((made.folder / "parted" / f"shard={n}").glob("*.parquet"))
    if not files:
        write_whole(path, b"")  # nobody is in it
        return
    listed = "[" + ", ".join(text(str(file)) for file in files) + "]"
    rest = ", ".join(column(name) for name in dict.fromkeys(made.roles.values()))
    time = column(made.roles["time"])
    _copied(connection, f"SELECT {rest}, {USER}, {ITEM} FROM read_parquet({listed}, hive_partitioning = false) "
            f"ORDER BY {USER}, {time}, {ITEM}, {rest}", path)  # fmt: skip
    shutil.rmtree(files[0].parent)


def _copied(connection: DuckDBPyConnection, query: str, path: Path) -> None:
    """Into a file that is there whole or not at all."""
    part = path.with_suffix(".part")
    connection.execute(f"COPY ({query}) TO {text(str(part))} (FORMAT parquet)")
    os.replace(part, path)
