"""Roles told by what columns hold, where no name tells them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.tables.typed.columns import Column, column_of
from engine.tables.typed.times import times
from engine.tables.written.cells import Written

FEW = 21
"""Different values of a rating: half a star to ten."""
EVENTS = 15


def guessed_log(written: Written, decimal: str, known: Mapping[str, str]) -> dict[str, str]:
    """The roles of a log that are not `known`. The time is what reads as dates or as counts since 1970; of what is left the
    first two columns of whole names are user and item; a rating, a click or an event may stand beside them."""
    columns = {name: column_of(written, name, decimal) for name in written.names if name not in known.values()}
    found: dict[str, str] = {}
    if "time" not in known:
        moments = [name for name, column in columns.items() if _is_time(column, written)]
        if moments:
            found["time"] = max(moments, key=lambda name: columns[name].distinct)
    left = [name for name in columns if name not in found.values()]
    names = [name for name in left if _names_somebody(columns[name]) and not _rates(columns[name])]
    wanted = [role for role in ("user", "item") if role not in known]
    if len(names) < len(wanted):  # a few users look like a few stars
        names = [name for name in left if _names_somebody(columns[name])]
    for role in wanted:
        if names:
            found[role] = names.pop(0)
    if not written.header:
        found |= _beside(columns, [name for name in left if name not in found.values()], known)
    return found


def _is_time(column: Column, written: Written) -> bool:
    if column.times is not None:
        return not column.times.order_only
    if column.type not in ("number", "id") or column.distinct < 3:
        return False
    read = times(column.texts, written.number, column.name)
    if read is None or read.order_only or read.form not in ("seconds", "milliseconds", "microseconds", "nanoseconds") and column.distinct < 5:  # fmt: skip
        return False
    return read.known.mean() > 0.9 and read.form not in ("days", "Excel days", "YYMMDD", "YYMMDDHH")


def _names_somebody(column: Column) -> bool:
    """Whether values name things: words without a fraction that come back, more than a few."""
    if column.type in ("time", "text") or column.distinct < 3:
        return False
    if column.numbers is not None:
        return column.numbers.whole() is not None
    return True


def _rates(column: Column) -> bool:
    """Whether numbers are a rating: a few values up to 10, and many rows."""
    if column.numbers is None or column.distinct > FEW:
        return False
    values = column.numbers.values[~np.isnan(column.numbers.values)]
    return bool(len(values) and values.min() >= 0 and values.max() <= 10 and len(values) > 10 * column.distinct)


def _beside(columns: Mapping[str, Column], left: list[str], known: Mapping[str, str]) -> dict[str, str]:
    """Rating, click and event of a file without names."""
    found: dict[str, str] = {}
    for name in left:
        column = columns[name]
        role = ""
        if column.numbers is not None and column.distinct == 2 and set(np.unique(column.numbers.values)) == {0.0, 1.0}:
            role = "clicked"
        elif column.numbers is not None and _rates_alone(column):
            role = "rating"
        elif column.type == "category" and 2 <= column.distinct <= EVENTS:
            role = "event"
        if role and role not in found and role not in known:
            found[role] = name
    return found


def _rates_alone(column: Column) -> bool:
    values = column.numbers.values if column.numbers is not None else np.zeros(0)
    return column.distinct <= FEW and bool(len(values) and np.nanmin(values) >= 0 and np.nanmax(values) <= 10)
