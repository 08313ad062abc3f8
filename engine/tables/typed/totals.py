"""A row of totals among the others: it belongs to the sheet, not to the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.runs.frame import Array
from engine.tables.notes import LeftOut, listed, note
from engine.tables.typed.numbers import numbers, written_number
from engine.tables.typed.text import NOTHING, texts
from engine.tables.written.cells import Written

WORDS = ("total", "totals", "total:", "sum", "sum:", "grand total", "subtotal", "average", "mean", "gesamt", "summe", "合计", "总计",
         "小计", "总和", "合计:", "总计:", "平均", "合计：")  # fmt: skip
MOST = 3
"""Rows of totals in one table; where the word stands more often it is a value."""
NEAR = 1e-6
LOOKED_AT = 500
"""Rows by which a column of numbers is known."""


def without_totals(written: Written, decimal: str) -> Written:
    """A table without the rows that add others up, which are named."""
    rows = written.cells.num_rows
    found: set[int] = set()
    for column in written.cells.columns:
        if not pa.types.is_string(column.type):
            continue
        marks = np.asarray(pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(column)), value_set=pa.array(WORDS)))
        places = np.flatnonzero(marks)
        if 0 < len(places) <= MOST:
            found |= {int(place) for place in places if _counts(column) or _adds_up(written, int(place), decimal)}
    if not found or len(found) > MOST:
        return written
    kept = np.ones(rows, bool)
    kept[sorted(found)] = False
    out = written.number[~kept].tolist()
    why = note("A row of totals is no data, and is left out: {rows}.", rows=listed(out))
    return replace(
        written, cells=written.cells.filter(pa.array(kept)), number=written.number[kept],
        left_out=(*written.left_out, LeftOut(tuple(out), why)),
    )  # fmt: skip


def without_units(written: Written) -> Written:
    """A table without a first row that holds units, or names once more in other words: words where the columns hold numbers."""
    if written.cells.num_rows < 3:
        return written
    words = counts = 0
    for column in written.cells.columns:
        if pa.types.is_string(column.type):
            first = str(column[0].as_py()).strip()
            held = numbers(texts(column.slice(1, LOOKED_AT)), ".") or numbers(texts(column.slice(1, LOOKED_AT)), ",")
            counts += held is not None
            spoken = bool(first) and first.lower() not in NOTHING and written_number(first) is None and written_number(first, ",") is None  # fmt: skip
            words += held is not None and spoken
    if words < 2 or words < 0.6 * counts:
        return written
    out = int(written.number[0])
    why = note("The first row holds words where all others hold numbers, and is left out: {rows}.", rows=out)
    return replace(
        written,
        cells=written.cells.slice(1),
        number=written.number[1:],
        left_out=(*written.left_out, LeftOut((out,), why)),
    )


def _counts(column: pa.ChunkedArray) -> bool:
    """Whether the other cells of a column are numbers."""
    held = numbers(texts(column), ".") or numbers(texts(column), ",")
    return held is not None


def _adds_up(written: Written, place: int, decimal: str) -> bool:
    """Whether a row's number is the sum or the mean of all the others in its column."""
    return any(_sums(written.cells.column(n), place, decimal) for n in range(written.cells.num_columns))


def _sums(column: pa.ChunkedArray, place: int, decimal: str) -> bool:
    held = numbers(texts(column), decimal)
    if held is None or np.isnan(held.values[place]):
        return False
    others: Array = np.delete(held.values, place)
    others = others[~np.isnan(others)]
    value = float(held.values[place])
    return len(others) > 2 and value != 0 and any(abs(value - one) <= NEAR * abs(value) for one in (others.sum(), others.mean()))  # fmt: skip
