"""What a column holds: numbers, categories, ids, texts or times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.runs.frame import Array
from engine.tables.names import says_id, says_time
from engine.tables.notes import N_, Note, listed
from engine.tables.typed.numbers import Numbers, decimal_mark, evidence, numbers
from engine.tables.typed.text import Texts, texts
from engine.tables.typed.times import Times, times
from engine.tables.written.cells import Written

TYPES = ("number", "category", "id", "text", "time")
LOOKED_AT = 5_000
"""Rows by which the decimal mark is judged."""
GAPS = frozenset(("", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "\\n", "<na>"))
"""What stands for a gap among words."""
LONG_DIGITS = 16
"""Whole numbers with so many digits name something: a floating number would confuse neighbours."""
LONG_TEXT = 40
ONCE = 0.9
"""The share of rows in which a code is another one, from which on it names the row."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column with its type, and its values in that type: `numbers` and `times` where it holds them.

    distinct   values as text before any conversion; missing  rows (N,) without a value
    """

    name: str
    type: str
    texts: Texts
    distinct: int
    missing: Array
    numbers: Numbers | None = None
    times: Times | None = None
    notes: tuple[Note, ...] = ()


def decimal_of(written: Written) -> str:
    """The decimal mark of a table's numbers."""
    heads = [column.slice(0, LOOKED_AT) for column in written.cells.columns]
    return decimal_mark(texts(head) for head in heads if pa.types.is_string(head.type))


def column_of(
    written: Written, name: str, decimal: str, wanted: str = "", day_first: bool | None = None
) -> Column:  # fmt: skip
    """A column, judged by its name and all its values; or as `wanted`, one of `TYPES`, where it can be that."""
    cells = written.column(name)
    held = texts(cells, trimmed=wanted != "text")
    empty = held.of_rows(held.where(frozenset(("",))))
    told = says_time(name) or wanted == "time"
    if wanted not in ("id", "text", "category"):
        moments = _times(written, held, name, told, cells.type, day_first) if wanted != "number" else None
        if moments is not None and (wanted == "time" or not moments.order_only):
            return Column(name, "time", held, held.as_written, ~moments.known, times=moments, notes=moments.notes)
        found = _native(cells, held) if not says_id(name) or wanted == "number" else None
        if found is None and (wanted == "number" or not _names_things(held, name)):
            found = numbers(held, _mark_of(held, decimal))
        if found is not None:
            return Column(name, "number", held, held.as_written, np.isnan(found.values), found, notes=_odd(written, held, name, found))  # fmt: skip
    kind = wanted if wanted in ("id", "text", "category") else _words(held, name)
    gaps = empty if kind in ("id", "text") else held.of_rows(held.where(GAPS))
    return Column(name, kind, held, held.as_written, gaps)


def _times(
    written: Written, held: Texts, name: str, told: bool, kind: pa.DataType, day_first: bool | None
) -> Times | None:
    """Moments; counts are times only where the name says so."""
    if pa.types.is_timestamp(kind):
        return times(held, written.number, name, day_first)
    if pa.types.is_boolean(kind) or pa.types.is_floating(kind) and not told:
        return None
    first = held.different[:200].to_pylist()
    there = [str(one) for one in first if one]
    dated = sum(any(sign.isdigit() for sign in one) and not one.lstrip("+-").replace(".", "", 1).isdigit() and len(one) < 50 for one in there)  # fmt: skip
    if not told and dated <= 0.5 * len(there) or not there:
        return None
    found = times(held, written.number, name, day_first)
    return None if found is not None and found.order_only and not told else found


def _native(cells: pa.ChunkedArray, held: Texts) -> Numbers | None:
    """A column that came with numbers."""
    kind = cells.type
    if pa.types.is_floating(kind):
        values = np.asarray(pc.fill_null(cells.cast(pa.float64()), np.nan))
        return Numbers(values, np.zeros(len(values), bool), held)
    return None


def _mark_of(held: Texts, decimal: str) -> str:
    """A column's own unmistakable numbers go before those of the table."""
    commas, points = evidence(held)
    return decimal if commas == points else "," if commas > points else "."


def _names_things(held: Texts, name: str) -> bool:
    """Whether digits are names: by the column's name, leading zeros, or their number."""
    if says_id(name):
        return True
    digits = held.different.filter(pc.match_substring_regex(held.different, r"^\d+$"))
    if not len(digits) or len(digits) < 0.9 * (len(held.different) - 1):
        return False
    zeros = pc.sum(pc.match_substring_regex(digits, r"^0\d+$")).as_py()
    longest = pc.max(pc.utf8_length(digits)).as_py()
    return bool(zeros) or longest >= LONG_DIGITS


def _words(held: Texts, name: str) -> str:
    """Categories come back; ids are many and have no blanks; texts are long."""
    if says_id(name) or _names_things(held, name):
        return "id"
    filled = held.different.filter(pc.not_equal(held.different, ""))
    rows = int(held.counts().sum())
    if not len(filled):
        return "category"
    length = float(pc.mean(pc.utf8_length(filled)).as_py())
    blanks = float(pc.mean(pc.match_substring(filled, " ").cast(pa.float64())).as_py())
    if length > LONG_TEXT and (blanks > 0.5 or not _ascii(filled)):
        return "text"
    if len(filled) <= max(20, 0.5 * rows):
        return "category"
    if blanks > 0.3 or not _ascii(filled) and length > 5:
        return "text"
    return "id" if len(filled) > ONCE * rows else "category"


def _ascii(filled: pa.Array) -> bool:
    return bool(pc.all(pc.string_is_ascii(filled.slice(0, 200))).as_py())


def _odd(written: Written, held: Texts, name: str, found: Numbers) -> tuple[Note, ...]:
    """Cells of a column of numbers that hold something else: which, and where."""
    notes = []
    marks = held.of_rows(held.where() & np.asarray(pc.not_equal(held.different, "")))
    for rows, sentence in (
        (found.odd, N_("Column {column} holds numbers, and something else in some rows, which count as gaps: {value} in {rows}.")),
        (marks, N_("Column {column} holds numbers, and a mark for a gap in some rows: {value} in {rows}.")),
    ):  # fmt: skip
        numbers_of_rows = written.number[rows]
        if len(numbers_of_rows):
            values = held.different.take(pa.array(np.unique(held.place[rows])[:4])).to_pylist()
            said = Note(sentence, {"column": name[:80], "value": ", ".join(f"“{str(v)[:20]}”" for v in values), "rows": listed(numbers_of_rows.tolist())})  # fmt: skip
            notes.append(said)
    return tuple(notes)
