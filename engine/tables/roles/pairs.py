"""A table as pairs of a query and a document, with a grade, clicks or nothing beside them.

N rows that are used
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from engine.errors import UserError
from engine.runs.frame import Array
from engine.tables.names import PAIRS, plain, recognised
from engine.tables.notes import LeftOut, Note, listed, note
from engine.tables.roles.words import NO, YES
from engine.tables.typed.columns import Column, column_of, decimal_of
from engine.tables.typed.text import Texts, compact
from engine.tables.written.cells import Written

GRADES = {"e": 3.0, "s": 2.0, "c": 1.0, "i": 0.0, "exact": 3.0, "substitute": 2.0, "complement": 1.0, "irrelevant": 0.0,
          "perfect": 4.0, "excellent": 3.0, "good": 2.0, "fair": 1.0, "bad": 0.0}  # fmt: skip
"""Grades in words, as shop search and web search write them."""
FEW = 21
"""Different values of a grade, where no name tells the column."""


@dataclass(frozen=True, slots=True, eq=False)
class PairTable:
    """query, document (N,) numbers into `queries` and `documents`, whose letters are composed (NFC); label (N,) or None
    where a table has none: the document is the right one.

    number (N,) of each row in the file, from 1; roles  role → column; used  which of the file's rows these are
    """

    query: Array
    document: Array
    queries: tuple[str, ...]
    documents: tuple[str, ...]
    label: Array | None
    number: Array
    roles: Mapping[str, str]
    columns: Mapping[str, Column]
    used: Array
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Note, ...] = ()

    def groups(self) -> list[str]:
        """What the table calls each row's query by its number; nothing where it has no such column."""
        if "query_id" not in self.columns:
            return []
        held = self.columns["query_id"].texts
        names = held.different.to_pylist()
        return [str(names[n]) for n in held.place[self.used].tolist()]

    def scores(self) -> Array:
        """(N,) what a model of somebody's says of each row; nan where there is none, or no number."""
        numbers = self.columns["score"].numbers if "score" in self.columns else None
        return np.full(len(self.query), np.nan) if numbers is None else numbers.values[self.used]

    def grades(self) -> dict[str, int]:
        """How often each label stands in the table."""
        if self.label is None:
            return {}
        values, counts = np.unique(self.label, return_counts=True)
        return {f"{value:g}": int(count) for value, count in zip(values, counts, strict=True)}


def read_pairs(written: Written, told: Mapping[str, str] | None = None, decimal: str = "") -> PairTable:
    """The pairs in a table; `told` are the roles that somebody chose. Raises UserError where there are none."""
    notes, left_out = list(written.notes), list(written.left_out)
    decimal = decimal or decimal_of(written)
    roles = _roles(written, decimal, dict(told or {}), notes)
    kinds = {"query": "text", "document": "text", "query_id": "id"}
    columns = {role: column_of(written, name, decimal, kinds.get(role, "")) for role, name in roles.items()}
    query, queries = _composed(columns["query"].texts)
    document, documents = _composed(columns["document"].texts)
    empty = np.array([not text.strip() for text in queries], bool)[query] | np.array([not text.strip() for text in documents], bool)[document]  # fmt: skip
    used = ~empty
    _leave_out(left_out, written, empty, note("Rows without a query or a document are left out: {rows}.", rows=""))
    label = _labels(columns["label"], written, used, left_out) if "label" in columns else None
    if label is not None:
        used &= ~np.isnan(label)
        label = label[used]
        notes += _of_labels(columns["label"], label)
    query, asked = compact(query[used], queries)
    document, answers = compact(document[used], documents)
    return PairTable(query, document, asked, answers, label, written.number[used], roles, columns, used, tuple(left_out), tuple(notes))  # fmt: skip


def _leave_out(left_out: list[LeftOut], written: Written, marks: Array, why: Note) -> None:
    rows = written.number[marks]
    if len(rows):
        values = {**why.values, "rows": listed(rows.tolist())}
        left_out.append(LeftOut(tuple(rows.tolist()), Note(why.sentence, values)))


def _composed(held: Texts) -> tuple[Array, list[str]]:
    """Texts whose letters are composed: a letter and its mark are one, however they were typed."""
    texts = [str(one) for one in held.different.to_pylist()]
    places: dict[str, int] = {}
    place = np.array([places.setdefault(unicodedata.normalize("NFC", one), len(places)) for one in texts], np.int64)
    return held.of_rows(place), list(places)


def _roles(written: Written, decimal: str, told: dict[str, str], notes: list[Note]) -> dict[str, str]:
    """By what was told, by name, by content. Raises UserError where there are no two columns of text."""
    names = written.names
    told = {role: name for role, name in told.items() if name or role not in ("query", "document")}
    for name in told.values():
        if name and name not in names:
            raise UserError("There is no column {column} in the table.", column=name[:80])
    free = [name for name in names if name not in told.values()]
    found = recognised(free, {role: PAIRS[role] for role in ("query", "query_id") if role not in told}) | told
    if "document" not in found:
        document = _document(written, [name for name in free if name not in found.values()], notes)
        found |= {"document": document} if document else {}
    if "query" not in found or "document" not in found:
        found |= _by_content(written, decimal, found, notes)
    if "query" not in found or "document" not in found:
        raise UserError(
            "A row needs a query and a document; found the columns {columns}.", columns=", ".join(names)[:120]
        )
    rest = [name for name in names if name not in found.values()]
    named = recognised(rest, {role: PAIRS[role] for role in ("label", "score") if role not in told})
    if "label" not in found | named and not written.header:
        named |= _grades(written, decimal, rest)
    found = named | found
    return {role: found[role] for role in PAIRS if found.get(role)}


def _document(written: Written, free: list[str], notes: list[Note]) -> str:
    """The column that is named a document; of several the one with the longest texts, and that is said."""
    possible = [name for name in free if plain(name) in PAIRS["document"]]
    if len(possible) < 2:
        return possible[0] if possible else ""
    longest = {name: _length(written, name) for name in possible}
    chosen = max(possible, key=lambda name: longest[name])
    others = ", ".join(name for name in possible if name != chosen)
    notes.append(note("Several columns may be the document: {column} is taken, which holds the longest texts, and not {others}.", column=chosen[:80], others=others[:80]))  # fmt: skip
    return chosen


def _length(written: Written, name: str) -> float:
    cells = written.column(name)
    return (
        float(pc.mean(pc.utf8_length(cells)).as_py() or 0.0) if str(cells.type) in ("string", "large_string") else 0.0
    )


def _by_content(written: Written, decimal: str, found: Mapping[str, str], notes: list[Note]) -> dict[str, str]:
    """The columns of words: the query stands before the document, and where there are more, that is the longest."""
    free = [name for name in written.names if name not in found.values()]
    texts = [name for name in free if column_of(written, name, decimal).type in ("text", "category", "id") and _spoken(written, name)]  # fmt: skip
    told: dict[str, str] = {}
    if "query" in found and texts:
        told = {"document": max(texts, key=lambda name: _length(written, name))}
    elif "document" in found and texts:
        told = {"query": texts[0]}
    elif len(texts) >= 2:
        last = max(texts[1:], key=lambda name: _length(written, name))
        told = {"query": texts[0], "document": last}
    if told:
        columns = ", ".join(name[:40] for name in told.values())
        notes.append(note("Told by what the columns hold, not by their names: {columns}.", columns=columns))
    return told


def _spoken(written: Written, name: str) -> bool:
    """Whether a column holds words: most cells have a letter and are no code."""
    cells = written.column(name)
    if str(cells.type) not in ("string", "large_string"):
        return False
    letters = pc.match_substring_regex(cells, r"\p{L}{2,}|[\x{3400}-\x{9fff}]")
    codes = pc.match_substring_regex(cells, r"^[A-Za-z]{0,4}[-_]?\d+(?:[-_]\d+)*$")
    return bool((pc.mean(letters.cast("float64")).as_py() or 0.0) > 0.8 and (pc.mean(codes.cast("float64")).as_py() or 0.0) < 0.5)  # fmt: skip


def _grades(written: Written, decimal: str, names: Sequence[str]) -> dict[str, str]:
    """The last column of a few whole numbers from 0 up, as label; nothing where there is none."""
    for name in reversed(names):
        column = column_of(written, name, decimal)
        if column.numbers is not None and column.distinct <= FEW:
            values = column.numbers.values[~np.isnan(column.numbers.values)]
            if len(values) and values.min() >= 0 and bool(np.all(values % 1 == 0)) and values.max() <= 100:
                return {"label": name}
    return {}


def _labels(column: Column, written: Written, used: Array, left_out: list[LeftOut]) -> Array:
    """(N,) labels, nan where a row has none and is left out. Raises UserError where no row has one."""
    if column.numbers is not None:
        values = column.numbers.values.copy()
    else:
        held = column.texts
        words = [str(one).strip().lower() for one in held.different.to_pylist()]
        values = held.of_rows(np.array([_grade(word) for word in words], np.float64))
    bad = used & ~((values >= 0) & np.isfinite(values))
    values[bad] = np.nan
    if bad.sum() >= max(0.5 * used.sum(), 1):
        row = int(np.flatnonzero(bad)[0])
        raise UserError(
            "A label or a number of clicks must be a number from 0 up, not {value}.",
            value=str(column.texts.different[int(column.texts.place[row])].as_py())[:20] or "None",
        )
    _leave_out(left_out, written, bad, note("Column {column} holds no label from 0 up, and the rows are left out: {rows}.", column=column.name[:80], rows=""))  # fmt: skip
    return values


def _grade(word: str) -> float:
    if word in GRADES:
        return GRADES[word]
    if word in YES or word in NO:
        return float(word in YES)
    try:
        return float(word)
    except ValueError:
        return float("nan")


def _of_labels(column: Column, label: Array) -> list[Note]:
    notes = list(column.notes)
    if len(label) and label.min() > 0:
        notes.append(note("Column {column} holds no 0: every document counts as relevant, the more the higher.", column=column.name[:80]))  # fmt: skip
    if plain(column.name) in PAIRS["score"]:
        notes.append(note("Column {column} is read as the label: {values} different values.", column=column.name[:80], values=len(np.unique(label))))  # fmt: skip
    return notes
