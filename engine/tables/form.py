"""The form of a file alone: for a page whose reader refuses it, so that something can be decided about it."""

from __future__ import annotations

from engine.tables.opened import Opened, opened
from engine.tables.told import told as decisions
from engine.tables.written.file import read_file


def form_in(data: bytes, told: str = "", blanks: bool = True) -> Opened:
    """How a file reads as a table, without its values. Raises UserError where it is none."""
    written = read_file(data, decisions(told), blanks=blanks)
    return opened(written, "", written.left_out, written.notes)
