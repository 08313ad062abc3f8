"""How a text is cut into cells: the separator, and whether the first row names the columns."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import UserError
from engine.tables.names import is_known

SEPARATORS = ("\t", "::", ";", ",", "|", " ")
"""The likelier first where two cut every line alike: a comma stands in numbers and texts too."""
WORDS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "pipe": "|", "blank": " ", "space": " "}
SAMPLE, LINES = 400_000, 400
TOLD = re.compile(rb'\A"?sep=(.)"?[,;\t]*\n', re.IGNORECASE)
"""Excel's own first line."""
NUMBER = re.compile(r"[+-]?[$€£¥]?\d[\d.,:/ \-]*(?:[eE][+-]?\d+)?%?")
TYPED = re.compile(r".+:(?:token|float|token_seq|float_seq)")
"""RecBole's names of columns."""
NOTHING = frozenset(("", "?", "-", "na", "n/a", "nan", "null", "none", "\\n", "nil"))
ALIKE = 0.9
"""The share of lines that a separator cuts into the same number of cells."""


@dataclass(frozen=True, slots=True)
class Cut:
    """`separator`, "" for one column; `columns` in a row; `skipped` lines of another form stand before the first of `rows`,
    which are a sample."""

    separator: str
    columns: int
    skipped: int
    rows: tuple[list[str], ...]


def told_separator(data: bytes) -> tuple[bytes, str]:
    """The text without Excel's sep= line, and what that says, "" where there is none."""
    found = TOLD.match(data)
    return (data[found.end() :], found[1].decode("latin-1")) if found else (data, "")


def named_separator(name: str) -> str:
    """What an option calls a separator. Raises UserError where it is none of `SEPARATORS`."""
    mark = WORDS.get(name.strip().lower(), name)
    if mark not in SEPARATORS:
        raise UserError("A separator is tab, comma, semicolon, bar, blank or ::, not {name}.", name=name[:20])
    return mark


def sample_lines(data: bytes) -> list[str]:
    """The first lines that hold anything."""
    part = data[:SAMPLE]
    if len(data) > len(part) and b"\n" in part:
        part = part[: part.rfind(b"\n")]
    lines = part.decode("utf-8", "replace").split("\n")
    return [line for line in lines if line.strip()][:LINES]


def cells_of(line: str, separator: str) -> list[str]:
    """One line's cells; marks enclose a cell where they can."""
    if not separator:
        return [line]
    if separator == "::":
        return line.split("::")
    if separator == " ":
        return line.split()
    if '"' not in line:
        return line.split(separator)
    try:
        read = next(csv.reader([line], delimiter=separator))
    except (csv.Error, StopIteration):
        return line.split(separator)
    plain = line.split(separator)
    return plain if line.count('"') % 2 else read


def _rows(lines: Sequence[str], separator: str) -> list[list[str]]:
    """The first rows: a line each, or several where a cell in marks goes over them; whichever gives more rows of one width."""
    plain = [cells_of(line, separator) for line in lines]
    if len(separator) != 1 or separator == " " or not any('"' in line for line in lines):
        return plain
    try:
        whole = [row for row in csv.reader([line + "\n" for line in lines], delimiter=separator) if row]
    except csv.Error:
        return plain
    return whole if _evenness(whole) >= _evenness(plain) else plain


def _evenness(rows: Sequence[Sequence[str]]) -> float:
    counts = [len(row) for row in rows]
    return _usual(counts)[1] / len(counts) if counts else 0.0


def cut(lines: Sequence[str], separator: str = "", blanks: bool = True) -> Cut:
    """The separator that cuts most lines alike, or the one that is told; and how many lines before have another form."""
    if not lines:
        raise UserError("The file is empty.")
    best, best_key = Cut("", 1, 0, tuple([line] for line in lines)), (0.0, 0)
    for place, mark in enumerate([separator] if separator else SEPARATORS if blanks else SEPARATORS[:-1]):
        rows = _rows(lines, mark)
        counts = [len(row) for row in rows]
        columns, often = _usual(counts)
        if columns < 2:
            continue
        share = often / len(counts)
        key = (min(round(share, 2), 0.98), -place)
        if mark == " " and (share < ALIKE or best_key[0] >= 0.5):
            continue
        if key[0] > best_key[0] + 0.02 or (key[0] >= best_key[0] and key > best_key):
            skipped = _before(lines, counts, columns)
            best, best_key = Cut(mark, columns, skipped, tuple(rows[skipped:])), key
    return best


def _usual(counts: Sequence[int]) -> tuple[int, int]:
    """The commonest number of cells above one, and how often."""
    several = Counter(count for count in counts if count > 1)
    return max(several.items(), key=lambda one: (one[1], one[0])) if several else (1, len(counts))


def _before(lines: Sequence[str], counts: Sequence[int], columns: int) -> int:
    """Lines of a single cell before the first row: a title, a remark; remarks of any form."""
    found = next((n for n, count in enumerate(counts) if count > 1 and not lines[n].startswith("# ")), 0)
    remarks = all(line.startswith("#") for line in lines[:found])
    return found if (columns > 2 or remarks) and counts[found] == columns else 0


def names_columns(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: by known names; else by columns of numbers whose first cell is none, or is
    one; else by cells that come back further down, which names do not."""
    head = [cell.strip() for cell in first]
    rows = [row for row in rows if list(row) != list(first)]
    if not rows or not head:
        return any(is_known(cell) for cell in head) and not any(NUMBER.fullmatch(cell) for cell in head)
    if all(TYPED.fullmatch(cell) for cell in head):
        return True
    numbers = [NUMBER.fullmatch(cell) is not None for cell in head]
    known = sum(map(is_known, head))
    columns = [[row[n].strip() for row in rows if n < len(row)] for n in range(len(head))]
    counted = [_share_of_numbers(column) > 0.8 for column in columns]
    words_above_numbers = sum(c and not n and head[k].lower() not in NOTHING for k, (c, n) in enumerate(zip(counted, numbers, strict=True)))  # fmt: skip
    numbers_above_numbers = sum(c and n for c, n in zip(counted, numbers, strict=True))
    if words_above_numbers or numbers_above_numbers:
        return words_above_numbers > numbers_above_numbers or (known > 0 and not numbers_above_numbers)
    if known:
        return True
    again = any(head[n] and head[n] in column for n, column in enumerate(columns))
    short = all(len(cell) <= 40 for cell in head) and all(head) and len(set(head)) == len(head)
    longer = any(sum(map(len, column)) > 2.5 * len(head[n]) * len(column) for n, column in enumerate(columns))
    return short and not again and (longer or any("_" in cell for cell in head))


def _share_of_numbers(column: Sequence[str]) -> float:
    there = [cell for cell in column if cell.lower() not in NOTHING]
    return sum(NUMBER.fullmatch(cell) is not None for cell in there) / len(there) if there else 0.0
