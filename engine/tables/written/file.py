"""A user's file, of whatever form, as a table of text."""

from __future__ import annotations

from dataclasses import replace

from engine.errors import UserError
from engine.tables.notes import Note, note
from engine.tables.told import Told
from engine.tables.written.cells import Written, read_cells
from engine.tables.written.encoding import decoded, with_plain_ends
from engine.tables.written.objects import is_json, read_objects
from engine.tables.written.packed import unpacked
from engine.tables.written.parquet import check_shape, read_parquet

MOST_ROWS = 1_200_000
MOST_COLUMNS = 200
NOTHING = Told()


def read_file(
    data: bytes, told: Told = NOTHING, most_rows: int = MOST_ROWS, most_columns: int = MOST_COLUMNS, blanks: bool = True
) -> Written:
    """The table in a file: packed or not, in any of the encodings and dialects, JSON or parquet. Where `blanks` is False,
    they separate nothing: cells are texts. Raises UserError on anything beyond the limits or unreadable."""
    if not data:
        raise UserError("The file is empty.")
    data = unpacked(data)
    try:
        if data[:4] == b"PAR1":
            return read_parquet(data, most_rows, most_columns)
        return _of_text(data, told, most_rows, most_columns, blanks)
    except (UserError, MemoryError):
        raise
    except Exception as error:  # readers raise a zoo of types on damaged files
        if "out of memory" in str(error):
            raise MemoryError from error
        raise UserError("The file could not be read as CSV, TSV or parquet.") from error


def _of_text(data: bytes, told: Told, most_rows: int, most_columns: int, blanks: bool) -> Written:
    data, name = decoded(data, told.encoding)
    data = with_plain_ends(data)
    if not data.strip():
        raise UserError("The file is empty.")
    if not told.separator and is_json(data):
        read = read_objects(data, most_columns)
    else:
        check_shape(data.count(b"\n", 0, len(data.rstrip(b"\n"))), 0, most_rows, most_columns)
        read = read_cells(data, told.separator, told.header, most_columns, blanks)
    check_shape(read.rows, 0, most_rows, most_columns)
    return replace(read, encoding=name, notes=(*_of_encoding(name, told.encoding), *read.notes))


def read_text(data: bytes, encoding: str = "") -> tuple[str, str, tuple[Note, ...]]:
    """A plain text, its encoding, and what is doubtful. Lines end in line feeds, whatever they ended in."""
    if not data:
        raise UserError("The file is empty.")
    data, name = decoded(unpacked(data), encoding)
    return with_plain_ends(data).decode(), name, _of_encoding(name, encoding)


def _of_encoding(name: str, told: str) -> tuple[Note, ...]:
    if told or name.startswith("UTF"):
        return ()
    return (note("The file does not say which encoding it is in: it was read as {name}.", name=name),)
