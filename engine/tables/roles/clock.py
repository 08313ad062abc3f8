"""A day and a clock's time in two columns: one moment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.tables.names import says_time
from engine.tables.typed.text import as_text, texts
from engine.tables.typed.times import times
from engine.tables.written.cells import Written

CLOCK = r"^\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[aApP][mM])?\s*$"
LINE = "order of the lines"
"""The column of a log that tells no time: when each line came."""
BEGIN, YEAR = 1_577_836_800, 365 * 86_400
MOST = 0.9
"""The share of rows that hold a clock's time where a column does."""


def day_of(written: Written, name: str) -> str:
    """The column that holds the days of a column of clock's times; "" where that is none, or there is no such column."""
    if _share(written, name, CLOCK) < MOST:
        return ""
    return next((one for one in written.names if one != name and says_time(one) and _holds_days(written, one)), "")


def with_day(written: Written, name: str, day: str) -> pa.ChunkedArray:
    """Days and clock's times side by side, as cells."""
    parts = [as_text(written.column(one).combine_chunks()).cast(pa.string()) for one in (day, name)]
    days, clocks = (pc.utf8_trim_whitespace(part) for part in parts)
    return pa.chunked_array([pc.binary_join_element_wise(days, clocks, " ")])


def _share(written: Written, name: str, form: str) -> float:
    cells = written.column(name)
    if not pa.types.is_string(cells.type):
        return 0.0
    return float(pc.mean(pc.match_substring_regex(cells, form).cast(pa.float64())).as_py() or 0.0)


def _holds_days(written: Written, name: str) -> bool:
    found = times(texts(written.column(name)), written.number, name)
    return found is not None and not found.order_only and _share(written, name, ":") == 0.0


def in_order_of_lines(written: Written) -> Written:
    """With one column more: moments that are as far apart as a year's are from the first line to the last, in seconds since
    1970."""
    rows = written.cells.num_rows
    place = written.number - written.number[0] if rows else written.number
    moments = BEGIN + place / max(int(place[-1]) if rows else 1, 1) * (YEAR - 1)
    column = pa.array((moments * 1e6).astype(np.int64))
    return replace(written, names=(*written.names, LINE), cells=written.cells.append_column(LINE, column))
