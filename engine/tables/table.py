"""A user's table: read within limits, so that a small file cannot ask for a large memory."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.errors import UserError

MOST_BYTES = 64_000_000
MOST_ROWS = 300_000
MOST_COLUMNS = 200
MOST_DECODED = 512_000_000
"""Bytes of a parquet file once decoded: a small file can hold a very large table."""
MOST_ROW_GROUPS = 1_000
FEWEST_ROWS = 200
LONGEST_NAME = 1_000
PIECE = 1 << 20
BLANK_LINES = re.compile(rb"\A(?: *+\n)++")
"""Before the first line: pandas passes over them."""
ROW_NUMBERS = re.compile(r"__index_level_\d+__")
"""The column in which pandas saves a table's row numbers: no feature that anybody chose."""


def read_table(data: bytes, name: str, most_rows: int | None = None) -> pd.DataFrame:
    """The table in a CSV, TSV or parquet file; at most `most_rows`, else MOST_ROWS. Raises UserError on anything beyond
    the limits or unreadable."""
    most = MOST_ROWS if most_rows is None else most_rows
    if not data:
        raise UserError("The file is empty.")
    if len(data) > MOST_BYTES:
        raise UserError("The file is larger than {limit} MB.", limit=MOST_BYTES // 1_000_000)
    try:
        frame = _read_parquet(data, most) if data[:4] == b"PAR1" else _read_text(data, name, most)
    except (UserError, MemoryError):
        raise
    except Exception as error:  # readers raise a zoo of types on damaged files
        if "out of memory" in str(error):
            raise MemoryError from error
        raise UserError("The file could not be read as CSV, TSV or parquet.") from error
    frame.columns = [str(column).strip() for column in frame.columns]
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise UserError("Two columns are named {column}. Rename one.", column=twice[0][:80])
    if len(frame) < FEWEST_ROWS:
        raise UserError("The table has {rows} rows; at least {least} are needed.", rows=len(frame), least=FEWEST_ROWS)
    return frame


def _check_shape(rows: int, columns: int, most_rows: int) -> None:
    if rows > most_rows:
        raise UserError("The table has {rows} rows; the limit is {limit}.", rows=rows, limit=most_rows)
    if columns > MOST_COLUMNS:
        raise UserError("The table has {columns} columns; the limit is {limit}.", columns=columns, limit=MOST_COLUMNS)


def _read_parquet(data: bytes, most_rows: int) -> pd.DataFrame:
    """Columns of numbers, words and dates; of any other type (lists, bytes, …) the name alone, without values."""
    metadata = pq.ParquetFile(io.BytesIO(data))
    schema, rows = metadata.schema_arrow, metadata.metadata.num_rows
    _check_shape(rows, max(metadata.metadata.num_columns, len(schema.names)), most_rows)
    _check_names(schema.names)
    names = [name for name in schema.names if not ROW_NUMBERS.fullmatch(name)]
    flat = [name for name in names if _is_flat(schema.field(name).type)]
    if metadata.num_row_groups > MOST_ROW_GROUPS or not flat:
        raise UserError("The file could not be read as CSV, TSV or parquet.")
    _check_claims(metadata.metadata, set(flat), most_rows)
    words = [name for name in flat if _is_words(schema.field(name).type)]
    source = pq.ParquetFile(io.BytesIO(data), read_dictionary=words)  # a repeated word is decoded once
    batches, rows, decoded = [], 0, 0
    for batch in source.iter_batches(batch_size=20_000, columns=flat):  # what the metadata claims can be a lie
        rows += batch.num_rows
        decoded += sum(_decoded_size(column) for column in batch.columns)
        _check_shape(rows, len(names), most_rows)
        _check_decoded(decoded)
        # a dictionary holds the words of all batches before: kept with each, they would be there many times
        batches.append(
            pa.RecordBatch.from_arrays([_written_out(column) for column in batch.columns], batch.schema.names)
        )
    table = pa.Table.from_batches(batches) if batches else pa.table({})
    held = {name: _values(table[name]) for name in flat if name in table.column_names}
    return pd.DataFrame({name: held.get(name) for name in names}, index=range(len(table)))


def _check_claims(footer: pq.FileMetaData, flat: set[str], most_rows: int) -> None:
    """What the file itself says of its size, before any of it is decoded."""
    rows, size = 0, 0
    for group in map(footer.row_group, range(footer.num_row_groups)):
        rows += group.num_rows
        parts = map(group.column, range(group.num_columns))
        size += sum(part.total_uncompressed_size for part in parts if part.path_in_schema in flat)
    _check_shape(rows, 0, most_rows)
    _check_decoded(size)


def _check_decoded(size: int) -> None:
    if size > MOST_DECODED:
        raise UserError("The table is larger than {limit} MB once decoded.", limit=MOST_DECODED // 1_000_000)


def _is_words(kind: pa.DataType) -> bool:
    word = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(word) or pa.types.is_large_string(word))


def _is_flat(kind: pa.DataType) -> bool:
    """Whether values have a size that does not depend on the file's good will, or are words."""
    numbers = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_decimal)
    return _is_words(kind) or any(is_kind(kind) for is_kind in (*numbers, pa.types.is_date, pa.types.is_timestamp))


def _decoded_size(column: pa.Array) -> int:
    """Bytes of the values, each repeated word counted as often as it stands."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary).take(column.indices)
    return int(pc.sum(lengths).as_py() or 0) + 8 * len(column)


def _written_out(column: pa.Array) -> pa.Array:
    return column.cast(pa.large_string()) if pa.types.is_dictionary(column.type) else column


def _values(column: pa.ChunkedArray) -> pd.Series[Any]:
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    elif pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("ms"))
    series: pd.Series[Any] = column.to_pandas()
    return series


def _read_text(data: bytes, name: str, most_rows: int) -> pd.DataFrame:
    """Limits come first: rows by their line ends, columns by what a CSV reader takes for the first line."""
    data = _with_plain_ends(data)
    first = data[: data.find(b"\n") if b"\n" in data else len(data)]
    tab = name.lower().endswith((".tsv", ".tab"))
    separator = "\t" if tab else max(",\t;", key=lambda mark: first.count(mark.encode()))
    _check_shape(data.count(b"\n"), 0, most_rows)
    lines = csv.reader(io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="\n"), delimiter=separator)
    names = next(lines, [])
    _check_shape(0, len(names), most_rows)
    _check_names(names)  # pandas would rename the second one of two and say nothing
    second = next(_not_blank(lines), [])
    if len(second) > len(names):  # pandas would take the first column for an index and shift the others
        raise UserError(
            "Row 1 has {found} values, but the first line names {columns} columns.",
            found=len(second), columns=len(names),
        )  # fmt: skip
    return pd.read_csv(io.BytesIO(data), sep=separator, low_memory=False)


def _with_plain_ends(data: bytes) -> bytes:
    """A text without its mark and without empty lines around it, each line ended by a line feed. Raises UserError where
    it is no UTF-8."""
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        decoder = codecs.getincrementaldecoder("utf-8")()
        for begin in range(0, len(data), PIECE):
            decoder.decode(data[begin : begin + PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        if b"\0" in data and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):  # no text, of UTF-16 neither
            raise UserError("The file could not be read as CSV, TSV or parquet.") from None
        raise UserError("The file is not UTF-8 text. Save it as CSV in UTF-8.") from None
    if b"\0" in data:
        raise UserError("The file could not be read as CSV, TSV or parquet.")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return BLANK_LINES.sub(b"", data.strip(b"\n"), count=1)


def _not_blank(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Without those that pandas passes over."""
    return (row for row in rows if len(row) > 1 or any(cell.strip(" \t") for cell in row))


def _check_names(names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in map(str.strip, names):
        if name in seen:
            raise UserError("Two columns are named {column}. Rename one.", column=name[:80])
        if len(name) > LONGEST_NAME:
            raise UserError("The name of a column has {count} characters: {column}… Shorten it.", count=f"{len(name):,}", column=name[:40])  # fmt: skip
        seen.add(name)
