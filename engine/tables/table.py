"""A user's table as columns of values: read within limits, so that a small file cannot ask for a large memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from engine.errors import UserError
from engine.tables.opened import Opened, opened
from engine.tables.roles.label_doubts import doubts
from engine.tables.roles.labels import LabelTable, read_labels
from engine.tables.told import Told
from engine.tables.typed.columns import Column, decimal_of
from engine.tables.typed.totals import without_totals, without_units
from engine.tables.written.cells import Written
from engine.tables.written.file import MOST_COLUMNS, NOTHING, read_file

MOST_ROWS = 300_000
FEWEST_ROWS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table's values, what was read of its form, and its labels, features and what tells them away. `first` is how many rows
    are of the first file, where there are two."""

    frame: pd.DataFrame
    opened: Opened
    labels: LabelTable
    first: int = 0


def read_table(data: bytes, name: str = "", most_rows: int | None = None, told: Told = NOTHING) -> pd.DataFrame:
    """The table in a file, whatever it is named; at most `most_rows`, else MOST_ROWS. Raises UserError on anything beyond the limits or
    unreadable."""
    return read_whole(data, told, most_rows).frame


def read_whole(data: bytes, told: Told = NOTHING, most_rows: int | None = None) -> Table:
    """A table as it was read, with what was found out about it. `told` overrules what the file seems to be."""
    return of_written(read_file(data, told, MOST_ROWS if most_rows is None else most_rows, MOST_COLUMNS), told)


def of_written(written: Written, told: Told = NOTHING) -> Table:
    """A typed table, made of a table of text."""
    decimal = told.decimal or decimal_of(written)
    written = without_totals(without_units(written), decimal)
    count = written.cells.num_rows
    if count < FEWEST_ROWS:
        raise UserError("The table has {rows} rows; at least {least} are needed.", rows=count, least=FEWEST_ROWS)
    labels = read_labels(written, told.roles, told.day_first, decimal)
    columns = {name: series(written, column) for name, column in labels.columns.items()}
    about = opened(written, decimal, labels.left_out, (*labels.notes, *doubts(labels)), labels.roles)
    return Table(pd.DataFrame(columns, index=range(count)), about, labels)


def series(written: Written, column: Column) -> pd.Series[Any]:
    """A column as pandas knows it: whole numbers exactly, other numbers with nan in a gap, moments, words with a gap where
    there is none."""
    kind = written.column(column.name).type
    if pa.types.is_null(kind):
        return pd.Series([None] * len(column.missing), dtype=object)
    if pa.types.is_boolean(kind) and not column.missing.any():
        return pd.Series(written.column(column.name).to_pandas())
    if column.times is not None:
        moments = column.times.moments.astype("datetime64[ns]")
        moments[~column.times.known] = np.datetime64("NaT")
        return pd.Series(moments)
    if column.numbers is not None:
        whole = None if column.missing.any() else column.numbers.whole()
        return pd.Series(column.numbers.values if whole is None else whole)
    words: pd.Series[Any] = column.texts.different.take(pa.array(column.texts.place)).to_pandas()
    return words.mask(column.missing)
