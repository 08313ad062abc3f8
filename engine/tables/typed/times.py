"""Times, however they are written: nanoseconds since 1970, unit and format judged over the whole column.

No value is read by itself: 240501 is a day only among days, and 01/02/2024 is decided by its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.runs.frame import Array
from engine.tables.notes import N_, LeftOut, Note, listed, note
from engine.tables.typed.calendar import Parts, in_digits, nanoseconds, parts_of, seen_as
from engine.tables.typed.text import Texts

SECOND, DAY = 10**9, 86_400 * 10**9
EARLIEST, LATEST = 315_532_800, 2_208_988_800
"""1980 and 2040, in seconds since 1970: what a column of counts is looked for between."""
FIRST, LAST = -2_208_988_800, 7_258_118_400
"""1900 and 2200: what a written date may be."""
EXCEL = 25_569
"""Excel's number of 1 January 1970."""
UNITS = {"seconds": SECOND, "milliseconds": 10**6, "microseconds": 10**3, "nanoseconds": 1}
DIGITS = {
    "YYYYMMDD": "ymd", "YYYYMMDDHH": "ymdh", "YYYYMMDDHHMM": "ymdhm", "YYYYMMDDHHMMSS": "ymdhms", "YYMMDDHH": "2mdh", "YYMMDD": "2md",
}  # fmt: skip
MOST_WRONG = 0.5
"""The share of rows that may hold no time before a column is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """A column of times: moments (N,) in whole nanoseconds since 1970, `known` (N,), and how they were read.

    order_only   they are no dates: counted from 1970 as seconds, they put rows in order and no more
    """

    moments: Array
    known: Array
    form: str
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Note, ...] = ()
    order_only: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Different texts as moments (M,), which of them are plausible ones, the name of the form, and which are the moment 0,
    which stands for no time."""

    moments: Array
    right: Array
    form: str
    zero: Array


def times(column: Texts, number: Array, name: str, day_first: bool | None = None) -> Times | None:
    """A column's times, None where most of it holds none. `number` (N,) are the rows' own, for what is said of them."""
    gaps = column.where()
    counted = in_digits(column.different)
    counts = column.counts()
    there = max(int(counts[~gaps].sum()), 1)
    notes: tuple[Note, ...] = ()
    if int(counts[counted.right].sum()) > 0.5 * there:
        readings = _of_counts(counted)
        best = max(readings, key=lambda one: int(counts[one.right].sum()), default=None)
        if best is None or int(counts[best.right].sum()) <= MOST_WRONG * there:
            return _order_only(column, counted, name)
    else:
        found = parts_of(column.different)
        best, notes = _of_parts(found, counts, name, day_first)
        if int(counts[best.right].sum()) <= MOST_WRONG * there:
            return None
    return _whole(column, number, name, best, notes, gaps)


def _whole(column: Texts, number: Array, name: str, best: Reading, notes: tuple[Note, ...], gaps: Array) -> Times:
    """Rows without a time are named: gaps, what stands for none (a zero, 1970), what is in another unit, words."""
    counts = column.counts()
    late = int(counts[best.right & (best.moments >= EARLIEST * SECOND)].sum()) > 0.5 * counts[best.right].sum()
    zero = best.zero & late & ~gaps
    right = best.right & ~zero
    known = column.of_rows(right)
    left_out = []
    for marks, why in (
        (~right & gaps, N_("Column {column} holds no time, and the rows are left out: {rows}.")),
        (zero, N_("Column {column} holds 1970-01-01, which stands for no time, and the rows are left out: {rows}.")),
        (~right & ~gaps & ~zero, N_("Column {column} holds no time, or one in another unit than the rest, and the rows are left out: {rows}.")),
    ):  # fmt: skip
        rows = number[column.of_rows(marks)]
        if len(rows):
            said = Note(why, {"column": name[:80], "rows": listed(rows.tolist())})
            left_out.append(LeftOut(tuple(rows.tolist()), said))
    return Times(column.of_rows(best.moments), known, best.form, tuple(left_out), notes)


def _of_counts(counted: Parts) -> list[Reading]:
    """Every way in which digits may be meant, each with what is plausible in it."""
    found = []
    for form, digits in DIGITS.items():
        moments, right = seen_as(counted, digits)
        found.append(Reading(moments, right & _between(moments), form, counted.right & (counted.whole == 0)))
    whole, part = counted.whole, counted.fraction
    for form, size in UNITS.items():
        found.append(_count(form, whole, part, counted.right, size, 0))
    found.append(_count("days", whole, part, counted.right, DAY, 0))
    found.append(_count("Excel days", whole, part, counted.right, DAY, EXCEL))
    return found


def _count(form: str, whole: Array, fraction: Array, right: Array, size: int, since: int) -> Reading:
    """A count of units since a day: whole ones exactly, their fraction (of 10⁹) to the nanosecond."""
    near = np.abs(whole.astype(np.float64) - since) < LATEST * float(SECOND) / size
    moments = np.where(near, whole - since, 0) * size
    moments = moments + (fraction.astype(np.float64) / 1e9 * size).round().astype(np.int64)
    if size == DAY:  # a day's fraction has five digits or so: whole seconds were meant
        moments = (moments + SECOND // 2) // SECOND * SECOND
    return Reading(moments, right & near & _between(moments), form, right & near & (np.abs(moments) < DAY))


def _between(moments: Array) -> Array:
    seconds = moments // SECOND
    return (seconds >= EARLIEST) & (seconds < LATEST)


def _order_only(column: Texts, counted: Parts, name: str) -> Times | None:
    near = np.abs(counted.whole.astype(np.float64)) < LAST
    right = counted.right & near
    if not right.all():
        right = right & ~column.where()
    moments = np.where(right, counted.whole, 0) * SECOND + np.where(right, counted.fraction, 0)
    said = note("Column {column} holds counts that are no dates in any unit: they put the rows in order, as seconds from 1970.", column=name[:80])  # fmt: skip
    return Times(column.of_rows(moments), column.of_rows(right), "a count", (), (said,), True)


def _of_parts(found: Parts, counts: Array, name: str, day_first: bool | None) -> tuple[Reading, tuple[Note, ...]]:
    """Written dates. Which of two numbers is the day is told by one above 12, by a point between them, or by the shorter
    span of the whole column."""

    def read(first: bool) -> Reading:
        moments, right = nanoseconds(found, first)
        seconds = moments // SECOND
        right &= (seconds >= FIRST) & (seconds < LAST)
        return Reading(moments, right, "dates", right & (np.abs(moments) < DAY))

    open_order = found.swapped
    if not open_order.any():
        return read(True), ()
    readings = {first: read(first) for first in (True, False)}
    if day_first is not None:
        return readings[day_first], ()
    fits = {first: int(counts[one.right & open_order].sum()) for first, one in readings.items()}
    spans = {first: _span(one) for first, one in readings.items()}
    first, why = _order_of_days(found, fits, spans)
    notes = []
    if why or min(fits.values()) > 0.98 * max(fits.values()):
        days = {k: f"{v / DAY:,.0f}" for k, v in spans.items()}
        sentence = (
            N_("Dates of column {column} were read with the day first: they span {days} days, and {other} with the month first.")
            if first
            else N_("Dates of column {column} were read with the month first: they span {days} days, and {other} with the day first.")
        )  # fmt: skip
        notes.append(Note(sentence, {"column": name[:80], "days": days[first], "other": days[not first]}))
    return readings[first], tuple(notes)


def _order_of_days(found: Parts, fits: dict[bool, int], spans: dict[bool, int]) -> tuple[bool, bool]:
    """Whether the day comes first, and whether that was a choice between two that fit."""
    if fits[True] != fits[False]:
        return fits[True] > fits[False], False
    if found.pointed:
        return True, spans[True] > spans[False]
    return spans[True] <= spans[False], True


def _span(one: Reading) -> int:
    there = one.moments[one.right]
    return int(there.max() - there.min()) if len(there) else 0
