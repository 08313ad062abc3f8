"""Numbers as people write them: 1,234 and 1.234,5, 12.3 %, $5, (7), with a few cells that are none."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.runs.frame import Array
from engine.tables.typed.text import Texts

PLAIN = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"
WHOLE = r"^[+-]?\d{1,18}$"
COMMA = re.compile(r"[+-]?(?:\d+,\d{1,2}|\d+,\d{4,}|0+,\d+|\d{4,},\d+|\d{1,3}(?:\.\d{3})+,\d+)")
POINT = re.compile(r"[+-]?(?:\d*\.\d{1,2}|\d*\.\d{4,}|0+\.\d+|\d{4,}\.\d+|\d{1,3}(?:,\d{3})+\.\d+)")
"""Numbers in which a comma, or a point, can stand for nothing else."""
GROUPS = {
    ".": re.compile(r"[+-]?\d{1,3}(?:[,'’\u00a0\u202f ]\d{3})+(?:\.\d*)?(?:[eE][+-]?\d+)?"),
    ",": re.compile(r"[+-]?\d{1,3}(?:[.'’\u00a0\u202f ]\d{3})+(?:,\d*)?(?:[eE][+-]?\d+)?"),
}
BLANKS = re.compile(r"(?<=\d)['’\u00a0\u202f ](?=\d{3}(?!\d))")
"""Between groups of three digits: they say nothing of the decimal mark."""
AROUND = re.compile(r"(?:USD|EUR|CNY|RMB|GBP|US\$)|[$€£¥￥₹元]")
BARE = {
    ".": re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"),
    ",": re.compile(r"[+-]?(?:\d+,?\d*|,\d+)(?:[eE][+-]?\d+)?"),
}
MOST_ODD, MOST_WORDS, LOOKED_AT = 0.02, 10, 2_000
"""The share of cells that may be no number in a column of numbers, and how many different texts these may be; different
texts by which a column is judged at first."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A column of numbers: values (N,), nan in a gap; `odd` (N,) marks the cells that hold something else, which count as
    gaps."""

    values: Array
    odd: Array
    texts: Texts

    def whole(self) -> Array | None:
        """(N,) whole numbers with all their digits, 0 in a gap; None where one has a fraction."""
        held = self.texts
        good = np.asarray(pc.match_substring_regex(held.different, WHOLE))
        rows = ~np.isnan(self.values)
        if not held.of_rows(good)[rows].all():
            return None
        exact = np.zeros(len(good), np.int64)
        exact[good] = np.asarray(pc.utf8_ltrim(held.different.filter(pa.array(good)), "+").cast(pa.int64()))
        return np.where(rows, held.of_rows(exact), 0)


def decimal_mark(columns: Iterable[Texts]) -> str:
    """Whether the numbers of a table have a decimal comma or a point: what its unmistakable numbers say."""
    votes = {",": 0, ".": 0}
    for column in columns:
        commas, points = evidence(column)
        if commas != points:
            votes["," if commas > points else "."] += 1
    return "," if votes[","] > votes["."] else "."


def evidence(column: Texts) -> tuple[int, int]:
    """How many of the first texts can only be numbers with a decimal comma, and only with a point; 0 where the column
    holds no numbers."""
    first = [str(one) for one in column.different[:LOOKED_AT].to_pylist()]
    there = [BLANKS.sub("", AROUND.sub("", one).strip().rstrip("%").strip()) for one in first if one]
    commas = sum(COMMA.fullmatch(one) is not None for one in there)
    points = sum(POINT.fullmatch(one) is not None for one in there)
    digits = sum(one.replace(",", "").replace(".", "").strip("+-").isdigit() for one in there)
    return (commas, points) if digits > 0.8 * len(there) else (0, 0)


def numbers(column: Texts, decimal: str) -> Numbers | None:
    """A column's numbers, None where it holds something else."""
    gaps = column.where()
    values = np.full(len(column.different), np.nan)
    good = _plain(column.different, values) if decimal == "." else np.zeros(len(values), bool)
    rest = np.flatnonzero(~good & ~gaps)
    if len(rest) and not _read(column, rest, decimal, values, good, gaps):
        return None
    counts = column.counts()
    right, odd = int(counts[good].sum()), int(counts[~good & ~gaps].sum())
    if not right or odd > max(MOST_ODD * (right + odd), 1) or right < 9 * odd or (~good & ~gaps).sum() > MOST_WORDS:
        return None
    return Numbers(column.of_rows(values), column.of_rows(~good & ~gaps), column)


def _plain(different: pa.Array, values: Array) -> Array:
    """Those that any program reads, into `values`."""
    good = np.asarray(pc.match_substring_regex(different, PLAIN))
    if good.any():
        written = pc.utf8_ltrim(different.filter(pa.array(good)), "+")
        try:
            values[good] = np.asarray(written.cast(pa.float64()))
        except pa.ArrowInvalid:  # more digits than any reader expects
            values[good] = [float(one) for one in written.to_pylist()]
    return good


def _read(column: Texts, rest: Array, decimal: str, values: Array, good: Array, gaps: Array) -> bool:
    """The rest one by one, unless the first of them are words."""
    for begin in range(0, len(rest), LOOKED_AT):
        part = rest[begin : begin + LOOKED_AT]
        for place, text in zip(part, column.different.take(pa.array(part)).to_pylist(), strict=True):
            number = written_number(text, decimal)
            if number is not None:
                values[place], good[place] = number, True
        if begin == 0 and good.sum() < 0.5 * (~gaps[: int(part[-1]) + 1]).sum():
            return False
    return True


def written_number(text: str, decimal: str = ".") -> float | None:
    """The number that a text is, None where it is none."""
    if len(text) > 60:
        return None
    bare = AROUND.sub("", unicodedata.normalize("NFKC", text).replace("\u2212", "-")).strip()
    if bare.lower().lstrip("+-") in ("inf", "infinity"):
        return -math.inf if bare[:1] == "-" else math.inf
    percent = bare.endswith("%")
    bare = bare.rstrip("%").strip()
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1]
    if bare.endswith("-") and bare[:1].isdigit():
        bare = "-" + bare[:-1]
    if GROUPS[decimal].fullmatch(bare):
        bare = re.sub(r"[,'’ ]" if decimal == "." else r"[.'’ ]", "", bare)
    elif not BARE[decimal].fullmatch(bare):
        return None
    number = float(bare.replace(",", "."))
    return number / 100.0 if percent else number
