"""Two files as one: a table, and a second one of the same columns whose rows are its test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from engine.errors import UserError
from engine.tables.notes import note
from engine.tables.table import MOST_ROWS, Table, of_written, read_whole
from engine.tables.told import Told
from engine.tables.typed.columns import decimal_of
from engine.tables.typed.totals import without_totals, without_units
from engine.tables.written.cells import Written
from engine.tables.written.file import MOST_COLUMNS, NOTHING, read_file

MARK = b"GATESCOPE TWO FILES "
"""How two files begin that travel as one: this, the length of the first in digits, a line end, the first, the second."""


def joined(first: bytes, second: bytes) -> bytes:
    """Two files as one, for whoever takes one."""
    return MARK + str(len(first)).encode() + b"\n" + first + second


def apart(data: bytes) -> tuple[bytes, bytes]:
    """The two again; the second is empty where it is one file."""
    if not data.startswith(MARK):
        return data, b""
    head, _, rest = data.partition(b"\n")
    length = head.removeprefix(MARK)
    if not length.isdigit() or not 0 < int(length) < len(rest):
        raise UserError("The two files cannot be told apart. Choose them again.")
    return rest[: int(length)], rest[int(length) :]


def read_both(data: bytes, told: Told = NOTHING) -> Table:
    """A table, or two as one below the other: columns by their names, types by all their rows. Raises UserError where one cannot
    be read, or a column is missing in the second."""
    one, other = apart(data)
    if not other:
        return read_whole(one, told)
    first = _written(one, told)
    second = _written(other, replace(told, header=first.header if told.header is None else told.header))
    if first.cells.num_rows + second.cells.num_rows > MOST_ROWS:
        raise UserError("The table has {rows} rows; the limit is {limit}.", rows=f"{first.cells.num_rows + second.cells.num_rows:,}", limit=f"{MOST_ROWS:,}")  # fmt: skip
    read = of_written(_below(first, second), told)
    return replace(read, first=first.cells.num_rows)


def _written(data: bytes, told: Told) -> Written:
    written = without_units(read_file(data, told, MOST_ROWS, MOST_COLUMNS))
    return without_totals(written, told.decimal or decimal_of(written))


def _below(first: Written, second: Written) -> Written:
    names = second.names if second.header else first.names[: len(second.names)]
    missing = [name for name in first.names if name not in names]
    if missing:
        raise UserError("The second file has no column {column}.", column=missing[0][:80])
    columns = [second.cells.column(names.index(name)) for name in first.names]
    fitted = [_fitted(one, own) for one, own in zip(columns, first.cells.columns, strict=True)]
    stretch = pa.table(dict(zip(first.cells.column_names, fitted, strict=True)))
    try:
        cells = pa.concat_tables([first.cells, stretch], promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise UserError("The columns of the second file hold other kinds of values than the first's.") from error
    said = note("The last {rows} rows are those of the second file.", rows=f"{second.cells.num_rows:,}")
    return replace(
        first, cells=cells.combine_chunks(), rows=first.rows + second.rows,
        number=np.concatenate([first.number, first.rows + second.number]),
        left_out=(*first.left_out, *(replace(one, rows=tuple(first.rows + row for row in one.rows)) for one in second.left_out)),
        notes=(*first.notes, *(one for one in second.notes if one not in first.notes), said),
    )  # fmt: skip


def _fitted(second: pa.ChunkedArray, first: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of the second file as the first writes it: words that end in a full stop there alone, as the labels of adult.test,
    are without it; numbers and words are both words."""
    if not pa.types.is_string(first.type) or not pa.types.is_string(second.type):
        return second if first.type == second.type or not pa.types.is_string(first.type) else second.cast(pa.string())
    own = {one.strip() for one in first.unique().to_pylist() if one}
    other = {one.strip() for one in second.unique().to_pylist() if one}
    if other and len(other) <= len(own) and not other & own and all(one.removesuffix(".") in own for one in other):
        return pa.chunked_array([pa.array([one.strip().removesuffix(".") if one else one for one in second.to_pylist()], pa.string())])  # fmt: skip
    return second
