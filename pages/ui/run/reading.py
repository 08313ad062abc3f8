"""A viewer's file: read once, elsewhere where it is large, and known from then on. A click neither reads nor hashes it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.typing import UploadedFile

from engine.errors import UserError
from engine.runs.table import Table
from engine.tables import guard
from pages.ui.language import t
from pages.ui.run import uploads

T = TypeVar("T")
HELD, HELD_ROWS = 8, 2
"""So many readings are held for a tab: of what a file is, and of its rows."""
SHELF = "readings"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of this tab. `mark` is another one for each upload, `box` is where it replaces the last one, and `data` gives
    the bytes to who needs them."""

    box: str
    name: str
    mark: str
    data: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What a valid file holds, the file for who trains on it, and what was decided about it (`engine.tables.told`)."""

    found: T
    table: Table
    told: str = ""


@dataclass(slots=True)
class Shelf:
    """What was found in this tab's files, or why they are refused, and their rows, the latest last; by box the mark of the
    file that is kept, and that file."""

    found: OrderedDict[tuple[object, ...], object] = field(default_factory=OrderedDict)
    rows: OrderedDict[tuple[object, ...], object] = field(default_factory=OrderedDict)
    kept: dict[str, tuple[str, Table]] = field(default_factory=dict)


def uploaded(box: str, file: UploadedFile) -> Upload:
    """What a file uploader returned."""
    return Upload(box, file.name, file.file_id, file.getvalue)


def read(upload: Upload, reader: Callable[..., T], **how: object) -> Reading[T]:
    """`reader(data, **how)`, a function of engine. Raises UserError where it does; only a file that is valid is kept."""
    found = form(upload, reader, **how)
    shelf = _shelf()
    mark, table = shelf.kept.get(upload.box, ("", None))
    if table is None or mark != upload.mark:
        table = uploads.keep(upload.box, upload.data())
        shelf.kept[upload.box] = upload.mark, table
    return Reading(found, table, str(how.get("told", "")))


def form(upload: Upload, reader: Callable[..., T], **how: object) -> T:
    """What `reader(data, **how)` finds in a file, which is not kept for that. Raises UserError where it does."""
    shelf = _shelf()
    key = (upload.mark, *_key(reader, how))
    if key not in shelf.found:
        shelf.found[key] = _read(upload, reader, how)
        _drop(shelf.found, HELD)
    shelf.found.move_to_end(key)
    found = shelf.found[key]
    if isinstance(found, UserError):
        raise UserError(found.sentence, **found.values)
    return cast(T, found)


def again(digest: str, reader: Callable[..., T], **how: object) -> T:
    """What was read of a file that was kept, for the stage: its rows, the last two of them held. Raises UserError where the file
    is gone or cannot be read now."""
    rows = _shelf().rows
    key = (digest, *_key(reader, how))
    if key not in rows:
        rows[key] = _guarded(reader, uploads.read(digest), how)
        _drop(rows, HELD_ROWS)
    rows.move_to_end(key)
    return cast(T, rows[key])


def forget(box: str) -> tuple[str, ...]:
    """All that is known of a tab's files, and the file of this box with its copies; the hashes of what it held."""
    shelf = _shelf()
    mark, table = shelf.kept.pop(box, ("", None))
    shelf.found.clear()
    shelf.rows.clear()
    uploads.drop(box)
    return (table.digest,) if table is not None else ()


def _shelf() -> Shelf:
    """In the session's state: a connection that breaks for a moment does not lose it."""
    shelf = st.session_state.setdefault(SHELF, Shelf())
    return cast(Shelf, shelf)


def _key(reader: Callable[..., object], how: dict[str, object]) -> tuple[object, ...]:
    return reader.__module__, reader.__qualname__, *sorted(how.items())


def _drop(held: OrderedDict[tuple[object, ...], Any], most: int) -> None:
    while len(held) > most:
        held.popitem(last=False)


def _read(upload: Upload, reader: Callable[..., T], how: dict[str, object]) -> T | UserError:
    try:
        return _guarded(reader, upload.data(), how)
    except guard.Busy:
        raise
    except UserError as error:  # held too: a file that is refused need not be read again to refuse it again
        return error


def _guarded(reader: Callable[..., T], data: bytes, how: dict[str, object]) -> T:
    if guard.is_short(data):
        return guard.read(reader, data, how)
    with st.spinner(t("Reading the file…")):
        note = st.empty()
        found = guard.read(reader, data, how, lambda: _wait(note))
        note.empty()
    return found


def _wait(note: DeltaGenerator) -> None:
    note.caption(t("Other files are being read. This one waits for its turn."))
