"""Database: DuckDB, shut in: two folders, so much memory, nothing from outside."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine.big_log.folder import Source
from engine.errors import UserError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY, SPILL = "500MB", "200GB"
"""Of its buffers, which is not all that the process holds; and of its temporary files."""
THREADS = 2


def shut_in(data: Path, work: Path, memory: str = MEMORY) -> DuckDBPyConnection:
    """A connection that reads below `data` and writes below `work`, and whose settings cannot be changed any more."""
    import duckdb  # here: a page never needs it

    spill = work / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    made = duckdb.connect(":memory:", config={
        "memory_limit": memory, "threads": str(min(THREADS, os.cpu_count() or 1)), "temp_directory": str(spill),
        "max_temp_directory_size": SPILL, "preserve_insertion_order": "false",
        "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
    })  # fmt: skip
    made.execute(f"SET allowed_directories = [{text(str(data))}, {text(str(work))}]")
    made.execute("SET enable_external_access = false")
    made.execute("SET lock_configuration = true")
    return made


@contextmanager
def opened(data: Path, work: Path) -> Iterator[DuckDBPyConnection]:
    """A database for as long as the block lasts, closed at its end. Raises UserError where it cannot read what it is told to."""
    import duckdb

    connection = shut_in(data, work)
    try:
        yield connection
    except duckdb.Error as error:
        raise UserError("The log could not be read ({name}).", name=type(error).__name__) from error
    finally:
        connection.close()


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def column(name: str) -> str:
    """The name of a column as SQL writes it, whatever it is made of."""
    return '"' + name.replace('"', '""') + '"'


def rows_of(source: Source) -> str:
    """What stands after FROM: all rows of a source. Cells of CSV stay texts: what they mean, our own reader says."""
    files = "[" + ", ".join(text(str(path)) for path in source.paths) + "]"
    hive = f"hive_partitioning = {str(source.hive).lower()}, union_by_name = true"
    if source.form == "parquet":
        return f"read_parquet({files}, {hive})"
    return f"read_csv({files}, all_varchar = true, header = true, {hive})"


def names(connection: DuckDBPyConnection, source: Source) -> Sequence[str]:
    """The columns of a source."""
    return [str(row[0]) for row in connection.execute(f"DESCRIBE SELECT * FROM {rows_of(source)}").fetchall()]
