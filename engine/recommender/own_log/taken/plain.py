"""A log in a plain file, in code that is taken away, and whether that reads it as the page did."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import pandas as pd

from engine.recommender.own_log.formats import Events, read_events
from engine.recommender.own_log.log import OwnLog, log_of
from engine.runs.frame import Array
from engine.tables.beside import apart
from engine.tables.opened import Opened
from engine.tables.roles.doubles import again_of
from engine.tables.told import told as decisions
from engine.taken import plain
from engine.taken.plain import moment, number
from engine.taken.reading import as_text

TIMES = ("seconds", "milliseconds", "day", "moment")
"""What may make moments of a column of text, of `engine.taken.plain`."""
READ = '''def read(file: str) -> Events:
    """{count} events as the page read them."""
    text = cells(file, {arguments})
    return events_of(text, {time}(text[{name!r}]), {unit!r}, {roles})
'''
NUMBERS = ("clicked", "watched", "rating", "length")
USED = ("user", "item", *NUMBERS, "author", "page")


def events_of(text: pd.DataFrame, time: pd.Series[pd.Timestamp], unit: float, **roles: str) -> Events:
    """The events in a table of text by the names of its columns, each once, in order of time; watch times count `unit` seconds."""
    numbers = {role: number(text[roles[role]]).to_numpy() for role in NUMBERS if role in roles}
    moments = time.astype("int64").to_numpy()
    (user, users), (item, items) = (pd.factorize(text[roles[role]]) for role in ("user", "item"))
    watched = np.nan_to_num(numbers["watched"]) if "watched" in numbers else None
    clicked = np.nan_to_num(numbers["clicked"]) > 0 if "clicked" in numbers else np.ones(len(text), bool)
    if "clicked" not in numbers and watched is not None:
        clicked = watched > 0
    kept = np.flatnonzero(~again_of(user, item, moments, clicked, watched))
    kept = kept[np.argsort(moments[kept], kind="stable")]
    length, author = np.full(len(items), np.nan), np.full(len(items), -1)
    if "length" in numbers:
        there = np.nan_to_num(numbers["length"]) > 0
        length = first_of_each(item, numbers["length"] * unit / 60.0, there, length)
    if "author" in roles:
        codes, _ = pd.factorize(text[roles["author"]])
        author = first_of_each(item, codes, (text[roles["author"]] != "").to_numpy(), author)
    page = pd.factorize(text[roles["page"]])[0][kept] if "page" in roles else None
    minutes = None if watched is None else np.where(clicked, watched * unit / 60.0, 0.0)[kept]
    found = {name: name for name in roles}
    return Events(
        tuple(users), tuple(items), user[kept], item[kept], moments[kept] // 10**9, clicked[kept], minutes,
        numbers["rating"][kept] if "rating" in numbers else None, length, author, uploaded_of(text, roles, item, len(items)),
        page, found, Opened("", "", "", True, len(text), tuple(map(str, text))), unit, len(text) - len(kept),
    )  # fmt: skip


def uploaded_of(text: pd.DataFrame, roles: Mapping[str, str], item: Array, count: int) -> Array:
    """(I,) seconds since 1970 at which each item was uploaded, nan where no row tells."""
    none = np.full(count, np.nan)
    if "uploaded" not in roles:
        return none
    moments = moment(text[roles["uploaded"]])
    return first_of_each(item, moments.astype("int64").to_numpy() / 10**9, moments.notna().to_numpy(), none)


def first_of_each(item: Array, values: Array, known: Array, into: Array) -> Array:
    """Values (N,) → one for each item, from the first row that tells it."""
    rows = np.flatnonzero(known)[::-1]
    into[item[rows]] = values[rows]  # the last one written is the first row
    return into


def of_log(data: bytes, rated: str, told: str) -> str:
    """A function `read` that reads the events of a log; "" where that takes more than a few lines. Raises UserError where the
    file cannot be used."""
    data, _ = apart(data)
    real = read_events(data, decisions(told))
    roles = {role: name for role, name in real.found.items() if role in (*USED, "uploaded")}
    if real.opened.left_out or "time" not in real.found or "event" in real.found and "watched" not in real.found:
        return ""
    for call in as_text(data, real.opened):
        for time in TIMES:
            try:
                made = events_of(call.text, getattr(plain, time)(call.text[real.found["time"]]), real.unit, **roles)
            except Exception:  # pandas raises whatever its parsers do
                continue
            if _alike(log_of(made, rated), log_of(real, rated)):
                said = ", ".join(f"{role}={name!r}" for role, name in roles.items())
                return READ.format(count=f"{len(made):,}", arguments=call.arguments, time=time, name=real.found["time"], unit=real.unit, roles=said)  # fmt: skip
    return ""


def _alike(one: OwnLog, other: OwnLog) -> bool:
    """Whether two logs say the same of every watch, item and user."""
    same = all(getattr(one, name) == getattr(other, name) for name in ("items", "users", "days", "timed", "ranked"))
    parts = ((one.log, other.log), (one.videos, other.videos))
    return same and all(
        np.array_equal(getattr(a, field.name), getattr(b, field.name), equal_nan=True)
        for a, b in parts for field in dataclasses.fields(a)
    )  # fmt: skip
