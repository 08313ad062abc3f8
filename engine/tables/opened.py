"""What a page says of a file in one line, and what it leaves open to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.tables.notes import LeftOut, Note
from engine.tables.written.cells import Written


@dataclass(frozen=True, slots=True)
class Opened:
    """How a file was read, without its values.

    rows      data rows in the file, those in `left_out` too; names  of all its columns
    roles     role → column, where a reader gave them; notes  what is doubtful
    """

    encoding: str
    separator: str
    decimal: str
    header: bool
    rows: int
    names: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Note, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)

    @property
    def doubts(self) -> tuple[Note, ...]:
        """What is to be looked at: notes, and why rows are left out, each once."""
        said = {str(one): one for one in (*(one.why for one in self.left_out), *self.notes)}
        return tuple(said.values())


def opened(
    written: Written,
    decimal: str,
    left_out: tuple[LeftOut, ...] = (),
    notes: tuple[Note, ...] = (),
    roles: Mapping[str, str] | None = None,
) -> Opened:
    """The line of a table that was read."""
    return Opened(
        written.encoding, written.separator, decimal, written.header, written.rows, written.names, left_out, notes, dict(roles or {})
    )  # fmt: skip
