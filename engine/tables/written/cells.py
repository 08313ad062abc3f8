"""A text as rows of cells, each as it stands; what does not fit into the table is named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow

from engine.errors import UserError
from engine.runs.frame import Array
from engine.tables.notes import LeftOut, Note, listed, note
from engine.tables.written.dialect import (
    Cut,
    cut,
    named_separator,
    names_columns,
    sample_lines,
    told_separator,
)
from engine.tables.written.quotes import Quoting, quoting

LONGEST_NAME = 1_000
MOST_RAGGED = 0.2
"""The share of rows of another width from which on a file is refused."""
BLANK_LINES = re.compile(rb"\A(?: *+\n)++")
"""Before the first row."""
AFTER_COMMAS = re.compile(rb"(?<=,)[ ]+(?=\")")
"""Blanks between a separator and an opening mark."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A table of text, N rows that are used.

    rows      data rows of the file, those left out too; number (N,) of each used one among them, from 1
    cells     columns of text, or of a file's own types where it has types
    """

    names: tuple[str, ...]
    cells: pa.Table
    rows: int
    number: Array
    encoding: str = ""
    separator: str = ""
    header: bool = True
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Note, ...] = ()

    def column(self, name: str) -> pa.ChunkedArray:
        """The cells of a column, by its name."""
        return self.cells.column(self.names.index(name))


@dataclass(slots=True)
class Ragged:
    """Rows of another width, as they come."""

    numbers: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    first: tuple[int, int] = (0, 0)

    def take(self, row: arrow.InvalidRow) -> str:
        """Called for each; `row.number` counts lines that hold anything from 1."""
        if not row.text.strip():
            self.blank.append(row.number)
            return "skip"
        if not self.numbers:
            self.first = row.actual_columns, row.expected_columns
        self.numbers.append(row.number)
        return "skip"


def read_cells(
    data: bytes, separator: str = "", header: bool | None = None, most_columns: int = 200, blanks: bool = True
) -> Written:
    """The table in a text with plain line ends. Raises UserError where there is none."""
    data, told = told_separator(data)
    lines = sample_lines(data)
    where = cut(lines, named_separator(separator) if separator else told, blanks)
    before = lines[: where.skipped]
    _check_width(where, most_columns)
    data, first = _padded(_without(data, where.skipped), where)
    data, mark = _plain(data, where.separator)
    quoted = quoting(data, mark, where.columns)
    ragged = Ragged()
    cells = _parsed(quoted.data, mark, where.columns, quoted.enclosing, ragged)
    del data
    named = header if header is not None else names_columns(first, where.rows[1:])
    if named and (1 in ragged.numbers or 1 in ragged.blank):
        raise UserError(
            "Row 1 has {found} values, but the first line names {columns} columns.",
            found=where.columns, columns=len(first),
        )  # fmt: skip
    return _whole(cells, named, ragged, where, _said(before, quoted, named, header))


def _said(before: Sequence[str], quoted: Quoting, named: bool, told: bool | None) -> tuple[Note, ...]:
    notes = []
    if before:
        notes.append(note("Lines before the table were passed over: {lines}.", lines=" / ".join(before)[:120]))
    if quoted.stray and not quoted.enclosing:
        notes.append(note("Quotation marks are part of the text here: line {lines} has one that encloses no cell.", lines=listed(quoted.stray)))  # fmt: skip
    elif quoted.stray:
        notes.append(note("Quotation marks that enclose no cell were read as part of the text, or dropped where one opens a cell: line {lines}.", lines=listed(quoted.stray)))  # fmt: skip
    if not named and told is None:
        notes.append(note("The first row looks like data: the file names no columns."))
    return tuple(notes)


def _check_width(where: Cut, most: int) -> None:
    """Counts the columns before any name is compared. Raises UserError where there are too many."""
    widest = max(where.columns, *(len(row) for row in where.rows[:1]))
    if widest > most:
        raise UserError("The table has {columns} columns; the limit is {limit}.", columns=widest, limit=most)


def _without(data: bytes, lines: int) -> bytes:
    """The text from its first row on."""
    data = BLANK_LINES.sub(b"", data, count=1)
    while lines:
        line, _, data = data.partition(b"\n")
        lines -= bool(line.strip())
    return BLANK_LINES.sub(b"", data, count=1)


def _plain(data: bytes, separator: str) -> tuple[bytes, bytes]:
    """The text and a separator of one byte."""
    if separator == "::":
        return data.replace(b"::", b"\x1f"), b"\x1f"
    if separator == " ":
        return re.sub(rb"[ \t]+", b"\x1f", re.sub(rb"(?m)^[ \t]+|[ \t]+$", b"", data)), b"\x1f"
    if separator == "," and AFTER_COMMAS.search(data[:100_000]):
        data = AFTER_COMMAS.sub(b"", data)
    return data, separator.encode() or b"\x1f"


def _parsed(data: bytes, mark: bytes, columns: int, enclosing: bool, ragged: Ragged) -> pa.Table:
    names = [str(n) for n in range(columns)]
    if not data.strip():
        raise UserError("The file is empty.")
    try:
        return arrow.read_csv(
            pa.BufferReader(data),
            arrow.ReadOptions(use_threads=False, column_names=names, block_size=len(data) + 1),
            arrow.ParseOptions(
                delimiter=mark.decode(), quote_char='"' if enclosing else False, newlines_in_values=enclosing,
                invalid_row_handler=ragged.take,
            ),
            arrow.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )  # fmt: skip
    except pa.ArrowInvalid as error:
        raise UserError("The file could not be read as CSV, TSV or parquet.") from error


def _whole(cells: pa.Table, named: bool, ragged: Ragged, where: Cut, notes: tuple[Note, ...]) -> Written:
    head = 1 if named else 0
    names = [str(cells.column(n)[0]).strip() for n in range(cells.num_columns)] if named else []
    cells = cells.slice(head)
    blank = np.array(ragged.blank, np.int64)
    wrong = np.array(ragged.numbers, np.int64)
    wrong -= np.searchsorted(blank, wrong) + head  # blank lines are no rows
    rows = cells.num_rows + len(wrong)
    if len(wrong) > max(MOST_RAGGED * rows, 1):
        raise UserError(
            "Row {row} has {found} values, and most rows have {columns}: {count} rows do not fit.",
            row=f"{int(wrong[0]):,}", found=ragged.first[0], columns=ragged.first[1], count=f"{len(wrong):,}",
        )  # fmt: skip
    number = np.setdiff1d(np.arange(1, rows + 1), wrong, assume_unique=True)
    why = note("Rows with more or fewer values than the {columns} columns: {rows}.", columns=where.columns, rows=listed(wrong.tolist()))  # fmt: skip
    left_out = (LeftOut(tuple(wrong.tolist()), why),) if len(wrong) else ()
    if not named:
        names = [f"column_{n + 1}" for n in range(cells.num_columns)]
    cells, number, again = _without_heads(cells, number, names) if named else (cells, number, ())
    cells, names = _without_empty(cells, names)
    check_names(names)
    left_out = (*left_out, *again)
    return Written(
        tuple(names), cells.rename_columns(names), rows, number, separator=where.separator, header=named,
        left_out=left_out, notes=notes,
    )  # fmt: skip


def _without_heads(cells: pa.Table, number: Array, names: list[str]) -> tuple[pa.Table, Array, tuple[LeftOut, ...]]:
    """Without rows that are the first line once more, as where files were put one behind the other."""
    if not cells.num_rows or not any(names):
        return cells, number, ()
    again = np.ones(cells.num_rows, bool)
    for column, name in zip(cells.columns, names, strict=True):
        again &= np.asarray(pc.equal(pc.utf8_trim_whitespace(column), name))
        if not again.any():
            return cells, number, ()
    rows = number[again].tolist()
    why = note("The line of names stands there again, and the rows are left out: {rows}.", rows=listed(rows))
    return cells.filter(pa.array(~again)), number[~again], (LeftOut(tuple(rows), why),)


def _padded(data: bytes, where: Cut) -> tuple[bytes, list[str]]:
    """The text and its first row. Where that names one column less than the rows have, but these end in a separator, or
    begin with the row's own number, it gets an empty name there."""
    first, *rows = where.rows or ([],)
    if len(where.separator) != 1 or len(rows) < 2 or not 1 < len(first) == where.columns - 1:
        return data, first
    inside = [row for row in rows if len(row) == where.columns]
    begin, _, rest = data.partition(b"\n")
    mark = where.separator.encode()
    if all(not row[-1].strip() for row in inside):
        return begin + mark + b"\n" + rest, [*first, ""]
    if len({row[0] for row in inside}) == len(inside):
        return mark + begin + b"\n" + rest, ["", *first]
    return data, first


def _without_empty(cells: pa.Table, names: list[str]) -> tuple[pa.Table, list[str]]:
    """Without nameless columns behind the last one that hold nothing: each line ends in separators."""
    while (
        len(names) > 1 and not names[-1] and not any(str(one).strip() for one in cells.column(len(names) - 1).unique())
    ):
        cells, names = cells.remove_column(len(names) - 1), names[:-1]
    return cells, names


def check_names(names: Sequence[str]) -> None:
    """Raises UserError where two columns have one name, or one a very long name."""
    seen: set[str] = set()
    for name in map(str.strip, names):
        if name in seen:
            raise UserError("Two columns are named {column}. Rename one.", column=name[:80])
        if len(name) > LONGEST_NAME:
            raise UserError("The name of a column has {count} characters: {column}… Shorten it.", count=f"{len(name):,}", column=name[:40])  # fmt: skip
        seen.add(name)
