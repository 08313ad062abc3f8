"""A user's table: read it within limits, and say what each column can serve as."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import UserError
from engine.runs.frame import Array

MOST_BYTES = 64_000_000
MOST_ROWS = 300_000
MOST_COLUMNS = 200
MOST_DECODED = 512_000_000
"""Bytes of a parquet file once decoded: a small file can hold a very large table."""
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
    source = pq.ParquetFile(io.BytesIO(data))
    _check_shape(source.metadata.num_rows, source.metadata.num_columns)
    batches, decoded = [], 0
    for batch in source.iter_batches(batch_size=20_000):  # the metadata's sizes can lie: count what comes out
        decoded += batch.nbytes
        if decoded > MOST_DECODED:
            raise UserError("The table is larger than {limit} MB once decoded.", limit=MOST_DECODED // 1_000_000)
        batches.append(batch)
    return pa.Table.from_batches(batches, schema=source.schema_arrow).to_pandas()


def _read_text(data: bytes, name: str) -> pd.DataFrame:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError("The file is not UTF-8 text. Save it as CSV in UTF-8.") from None
    if "\0" in text:
        raise UserError("The file could not be read as CSV, TSV or parquet.")
    first = text.partition("\n")[0]
    separator = "\t" if name.lower().endswith((".tsv", ".tab")) or first.count("\t") > first.count(",") else ","
    _check_shape(text.count("\n"), first.count(separator) + 1)
    names = [part.strip().strip('"') for part in first.split(separator)]
    if len(set(names)) < len(names):  # pandas would rename the second one and say nothing
        twice = next(column for column in names if names.count(column) > 1)
        raise UserError("Two columns are named {column}. Rename one.", column=twice[:80])
    return pd.read_csv(io.StringIO(text), sep=separator, low_memory=False)


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
        row = _first(pd.to_numeric(values, errors="coerce").isna())
        shown = str(values.iloc[row - 1])[:40] if row else ""
        raise UserError(
            "Label {column} is not a number: row {row} holds “{value}”.", column=name, row=row or 1, value=shown
        )
    numbers = values.astype("float64").to_numpy()
    bad = _first(~np.isfinite(numbers))
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
    bad = _first(np.isinf(numbers.to_numpy()))
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
