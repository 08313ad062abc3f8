"""A table as a log: who watched what when, what was shown in vain, and what about that is doubtful.

N rows that are used
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow.compute as pc

from engine.errors import UserError
from engine.runs.frame import Array
from engine.tables.names import LOG, recognised
from engine.tables.notes import LeftOut, Note, listed, note
from engine.tables.roles.clock import LINE, day_of, in_order_of_lines, with_day
from engine.tables.roles.doubles import again_of
from engine.tables.roles.guesses import guessed_log
from engine.tables.roles.words import NO, YES
from engine.tables.typed.columns import GAPS, Column, column_of, decimal_of
from engine.tables.typed.text import compact, texts
from engine.tables.written.cells import Written

NEEDED = ("user", "item", "time")
WANTED = {
    "user": "id", "item": "id", "time": "time", "author": "id", "page": "id", "event": "category",
    "watched": "number", "length": "number", "rating": "number",
}  # fmt: skip
"""Role → the type that it has, whatever else its values could be."""
SHOWN_ONLY = (
    "impression",
    "impressions",
    "show",
    "shown",
    "exposure",
    "expose",
    "display",
    "displayed",
    "曝光",
    "展示",
    "0",
    "skip",
)
"""Events of something that was shown and not watched."""
LARGEST = 1e12
"""A watch time beyond it is none."""


@dataclass(frozen=True, slots=True, eq=False)
class LogTable:
    """The rows of a log in the file's order: user, item (N,) numbers into `users` and `items`, moments (N,) nanoseconds
    since 1970, `clicked` (N,) whether watched, `watched` (N,) the file's own watch times or None, `rating` (N,) or None.

    again     rows (N,) whose user, item and time stand in the file before, or there watched
    number    (N,) of each row in the file, from 1; roles  role → column
    """

    user: Array
    item: Array
    users: tuple[str, ...]
    items: tuple[str, ...]
    moments: Array
    clicked: Array
    watched: Array | None
    rating: Array | None
    again: Array
    number: Array
    used: Array
    roles: Mapping[str, str]
    columns: Mapping[str, Column]
    decimal: str
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(slots=True)
class Reading:
    """A log while it is read: which rows (N,) are used still, and what was said."""

    written: Written
    decimal: str
    used: Array
    columns: dict[str, Column] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def leave_out(self, marks: Array, sentence: Note) -> None:
        """Rows (N,) that are not used from now on."""
        rows = self.written.number[marks & self.used]
        if len(rows):
            values = {**sentence.values, "rows": listed(rows.tolist())}
            self.left_out.append(LeftOut(tuple(rows.tolist()), Note(sentence.sentence, values)))
            self.used &= ~marks


def read_log(
    written: Written, told: Mapping[str, str] | None = None, day_first: bool | None = None, decimal: str = ""
) -> LogTable:
    """The log in a table; `told` are the roles that somebody chose. Raises UserError where a role is missing."""
    decimal = decimal or decimal_of(written)
    now = Reading(written, decimal, np.ones(written.cells.num_rows, bool), left_out=list(written.left_out), notes=list(written.notes))  # fmt: skip
    if by_lines := (told or {}).get("time") == "":
        written = now.written = in_order_of_lines(written)
        now.notes.append(
            note("The order of the lines is time: the first lies a year before the last, and days are shares of that.")
        )
    roles = _roles(now, dict(told or {}) | ({"time": LINE} if by_lines else {}))
    if not by_lines and (day := day_of(written, roles["time"])):
        place = written.names.index(roles["time"])
        cells = written.cells.set_column(place, roles["time"], with_day(written, roles["time"], day))
        written = now.written = replace(written, cells=cells)
        now.notes.append(note("Column {column} holds a clock's time; its day is that of {day}.", column=roles["time"][:80], day=day[:80]))  # fmt: skip
    for role, name in roles.items():
        wanted = WANTED.get(role, "")
        now.columns[role] = column_of(written, name, now.decimal, wanted, day_first)
    moments = _moments(now, roles)
    user, users = _named(now, "user")
    item, items = _named(now, "item")
    clicked, watched = _watches(now)
    rating = _numbers(now, "rating")
    if rating is not None:
        now.leave_out(np.isnan(rating), note("Column {column} holds no number, and the rows are left out: {rows}.", column=roles["rating"][:80], rows=""))  # fmt: skip
    used = now.used
    if not used.any():
        raise _reason(now)
    again = again_of(user[used], item[used], moments[used], clicked[used], None if watched is None else watched[used])
    user, users = compact(user[used], users)
    item, items = compact(item[used], items)
    for column in now.columns.values():
        now.notes.extend(column.notes)
    return LogTable(
        user, item, users, items, moments[used], clicked[used], None if watched is None else watched[used],
        None if rating is None else rating[used], again, written.number[used], used, roles, now.columns, now.decimal,
        tuple(now.left_out), tuple(now.notes),
    )  # fmt: skip


def _reason(now: Reading) -> UserError:
    """Why no row is left."""
    if not now.left_out:
        return UserError("The file is empty.")
    why = now.left_out[-1].why
    return UserError(why.sentence, **why.values)


def _roles(now: Reading, told: dict[str, str]) -> dict[str, str]:
    """By what was told, by name, by content. Raises UserError where user, item or time is none of the columns."""
    names = now.written.names
    told = {role: name for role, name in told.items() if name or role not in NEEDED}
    for name in told.values():
        if name and name not in names:
            raise UserError("There is no column {column} in the table.", column=name[:80])
    free = [name for name in names if name not in told.values()]
    found = dict(told) | {role: name for role, name in recognised(free, LOG).items() if role not in told}
    if (
        "page" in found
        and "page" not in told
        and "user" not in told
        and _names_nobody(now.written, found.get("user", ""))
    ):
        found["user"] = found.pop("page")
        now.notes.append(note("No column names a user: a session is read as one, {column}.", column=found["user"][:80]))
    missing = [role for role in NEEDED if role not in found]
    if missing:
        guessed = guessed_log(now.written, now.decimal, found)
        found |= guessed
        if all(role in found for role in NEEDED):
            columns = ", ".join(name[:40] for name in guessed.values())
            now.notes.append(note("Told by what the columns hold, not by their names: {columns}.", columns=columns))
    if any(role not in found for role in NEEDED):
        raise UserError(
            "A log needs a user, an item and a time; found the columns {columns}. Name them user_id, item_id and timestamp, or say that there is no column of time: then the order of the lines is time.",
            columns=", ".join(names)[:120],
        )
    return {role: found[role] for role in (*NEEDED, *(one for one in LOG if one not in NEEDED)) if found.get(role)}


def _names_nobody(written: Written, name: str) -> bool:
    """Whether there is no column of users, or most of its rows hold none: NA, or always the same."""
    if not name:
        return True
    held = texts(written.column(name))
    nobody = int(held.counts()[held.where(GAPS)].sum())
    return len(held.different) < 2 or nobody > 0.5 * len(held.place)


def _moments(now: Reading, roles: Mapping[str, str]) -> Array:
    """(N,) nanoseconds since 1970. Raises UserError where most rows hold no time."""
    found = now.columns["time"].times
    if found is None:
        raise UserError(
            "Column {column} holds no time in row {row}. Write times as 2024-05-01 12:30:00, or as seconds since 1970.",
            column=roles["time"][:80], row=f"{int(now.written.number[0]) if len(now.written.number) else 1:,}",
        )  # fmt: skip
    now.left_out.extend(found.left_out)
    now.used &= found.known
    return found.moments


def _named(now: Reading, role: str) -> tuple[Array, tuple[str, ...]]:
    """(N,) numbers and names of users or items; a row without one is left out. Blanks at the ends are no part of a name."""
    column = now.columns[role]
    held = column.texts
    if held.as_written > len(held.different) - int(pc.sum(pc.equal(held.different, "")).as_py() or 0):
        now.notes.append(note("Column {column} holds the same name with and without blanks at its ends: they are one.", column=column.name[:80]))  # fmt: skip
    now.leave_out(column.missing, note("Column {column} is empty, and the rows are left out: {rows}.", column=column.name[:80], rows=""))  # fmt: skip
    return held.place.astype(np.int64), tuple(held.different.to_pylist())


def _watches(now: Reading) -> tuple[Array, Array | None]:
    """Whether each row was watched, and for how long in the file's own unit. A gap is a row that was not watched."""
    watched = _numbers(now, "watched")
    if watched is not None:
        watched = np.nan_to_num(watched, posinf=np.inf)
        bad = (watched < 0) | (watched > LARGEST)
        now.leave_out(bad, note("Column {column} holds no watch time, and the rows are left out: {rows}.", column=now.columns["watched"].name[:80], rows=""))  # fmt: skip
        watched = np.where(bad, 0.0, watched)
    if "clicked" in now.columns:
        return _flags(now, now.columns["clicked"]), watched
    if "event" in now.columns and watched is None:
        held = now.columns["event"].texts
        return ~held.of_rows(held.where(frozenset(SHOWN_ONLY))), watched
    return watched > 0 if watched is not None else np.ones(len(now.used), bool), watched


def _flags(now: Reading, column: Column) -> Array:
    """(N,) yes or no: numbers, what counts clicks too, or words."""
    if column.numbers is not None:
        values = np.nan_to_num(column.numbers.values)
        now.leave_out((values < 0) | column.numbers.odd, note("Column {column} must hold 0 and 1, and the rows are left out: {rows}.", column=column.name[:80], rows=""))  # fmt: skip
        return values > 0
    held = column.texts
    yes, no = held.where(YES), held.where(NO | {""})
    now.leave_out(held.of_rows(~yes & ~no), note("Column {column} must hold 0 and 1, and the rows are left out: {rows}.", column=column.name[:80], rows=""))  # fmt: skip
    return held.of_rows(yes)


def _numbers(now: Reading, role: str) -> Array | None:
    """(N,) floats, nan in a gap; None where there is no such column. Raises UserError where it holds words."""
    if role not in now.columns:
        return None
    column = now.columns[role]
    if column.numbers is None and bool(pc.all(pc.equal(column.texts.different, "")).as_py()):
        return np.full(len(now.used), np.nan)
    if column.numbers is None:
        wrong = np.flatnonzero(~column.texts.of_rows(column.texts.where()))
        row = int(now.written.number[wrong[0]]) if len(wrong) else 1
        raise UserError("Column {column} holds no number in row {row}.", column=column.name[:80], row=f"{row:,}")
    odd = column.numbers.odd
    now.leave_out(odd, note("Column {column} holds no number, and the rows are left out: {rows}.", column=column.name[:80], rows=""))  # fmt: skip
    return column.numbers.values
