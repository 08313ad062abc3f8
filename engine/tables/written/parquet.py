"""A parquet file, read within limits: a small one may unfold to a very large table."""

from __future__ import annotations

import io
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.errors import UserError
from engine.tables.written.cells import Written, check_names

MOST_DECODED = 512_000_000
"""Bytes of a parquet file once decoded: a small file can hold a very large table."""
MOST_ROW_GROUPS = 1_000
ROW_NUMBERS = re.compile(r"__index_level_\d+__")
"""The column in which pandas saves a table's row numbers: no feature that anybody chose."""


def check_shape(rows: int, columns: int, most_rows: int, most_columns: int) -> None:
    """Raises UserError beyond the limits."""
    if rows > most_rows:
        raise UserError("The table has {rows} rows; the limit is {limit}.", rows=rows, limit=most_rows)
    if columns > most_columns:
        raise UserError("The table has {columns} columns; the limit is {limit}.", columns=columns, limit=most_columns)


def read_parquet(data: bytes, most_rows: int, most_columns: int) -> Written:
    """Columns of numbers, words and dates; of any other type (lists, bytes, …) the name alone, without values."""
    metadata = pq.ParquetFile(io.BytesIO(data))
    schema, rows = metadata.schema_arrow, metadata.metadata.num_rows
    check_shape(rows, max(metadata.metadata.num_columns, len(schema.names)), most_rows, most_columns)
    check_names(schema.names)
    names = [name for name in schema.names if not ROW_NUMBERS.fullmatch(name)]
    flat = [name for name in names if _is_flat(schema.field(name).type)]
    if metadata.metadata.num_row_groups > MOST_ROW_GROUPS or not flat:
        raise UserError("The file could not be read as CSV, TSV or parquet.")
    _check_claims(metadata.metadata, set(flat), most_rows)
    table = _decoded(data, flat, schema, most_rows)
    cells = [table.column(name) if name in flat else pa.chunked_array([pa.nulls(table.num_rows)]) for name in names]
    plain = [name.strip() for name in names]
    return Written(
        tuple(plain), pa.table([_flat(column) for column in cells], names=plain), table.num_rows,
        np.arange(1, table.num_rows + 1), encoding="", separator="",
    )  # fmt: skip


def _decoded(data: bytes, flat: list[str], schema: pa.Schema, most_rows: int) -> pa.Table:
    words = [name for name in flat if _is_words(schema.field(name).type)]
    source = pq.ParquetFile(io.BytesIO(data), read_dictionary=words)  # a repeated word is decoded once
    batches, rows, decoded = [], 0, 0
    for batch in source.iter_batches(batch_size=20_000, columns=flat):  # what the metadata claims can be a lie
        rows += batch.num_rows
        decoded += sum(_decoded_size(column) for column in batch.columns)
        check_shape(rows, 0, most_rows, 1)
        _check_decoded(decoded)
        # a dictionary holds the words of all batches before: kept with each, they would be there many times
        batches.append(
            pa.RecordBatch.from_arrays([_written_out(column) for column in batch.columns], batch.schema.names)
        )
    return pa.Table.from_batches(batches) if batches else pa.table({name: pa.array([], pa.string()) for name in flat})


def _check_claims(footer: pq.FileMetaData, flat: set[str], most_rows: int) -> None:
    """What the file itself says of its size, before any of it is decoded."""
    rows, size = 0, 0
    for group in map(footer.row_group, range(footer.num_row_groups)):
        rows += group.num_rows
        parts = map(group.column, range(group.num_columns))
        size += sum(part.total_uncompressed_size for part in parts if part.path_in_schema in flat)
    check_shape(rows, 0, most_rows, 1)
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


def _flat(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Decimals as floating numbers, days as moments."""
    if pa.types.is_decimal(column.type):
        return column.cast(pa.float64())
    if pa.types.is_date(column.type):
        return column.cast(pa.timestamp("ms"))
    return column
