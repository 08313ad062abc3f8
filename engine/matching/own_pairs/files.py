"""Files of queries and documents: TSV, CSV, JSON lines, or the question-passage files of SQuAD, XQuAD and CMRC."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.errors import UserError
from engine.tables.notes import note
from engine.tables.opened import Opened, opened
from engine.tables.roles import pairs as table
from engine.tables.told import Told
from engine.tables.typed.columns import decimal_of
from engine.tables.written.file import NOTHING, read_file

FEWEST, MOST = 20, 200_000
MARK = b"gatescope: two files\n"
"""Two files that travel as one begin with it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of a table; `label` None where the table has none: the document is the right one. `group` names the query where
    the table has a number for it, and `score` is what a model of the viewer's says."""

    query: str
    document: str
    label: float | None = None
    group: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class PairsFile:
    """The pairs of a file, at most `MOST`, and how it was read."""

    pairs: tuple[Pair, ...]
    opened: Opened


def together(first: bytes, second: bytes) -> bytes:
    """Two files as one: pairs to learn from, and pairs to test on."""
    return MARK + len(first).to_bytes(8, "big") + first + second


def apart(data: bytes) -> tuple[bytes, bytes]:
    """The two files again; the second is empty where there is only one."""
    if not data.startswith(MARK):
        return data, b""
    begin = len(MARK) + 8
    end = begin + int.from_bytes(data[len(MARK) : begin], "big")
    return data[begin:end], data[end:]


def read_pairs(data: bytes) -> tuple[Pair, ...]:
    """The pairs of a file, whichever of the formats it is in. Raises UserError where it is none of them."""
    return read_file_of_pairs(data).pairs


def read_file_of_pairs(data: bytes, told: Told = NOTHING) -> PairsFile:
    """The pairs of a file, with what was found out about it. `told` overrules what it seems to be."""
    written = read_file(data, told, blanks=False)
    decimal = told.decimal or decimal_of(written)
    found = table.read_pairs(written, told.one, decimal)
    count = len(found.query)
    if count < FEWEST:
        raise UserError(
            "Too few pairs of query and document: {count} were found, {least} are needed.",
            count=count,
            least=FEWEST,
        )
    rows = zip(
        found.query[:MOST].tolist(),
        found.document[:MOST].tolist(),
        [None] * count if found.label is None else found.label.tolist(),
        found.groups() or [""] * count,
        [score if score == score else None for score in found.scores().tolist()],
        strict=False,
    )
    pairs = tuple(Pair(found.queries[q], found.documents[d], label, group, score) for q, d, label, group, score in rows)
    about = opened(written, decimal, found.left_out, found.notes, found.roles)
    if count > MOST:
        cut = note("The first {most} pairs are used, of {count}.", most=f"{MOST:,}", count=f"{count:,}")
        about = replace(about, notes=(cut, *about.notes))
    return PairsFile(pairs, about)
