"""A user's table: read it within limits, and say what each column can serve as."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.errors import UserError
from engine.runs.frame import Array

MOST_BYTES = 64_000_000
MOST_ROWS = 300_000
MOST_COLUMNS = 200
MOST_DECODED = 512_000_000
"""Bytes of a parquet file once decoded: a small file can hold a very large table."""
MOST_ROW_GROUPS = 1_000
LARGEST = 1e30
"""Beyond it a sum of squares is no longer a number in float32."""
FEWEST_ROWS = 200
MOST_CATEGORIES = 5_000


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds and may be used as.

    kind  "binary", "number", "category" or "unusable"; a binary or a number can be a label
    """

    name: str
    kind: str
    distinct: int
    missing: int

    @property
    def can_be_label(self) -> bool:
        return self.kind in ("binary", "number") and not self.missing

    @property
    def can_be_feature(self) -> bool:
        return self.kind != "unusable"


def read_table(data: bytes, name: str) -> pd.DataFrame:
    """The table in a CSV, TSV or parquet file. Raises UserError on anything beyond the limits or unreadable."""
    if not data:
        raise UserError("The file is empty.")
    if len(data) > MOST_BYTES:
        raise UserError("The file is larger than {limit} MB.", limit=MOST_BYTES // 1_000_000)
    try:
        frame = _read_parquet(data) if data[:4] == b"PAR1" else _read_text(data, name)
    except UserError:
        raise
    except Exception as error:  # readers raise a zoo of types on damaged files
        raise UserError("The file could not be read as CSV, TSV or parquet.") from error
    frame.columns = [str(column).strip() for column in frame.columns]
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise UserError("Two columns are named {column}. Rename one.", column=twice[0][:80])
    if len(frame) < FEWEST_ROWS:
        raise UserError("The table has {rows} rows; at least {least} are needed.", rows=len(frame), least=FEWEST_ROWS)
    return frame


def _check_shape(rows: int, columns: int) -> None:
    if rows > MOST_ROWS:
        raise UserError("The table has {rows} rows; the limit is {limit}.", rows=rows, limit=MOST_ROWS)
    if columns > MOST_COLUMNS:
        raise UserError("The table has {columns} columns; the limit is {limit}.", columns=columns, limit=MOST_COLUMNS)


def _read_parquet(data: bytes) -> pd.DataFrame:
    """Columns of numbers, words and dates; of any other type (lists, bytes, …) the name alone, without values."""
    metadata = pq.ParquetFile(io.BytesIO(data))
    schema, rows = metadata.schema_arrow, metadata.metadata.num_rows
    _check_shape(rows, max(metadata.metadata.num_columns, len(schema.names)))
    _check_names(schema.names)
    flat = [field.name for field in schema if _is_flat(field.type)]
    if metadata.num_row_groups > MOST_ROW_GROUPS or not flat:
        raise UserError("The file could not be read as CSV, TSV or parquet.")
    words = [name for name in flat if _is_words(schema.field(name).type)]
    source = pq.ParquetFile(io.BytesIO(data), read_dictionary=words)  # a repeated word is decoded once
    batches, decoded = [], 0
    for batch in source.iter_batches(batch_size=20_000, columns=flat):  # the metadata's sizes can lie
        decoded += sum(_decoded_size(column) for column in batch.columns)
        if decoded > MOST_DECODED:
            raise UserError("The table is larger than {limit} MB once decoded.", limit=MOST_DECODED // 1_000_000)
        batches.append(batch)
    table = pa.Table.from_batches(batches) if batches else pa.table({})
    held = {name: _values(table[name]) for name in flat if name in table.column_names}
    return pd.DataFrame({name: held.get(name) for name in schema.names}, index=range(len(table)))


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


def _values(column: pa.ChunkedArray) -> pd.Series[Any]:
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.large_string())
    elif pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    elif pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("ms"))
    series: pd.Series[Any] = column.to_pandas()
    return series


def _read_text(data: bytes, name: str) -> pd.DataFrame:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError("The file is not UTF-8 text. Save it as CSV in UTF-8.") from None
    if "\0" in text:
        raise UserError("The file could not be read as CSV, TSV or parquet.")
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    first = text.partition("\n")[0]
    tab = name.lower().endswith((".tsv", ".tab"))
    separator = "\t" if tab else max(",\t;", key=first.count)
    _check_shape(text.count("\n"), len(next(csv.reader([first], delimiter=separator), [])))
    lines = csv.reader(io.StringIO(text), delimiter=separator)
    names, second = next(lines, []), next(lines, [])
    _check_names(names)  # pandas would rename the second one of two and say nothing
    if len(second) > len(names):  # pandas would take the first column for an index and shift the others
        raise UserError(
            "Row 1 has {found} values, but the first line names {columns} columns.",
            found=len(second), columns=len(names),
        )  # fmt: skip
    return pd.read_csv(io.StringIO(text), sep=separator, low_memory=False)


def _check_names(names: list[str]) -> None:
    stripped = [name.strip() for name in names]
    for name in stripped:
        if stripped.count(name) > 1:
            raise UserError("Two columns are named {column}. Rename one.", column=name[:80])


def columns(frame: pd.DataFrame) -> tuple[Column, ...]:
    """Every column with what it can serve as."""
    return tuple(_column(frame[name]) for name in frame.columns)


def _column(values: pd.Series[Any]) -> Column:
    missing = int(values.isna().sum())
    try:
        distinct = int(values.nunique())
    except TypeError:  # lists and dictionaries do not hash
        return Column(str(values.name), "unusable", 0, missing)
    if distinct < 2:
        kind = "unusable"
    elif pd.api.types.is_bool_dtype(values) or (pd.api.types.is_numeric_dtype(values) and distinct == 2):
        kind = "binary"
    elif pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        kind = "number"
    else:
        kind = "category"
    return Column(str(values.name), kind, distinct, missing)


def label_values(frame: pd.DataFrame, name: str) -> tuple[Array, bool]:
    """A label as numbers (N,) and whether it is binary (then 0 and 1).

    Raises UserError that names the column and, where there is one, the first row that cannot be used.
    """
    values = _existing(frame, name)
    if not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)):
        missing = _first(values.isna())
        if missing:
            raise UserError("Label {column} is missing or not finite in row {row}.", column=name, row=missing)
        row = _first(pd.to_numeric(values.astype(str), errors="coerce").isna()) or 1  # digits may be words too
        raise UserError(
            "Label {column} is not a number: row {row} holds “{value}”.",
            column=name, row=row, value=str(values.iloc[row - 1])[:40],
        )  # fmt: skip
    numbers = values.to_numpy("float64", na_value=np.nan)
    bad = _first(~(np.abs(numbers) <= LARGEST))
    if bad:
        raise UserError("Label {column} is missing or not finite in row {row}.", column=name, row=bad)
    distinct = np.unique(numbers)
    if len(distinct) < 2:
        raise UserError("Label {column} has one value only: there is nothing to learn.", column=name)
    if len(distinct) > 2:
        return numbers, False
    binary = (numbers == distinct[1]).astype(np.float64)
    rarer = int(min(binary.sum(), len(binary) - binary.sum()))
    if rarer < 20:
        raise UserError(
            "Label {column} has only {count} rows of its rarer class; 20 are needed.", column=name, count=rarer
        )
    return binary, True


def feature_values(frame: pd.DataFrame, name: str) -> tuple[pd.Series[Any], bool]:
    """A feature and whether it is a category. Dates become days. Raises UserError naming column and row."""
    values = _existing(frame, name)
    kind = _column(values).kind
    if kind == "unusable":
        raise UserError("Column {column} cannot be a feature: it holds one value only, or lists.", column=name)
    if kind == "category":
        return values, True
    if pd.api.types.is_datetime64_any_dtype(values):
        values = (values - values.min()) / pd.Timedelta(days=1)
    numbers = values.astype("float64")
    bad = _first(np.abs(numbers.to_numpy()) > LARGEST)
    if bad:
        raise UserError("Column {column} is not finite in row {row}.", column=name, row=bad)
    return numbers, False


def _existing(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name not in frame.columns:
        raise UserError("There is no column {column} in the table.", column=name[:80])
    return frame[name]


def _first(marks: object) -> int:
    """1-based number of the first marked row, 0 for none."""
    found = np.flatnonzero(np.asarray(marks))
    return int(found[0]) + 1 if len(found) else 0
