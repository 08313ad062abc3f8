"""The formats of a user's own log: MovieLens' three, KuaiRand's columns, any table with user, item and time.

N events, in order of time
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.errors import UserError
from engine.recommender.own_log.columns import recognised, row_of, seconds_of, unit_of
from engine.recommender.own_log.times import moments_of, times
from engine.runs.frame import Array
from engine.tables.table import read_table

MOST_ROWS = 1_200_000
"""A million events train in about two minutes, in about a gigabyte."""
MOVIELENS = ("userId", "movieId", "rating", "timestamp")
YES, NO = ("1", "true", "yes", "y", "t", "是"), ("0", "false", "no", "n", "f", "", "否")
LARGEST = 1e12
"""A watch time beyond it is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """user, item (N,) numbers into `users` and `items`, the file's own names as text; time (N,) whole seconds since 1970.

    clicked   (N,) whether it was watched; all of them, where the file holds watches alone
    minutes   (N,) watched, 0 where not clicked; None where the file has no watch times
    rating    (N,) or None
    length    (I,) minutes of each item, nan where unknown; author (I,) a number or -1; uploaded (I,) seconds or nan
    page      (N,) a number of what was shown together; None where the file does not say
    found     what the file was read as: role → its column
    unit      seconds that one of the file's watch times counts
    twice     rows that stood there again: the same user, item and time
    """

    users: tuple[str, ...]
    items: tuple[str, ...]
    user: Array
    item: Array
    time: Array
    clicked: Array
    minutes: Array | None
    rating: Array | None
    length: Array
    author: Array
    uploaded: Array
    page: Array | None
    found: dict[str, str]
    unit: float = 1.0
    twice: int = 0

    def __len__(self) -> int:
        return len(self.user)


def read_events(data: bytes) -> Events:
    """The events of a file, whichever of the formats it is in, sorted by time, each once. Raises UserError where it is
    none of them, with what to change."""
    frame = read_table(_with_names(data), "", MOST_ROWS)
    found = recognised(frame.columns)
    missing = [role for role in ("user", "item", "time") if role not in found]
    if missing:
        raise UserError(
            "A log needs a user, an item and a time; found the columns {columns}. Name them user_id, item_id and timestamp.",
            columns=", ".join(map(str, frame.columns))[:120],
        )
    for role in ("user", "item"):
        row = row_of(frame[found[role]].isna())
        if row:
            raise UserError("Column {column} is empty in row {row}.", column=found[role][:80], row=row)
    return _sorted(frame, found)


def _with_names(data: bytes) -> bytes:
    """Formats without a first line of names get one; the others stay as they are."""
    if data[:2] in (b"PK", b"\x1f\x8b"):
        raise UserError("This is a packed archive. Unpack it, and upload the table inside.")
    if data[:4] == b"PAR1":
        return data
    first = data[:4_096].lstrip(b"\xef\xbb\xbf\r\n").split(b"\n")[0].rstrip(b"\r")
    if b"::" in first:
        if first.count(b"::") != 3:
            raise UserError(
                "A line of ratings.dat has 4 values between “::”, not {found}.", found=first.count(b"::") + 1
            )
        return "\t".join(MOVIELENS).encode() + b"\n" + data.lstrip(b"\xef\xbb\xbf").replace(b"::", b"\t")
    mark = max((b"\t", b",", b";"), key=first.count)
    values = first.split(mark)
    if not all(_is_number(value) for value in values):
        return data
    if len(values) != 4:
        raise UserError(
            "The first line holds numbers. Put the names of the columns there: user_id, item_id, timestamp."
        )
    return mark.join(name.encode() for name in MOVIELENS) + b"\n" + data.lstrip(b"\xef\xbb\xbf\r\n")  # u.data


def _is_number(value: bytes) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _sorted(frame: pd.DataFrame, found: dict[str, str]) -> Events:
    time = np.floor(times(frame[found["time"]], found["time"]) * 1e3)  # milliseconds put in order what is in one second
    clicked, minutes, unit = _watches(frame, found)
    rating = _numbers(frame, found, "rating")
    if rating is not None:
        _refuse_words(np.isnan(rating), found["rating"])
    user, users = _numbered(frame[found["user"]])
    item, items = _numbered(frame[found["item"]])
    longest = minutes if minutes is not None else np.zeros(len(frame))
    order = np.lexsort((-longest, ~clicked, item, user, time))  # of what stands there twice, the watched is kept
    same = np.ones(len(order) - 1, bool)
    for part in (user, item, time):
        same &= part[order][1:] == part[order][:-1]
    kept = np.sort(order[np.concatenate(([True], ~same))])
    kept = kept[np.argsort(time[kept], kind="stable")]  # the file's order where times are equal
    page = _numbered(frame[found["page"]])[0] if "page" in found else None
    length, author, uploaded = _of_items(frame, found, item, len(items), unit)
    return Events(
        users, items, user[kept], item[kept], np.floor(time[kept] / 1e3).astype(np.int64), clicked[kept],
        None if minutes is None else np.where(clicked[kept], minutes[kept], 0.0),
        None if rating is None else rating[kept],
        length, author, uploaded, None if page is None else page[kept], found, unit, int(same.sum()),
    )  # fmt: skip


def _numbered(values: pd.Series[Any]) -> tuple[Array, tuple[str, ...]]:
    """(N,) a number for each value, and their names."""
    numbers, names = pd.factorize(values)
    return numbers.astype(np.int64), tuple(_name(name) for name in names)


def _name(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _watches(frame: pd.DataFrame, found: dict[str, str]) -> tuple[Array, Array | None, float]:
    """Whether each row was watched, for how many minutes, and the unit. A gap is a row that was not watched."""
    watched = _numbers(frame, found, "watched")
    unit = 1.0
    if watched is not None:
        watched = np.nan_to_num(watched)
        row = row_of((watched < 0) | (watched > LARGEST))
        if row:
            raise UserError("Column {column} holds no watch time in row {row}.", column=found["watched"][:80], row=row)
        unit = seconds_of(found["watched"], watched)
    if "clicked" in found:
        clicked = _flags(frame[found["clicked"]], found["clicked"])
    else:
        clicked = watched > 0 if watched is not None else np.ones(len(frame), bool)
    return clicked, None if watched is None else watched * unit / 60.0, unit


def _flags(values: pd.Series[Any], name: str) -> Array:
    """(N,) yes or no: numbers, what counts clicks too, or words."""
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        numbers = np.nan_to_num(values.to_numpy("float64", na_value=np.nan))
        _refuse_flags(numbers < 0, name)
        return numbers > 0
    words = values.astype("string").str.strip().str.lower().fillna("")
    yes = words.isin(YES).to_numpy(bool)
    _refuse_flags(~(yes | words.isin(NO).to_numpy(bool)), name)
    return yes


def _refuse_flags(marks: Array, name: str) -> None:
    if row := row_of(marks):
        raise UserError("Column {column} must hold 0 and 1; row {row} does not.", column=name[:80], row=row)


def _refuse_words(marks: object, name: str) -> None:
    if row := row_of(marks):
        raise UserError("Column {column} holds no number in row {row}.", column=name[:80], row=row)


def _numbers(frame: pd.DataFrame, found: dict[str, str], role: str) -> Array | None:
    """(N,) floats, nan in a gap; None where there is no such column. Raises UserError on a word."""
    if role not in found:
        return None
    values = frame[found[role]]
    numbers = pd.to_numeric(values, errors="coerce")
    _refuse_words(numbers.isna() & values.notna(), found[role])
    return numbers.to_numpy("float64", na_value=np.nan)


def _of_items(
    frame: pd.DataFrame, found: dict[str, str], item: Array, items: int, unit: float
) -> tuple[Array, Array, Array]:
    """(I,) each: what is known of an item, from the first row that tells it."""
    length, author, uploaded = np.full(items, np.nan), np.full(items, -1, np.int64), np.full(items, np.nan)
    if "length" in found:
        values = pd.to_numeric(frame[found["length"]], errors="coerce").to_numpy("float64", na_value=np.nan)
        known = np.isfinite(values) & (values > 0)
        seconds = unit_of(found["length"]) or (
            unit if "watched" in found else seconds_of(found["length"], values[known])
        )
        length = _first(item, values * seconds / 60.0, known, length)
    if "author" in found:
        numbers = _numbered(frame[found["author"]])[0]
        author = _first(item, numbers, numbers >= 0, author)
    if "uploaded" in found:
        moments = moments_of(frame[found["uploaded"]])
        uploaded = _first(item, moments, np.isfinite(moments), uploaded)
    return length, author, uploaded


def _first(item: Array, values: Array, known: Array, into: Array) -> Array:
    rows = np.flatnonzero(known)[::-1]
    into[item[rows]] = values[rows]  # the last one written is the first row
    return into
