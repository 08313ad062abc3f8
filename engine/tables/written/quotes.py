"""Quotation marks: which of them enclose a cell, and which are part of a text.

A cell is enclosed where a mark opens it at its very beginning and another one closes it at its very end. A mark that opens
and is never closed would swallow all rows up to the next one, in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_REPAIRED = 2_000
"""Lines with a stray mark; a file with more of them is read as if no mark enclosed anything."""


@dataclass(frozen=True, slots=True)
class Quoting:
    """`enclosing`: whether marks enclose cells. `stray`: lines, counted from 1, whose marks are part of the text; `data` has
    these rewritten so that they are read so."""

    data: bytes
    enclosing: bool
    stray: tuple[int, ...] = ()


def quoting(data: bytes, separator: bytes, columns: int) -> Quoting:
    """How the marks of a text with plain line ends are meant, given that a row has so many columns."""
    if b'"' not in data or not re.search(rb"(?:\A|[\n" + re.escape(separator) + rb'])"', data):
        return Quoting(data, enclosing=False)
    cell = rb'"(?:[^"]++|"")*+"(?=[\n' + re.escape(separator) + rb"]|\Z)"
    plain = rb'(?!")[^\n' + re.escape(separator) + rb"]*+"
    rows = re.compile(rb"(?:(?:" + cell + rb"|" + plain + rb")(?:[\n" + re.escape(separator) + rb"]|\Z))*+")
    several = re.compile(rb'(?:(?<=\n)|(?<=' + re.escape(separator) + rb')|\A)"(?:[^"\n]++|"")*+\n(?:[^"]++|"")*+"(?=[\n' + re.escape(separator) + rb"]|\Z)")  # fmt: skip
    place, stray = 0, []
    while True:
        found = rows.match(data, place)
        end = found.end() if found else place
        wrong = _swallowed(data, several, place, end, separator, columns)
        if wrong is None and end >= len(data):
            break
        stray.append(wrong if wrong is not None else end)
        place = _line_end(data, stray[-1])
        if len(stray) > MOST_REPAIRED or separator == b"\t":  # written by somebody who encloses nothing
            return Quoting(data, enclosing=False, stray=tuple(_number(data, one) for one in stray[:1]))
        if place >= len(data):
            break
    return _rewritten(data, sorted(set(stray)), separator)


def _swallowed(
    data: bytes, several: re.Pattern[bytes], begin: int, end: int, separator: bytes, columns: int
) -> int | None:
    """Where a cell of several lines begins of which each line is a whole row by itself; None where there is none."""
    for found in several.finditer(data, begin, end):
        first, last = data.rfind(b"\n", 0, found.start()) + 1, _line_end(data, found.end())
        lines = data[first:last].strip(b"\n").split(b"\n")
        if columns > 1 and all(line.count(separator) == columns - 1 for line in lines):
            return found.start()
    return None


def _line_end(data: bytes, place: int) -> int:
    """Behind the line end that follows."""
    return data.find(b"\n", place) + 1 or len(data)


def _number(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _bare(cell: bytes) -> bytes:
    """Without a mark that opens and is not closed; one pair around it encloses it as anywhere else."""
    if len(cell) > 1 and cell[:1] == cell[-1:] == b'"' and cell.count(b'"') == 2:
        return cell[1:-1]
    return cell[1:] if cell[:1] == b'"' and cell.count(b'"') % 2 else cell


def _rewritten(data: bytes, places: list[int], separator: bytes) -> Quoting:
    """Each line with a stray mark enclosed cell by cell, its own marks doubled."""
    parts, done = [], 0
    for place in places:
        begin, end = data.rfind(b"\n", 0, place) + 1, _line_end(data, place)
        line = data[begin:end].rstrip(b"\n")
        cells = (b'"' + _bare(cell).replace(b'"', b'""') + b'"' for cell in line.split(separator))
        parts += [data[done:begin], separator.join(cells), b"\n"]
        done = end
    parts.append(data[done:])
    return Quoting(b"".join(parts), enclosing=True, stray=tuple(_number(data, place) for place in places))
