"""The events of a user's own log: MovieLens' and KuaiRand's formats, any table with user, item and time.

N events, in order of time
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.errors import UserError
from engine.recommender.own_log.columns import seconds_of
from engine.runs.frame import Array
from engine.tables.names import unit_of
from engine.tables.opened import Opened, opened
from engine.tables.roles.log import LogTable, read_log
from engine.tables.roles.log_doubts import doubts
from engine.tables.table import FEWEST_ROWS
from engine.tables.told import Told
from engine.tables.written.file import NOTHING, read_file

MOST_ROWS = 1_200_000
"""A million events train in about two minutes, in about a gigabyte."""
SECOND = 10**9


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
    opened    how the file was read, and what about it is doubtful
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
    opened: Opened
    unit: float = 1.0
    twice: int = 0

    def __len__(self) -> int:
        return len(self.user)


def read_events(data: bytes, told: Told = NOTHING) -> Events:
    """The events of a file, whichever of the formats it is in, sorted by time, each once. `told` overrules what the file
    seems to be. Raises UserError where it is no log, with what to change."""
    written = read_file(data, told, MOST_ROWS)
    if written.rows < FEWEST_ROWS:
        raise UserError("The table has {rows} rows; at least {least} are needed.", rows=written.rows, least=FEWEST_ROWS)
    log = read_log(written, told.one, told.day_first, told.decimal)
    about = opened(written, log.decimal, log.left_out, (*log.notes, *doubts(log)), log.roles)
    return _sorted(log, about)


def _sorted(log: LogTable, about: Opened) -> Events:
    """Each event once, in order of time to the nanosecond; in the file's order where times are equal."""
    kept = np.flatnonzero(~log.again)
    kept = kept[np.argsort(log.moments[kept], kind="stable")]
    minutes, unit = None, 1.0
    if log.watched is not None:
        unit = seconds_of(log.roles["watched"], log.watched)
        minutes = np.where(log.clicked, log.watched * unit / 60.0, 0.0)[kept]
    page = log.columns["page"].texts.place[log.used].astype(np.int64) if "page" in log.columns else None
    length, author, uploaded = _of_items(log, unit)
    return Events(
        log.users, log.items, log.user[kept], log.item[kept], log.moments[kept] // SECOND, log.clicked[kept], minutes,
        None if log.rating is None else log.rating[kept], length, author, uploaded,
        None if page is None else page[kept], dict(log.roles), about, unit, int(log.again.sum()),
    )  # fmt: skip


def _of_items(log: LogTable, unit: float) -> tuple[Array, Array, Array]:
    """(I,) each: what is known of an item, from the first row that tells it."""
    count = len(log.items)
    length, author, uploaded = np.full(count, np.nan), np.full(count, -1, np.int64), np.full(count, np.nan)
    held = {role: log.columns[role] for role in ("length", "author", "uploaded") if role in log.columns}
    if "length" in held and (numbers := held["length"].numbers) is not None:
        values = numbers.values[log.used]
        known = np.isfinite(values) & (values > 0)
        name = log.roles["length"]
        seconds = unit_of(name) or (unit if log.watched is not None else seconds_of(name, values[known]))
        length = _first(log.item, values * seconds / 60.0, known, length)
    if "author" in held:
        column = held["author"]
        author = _first(log.item, column.texts.place[log.used], ~column.missing[log.used], author)
    if "uploaded" in held and (times := held["uploaded"].times) is not None:
        uploaded = _first(log.item, times.moments[log.used] / SECOND, times.known[log.used], uploaded)
    return length, author, uploaded


def _first(item: Array, values: Array, known: Array, into: Array) -> Array:
    rows = np.flatnonzero(known)[::-1]
    into[item[rows]] = values[rows]  # the last one written is the first row
    return into


def bare(events: Events) -> Events:
    """What a page says of events, without them."""
    none = np.zeros(0)
    return replace(
        events, users=(), items=(), user=none, item=none, time=none, clicked=none, minutes=None, rating=None, length=none,
        author=none, uploaded=none, page=None,
    )  # fmt: skip
