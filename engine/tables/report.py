"""What a file was read as, as one JSON object: for whoever prepares a file, for tests, and for the line on a page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from engine.errors import UserError
from engine.tables.notes import LeftOut, Note, note
from engine.tables.roles import label_doubts, log_doubts
from engine.tables.roles.labels import read_labels
from engine.tables.roles.log import LogTable, read_log
from engine.tables.roles.pairs import read_pairs
from engine.tables.told import Told
from engine.tables.typed.columns import Column, column_of, decimal_of
from engine.tables.written.cells import Written
from engine.tables.written.file import read_file, read_text

KINDS = ("log", "table", "pairs", "text")
ROLES: Mapping[str, tuple[str, ...]] = {
    "log": ("user", "item", "time", "watched", "clicked", "rating", "length", "author", "uploaded", "page", "event"),
    "pairs": ("query", "document", "label", "query_id", "score"),
    "table": ("label", "feature", "group", "time", "weight", "score"),
    "text": (),
}
"""What a column may be told to be."""


def report(data: bytes, kind: str, told: Told, latest: bool = False) -> dict[str, Any]:
    """What a file holds, read as one of `KINDS`. Raises UserError where it cannot be."""
    if kind == "text":
        return _of_text(data, told.encoding)
    written = read_file(data, told, blanks=kind != "pairs")
    decimal = told.decimal or decimal_of(written)
    if kind == "log":
        return _of_log(written, decimal, told, latest)
    return _of_pairs(written, decimal, told) if kind == "pairs" else _of_table(written, decimal, told)


def refusal(error: UserError) -> dict[str, str]:
    """The report of a file that is refused."""
    return {"refused": str(error)}


def _whole(
    written: Written, decimal: str, columns: Iterable[tuple[Column, str]], left_out: Sequence[LeftOut], warnings: Iterable[Note]
) -> dict[str, Any]:  # fmt: skip
    return {
        "encoding": written.encoding or None,
        "separator": written.separator or None,
        "decimal": decimal,
        "header": written.header,
        "rows": written.rows,
        "columns": [
            {"name": column.name, "type": column.type, "role": role or None, "distinct": column.distinct, "missing": int(column.missing.sum())}
            for column, role in columns
        ],
        "left_out": [{"rows": list(one.rows), "why": str(one.why)} for one in left_out],
        "warnings": list(dict.fromkeys(map(str, warnings))),
    }  # fmt: skip


def _with_roles(
    written: Written, decimal: str, roles: Mapping[str, str], known: Mapping[str, Column]
) -> Iterable[tuple[Column, str]]:
    """Every column of the file with its role."""
    of_column = {name: role for role, name in roles.items()}
    for name in written.names:
        role = of_column.get(name, "")
        yield known[role] if role else column_of(written, name, decimal), role


def _of_log(written: Written, decimal: str, told: Told, latest: bool) -> dict[str, Any]:
    log = read_log(written, told.one, told.day_first, decimal)
    columns = _with_roles(written, decimal, log.roles, log.columns)
    found = _whole(written, decimal, columns, log.left_out, (*log.notes, *log_doubts.doubts(log)))
    times = log.columns["time"].times
    dated = times is not None and not times.order_only
    found |= {
        "users": len(log.users),
        "items": len(log.items),
        "watches": int((log.clicked & ~log.again).sum()),
        "doubles": int(log.again.sum()),
        "first": iso(int(log.moments.min())) if dated else None,
        "last": iso(int(log.moments.max())) if dated else None,
    }
    return found | ({"latest": latest_of(log)} if latest else {})


def iso(moment: int) -> str:
    """Nanoseconds since 1970 as ISO 8601, in UTC, with no more digits than it has."""
    text = str(np.datetime_as_string(np.int64(moment).astype("datetime64[ns]")))
    whole, _, part = text.partition(".")
    return f"{whole}.{part.rstrip('0')}" if part.rstrip("0") else whole


def latest_of(log: LogTable) -> dict[str, str]:
    """Each user's newest watch."""
    return {log.users[log.user[row]]: log.items[log.item[row]] for row in log_doubts.newest(log)}


def _of_pairs(written: Written, decimal: str, told: Told) -> dict[str, Any]:
    pairs = read_pairs(written, told.one, decimal)
    columns = _with_roles(written, decimal, pairs.roles, pairs.columns)
    found = _whole(written, decimal, columns, pairs.left_out, pairs.notes)
    positives = len(pairs.query) if pairs.label is None else int((pairs.label > 0).sum())
    return found | {
        "queries": len(pairs.queries), "documents": len(pairs.documents), "pairs": len(pairs.query),
        "positives": positives, "grades": pairs.grades(),
    }  # fmt: skip


def _of_table(written: Written, decimal: str, told: Told) -> dict[str, Any]:
    table = read_labels(written, told.roles, told.day_first, decimal)
    columns = ((column, table.roles[name]) for name, column in table.columns.items())
    found = _whole(written, decimal, columns, table.left_out, (*table.notes, *label_doubts.doubts(table)))
    labels = {name: table.labels[name].positives if name in table.labels else None for name, role in table.roles.items() if role == "label"}  # fmt: skip
    return found | {"labels": labels}


def _of_text(data: bytes, encoding: str) -> dict[str, Any]:
    text, name, notes = read_text(data, encoding)
    marks = sum(unicodedata.combining(sign) > 0 for sign in set(text))
    if marks:
        notes = (*notes, note("Letters and their marks stand apart in this text: {count} marks count as characters.", count=marks))  # fmt: skip
    return {
        "encoding": name, "separator": None, "decimal": None, "header": None, "rows": text.count("\n") + (text[-1:] not in ("", "\n")),
        "columns": [], "left_out": [], "warnings": [str(one) for one in notes], "characters": len(text), "alphabet": len(set(text)),
    }  # fmt: skip
