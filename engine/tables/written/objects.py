"""JSON as rows of cells: a list of objects, one object a line, columns side by side, or SQuAD's articles.

Numbers keep the digits that they are written in. A list of documents under one query becomes a row for each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from engine.errors import UserError
from engine.tables.names import PAIRS, plain
from engine.tables.notes import Note, note
from engine.tables.written.cells import Written, check_names

START = re.compile(rb"\s*[{\[]")
VALUES = (b"{", b"[", b'"', b"]", b"}", b"-", b"null", b"true", b"false", *(b"%d" % digit for digit in range(10)))
"""How JSON begins, and what may stand behind that."""
POSITIVE, NEGATIVE = (
    ("pos", "positive", "positives", "positivepassages"),
    ("neg", "negative", "negatives", "negativepassages"),
)
CONSTANTS = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
IMPOSSIBLE = "is_impossible"
Row = dict[str, Any]


def is_json(data: bytes) -> bool:
    """Whether a text may be JSON: by its first sign, and what stands behind it."""
    found = START.match(data)
    if found is None:
        return False
    rest = data[found.end() : found.end() + 200].lstrip()
    return not rest or rest.startswith(VALUES)


def read_objects(data: bytes, most_columns: int = 200) -> Written:
    """The table in JSON. Raises UserError where there is none."""
    rows: list[Row] = []
    notes: list[Note] = []
    names: dict[str, None] = {}
    for row in _rows(data, notes):
        names.update(dict.fromkeys(row))
        if len(names) > most_columns:
            raise UserError(
                "The table has {columns} columns; the limit is {limit}.", columns=len(names), limit=most_columns
            )
        rows.append(row)
    if not rows or not names:
        raise UserError("The file is empty.")
    check_names(list(names))
    columns = [pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in names]
    stripped = [name.strip() for name in names]
    return Written(
        tuple(stripped), pa.table(columns, names=stripped), len(rows), np.arange(1, len(rows) + 1), notes=tuple(notes)
    )


def _loaded(text: str | bytes) -> Any:
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=lambda word: CONSTANTS[word])


def _rows(data: bytes, notes: list[Note]) -> Iterator[Row]:
    listed = impossible = 0
    for row in _objects(data):
        if not isinstance(row, Mapping):
            raise UserError("A row of JSON is an object with names; found {value}.", value=str(row)[:40])
        if "paragraphs" in row:
            for asked in _of_article(row):
                impossible += asked.get("label") == "0"
                yield asked
            continue
        several = list(_apart({str(key): value for key, value in row.items()}))
        listed += len(several) > 1
        yield from several
    if impossible:
        notes.append(
            note("Questions that their context does not answer are no positives: {count}.", count=f"{impossible:,}")
        )
    if listed:
        notes.append(
            note("Lists of documents were taken apart, a row for each: {rows} rows held one.", rows=f"{listed:,}")
        )


def _objects(data: bytes) -> Iterable[Any]:
    try:
        whole = _loaded(data)
    except (ValueError, RecursionError):
        return _lines(data)
    if isinstance(whole, list):
        return whole
    if not isinstance(whole, Mapping):
        return [whole]
    if whole and all(isinstance(value, list) for value in whole.values()) and set(whole) != {"data"}:
        return _beside(whole)
    inside = whole.get("data", [whole])
    if not isinstance(inside, list):
        raise UserError("A row of JSON is an object with names; found {value}.", value=str(inside)[:40])
    return inside


def _beside(whole: Mapping[str, list[Any]]) -> list[Row]:
    """Columns as lists of one length; else one row that holds lists."""
    lengths = {len(value) for value in whole.values()}
    if len(lengths) != 1 or len(whole) < 2:
        return [dict(whole)]
    return [dict(zip(whole, values, strict=True)) for values in zip(*whole.values(), strict=True)]


def _lines(data: bytes) -> Iterator[Any]:
    """An object a line. Only a line feed ends one: what Unicode calls a line separator may stand in a text."""
    begin, number = 0, 0
    while begin < len(data):
        end = data.find(b"\n", begin)
        end = len(data) if end < 0 else end
        line = data[begin:end].strip()
        begin, number = end + 1, number + 1
        if line:
            try:
                yield _loaded(line)
            except (ValueError, RecursionError):
                raise UserError("Line {number} is no JSON.", number=number) from None


def _of_article(article: Mapping[str, Any]) -> Iterator[Row]:
    """SQuAD's form: paragraphs with a context and questions on it; some of these the context does not answer."""
    try:
        for paragraph in article["paragraphs"]:
            for asked in paragraph["qas"]:
                row = {"question": str(asked["question"]), "context": str(paragraph["context"])}
                if IMPOSSIBLE in asked:
                    row["label"] = "0" if asked[IMPOSSIBLE] is True else "1"
                yield row
    except (KeyError, TypeError):
        raise UserError("A paragraph needs a context and its questions: paragraphs, context, qas, question.") from None


def _apart(row: Row) -> Iterator[Row]:
    """A row for each of the documents that stand in a list."""
    sides = [(key, side) for key in row for side, names in ((1, POSITIVE), (0, NEGATIVE)) if plain(key) in names]
    if sides and any(isinstance(row[key], list) for key, _ in sides):
        rest = {key: value for key, value in row.items() if key not in dict(sides)}
        for key, side in sides:
            for text in row[key] if isinstance(row[key], list) else [row[key]]:
                yield {**rest, "document": _inner(text), "label": str(side)}
        return
    lists = {k: v for k, v in row.items() if isinstance(v, list)}
    documents = [key for key in lists if plain(key).rstrip("s") in PAIRS["document"] or plain(key) in PAIRS["document"]]
    if not documents or not lists[documents[0]]:
        yield row
        return
    count = len(lists[documents[0]])
    along = [key for key, value in lists.items() if len(value) == count]
    for n in range(count):
        yield {**row, **{key: _inner(lists[key][n]) for key in along}}


def _inner(value: Any) -> Any:
    """The text of a document that is an object by itself."""
    if isinstance(value, Mapping):
        return next((value[key] for key in ("text", "passage", "document", "title") if key in value), value)
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() if not value.isascii() else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
