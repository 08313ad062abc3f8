"""A viewer's own file on a page: chosen, read, what was found in it, and the button that trains on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import streamlit as st

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.table import Table
from engine.tables.form import form_in
from pages.ui.language import explain, t
from pages.ui.place import Place
from pages.ui.run import file_form, live, reading, training
from pages.ui.run.file_form import Decisions
from pages.ui.run.reading import Reading, Upload

T = TypeVar("T")
R = TypeVar("R")


def choose_file(place: Place, label: str, types: Sequence[str], about: str) -> Upload | None:
    """The uploader of a page; `about` says what a file may be."""
    name = place.playground
    file = st.file_uploader(label, type=list(types), key=again(place, "upload"), help=about)
    return None if file is None else reading.uploaded(name, file)


def again(place: Place, box: str) -> str:
    """The key of an uploader: another one after its files were deleted, which is how it is emptied."""
    count = st.session_state.get(f"{place.playground}_deleted", 0)
    return f"{place.playground}_{box}{count or ''}"


def file_name(place: Place) -> str:
    """The name in the URL under which a link tells which file it needs."""
    return f"{place.playground}_file"


def _sum_name(place: Place) -> str:
    """The same of how many bytes it has and how its hash begins."""
    return f"{place.playground}_sum"


HASHED = 12
"""Digits of a hash that tell files apart."""
SUM = re.compile(rf"([0-9]{{1,10}})\.([0-9a-f]{{{HASHED}}})")


@dataclass(frozen=True, slots=True)
class Needed:
    """A file that a link was made with: its name, its bytes and how its SHA-256 begins, both "" in a link that tells no more."""

    name: str
    size: str = ""
    digest: str = ""


def _needed(place: Place) -> Needed | None:
    """What the link that led here was made with, as it was before a file was chosen."""
    key = f"{place.playground}_needed"
    if key not in st.session_state:
        name, told = (st.query_params.get(one, "") for one in (file_name(place), _sum_name(place)))
        found = SUM.fullmatch(told)
        st.session_state[key] = Needed(name[:120], *(found.groups() if found else ())) if name else None
    return cast(Needed | None, st.session_state[key])


TABLES = ("csv", "tsv", "tab", "txt", "dat", "data", "inter", "test", "json", "jsonl", "parquet", "gz", "zip")
"""What a file that holds a table may be called."""


def with_file(
    place: Place,
    file: Upload | None,
    find: Callable[..., T],
    use: Callable[[Reading[T]], R],
    offered: Decisions | None = None,
    **how: Any,
) -> R | None:
    """What `use` makes of what `find`, a function of the engine, reads in the file; None, with the reason shown, where there
    is no file or it cannot be used. How it was read is shown first, with what is `offered` to be decided otherwise. A link
    names the file, and says so to who has not got it."""
    needed = _needed(place)
    if file is None:
        if needed is not None:
            st.info(_choose_again(needed))
        return None
    st.query_params[file_name(place)] = file.name
    decided = file_form.told_of(place, file)
    try:
        read = reading.read(file, find, told=decided, **how)
    except UserError as error:
        st.error(explain(error))
        if offered is not None:
            file_form.decide(place, file, _names(file, decided) if offered.roles else (), offered)
        return None
    _told_apart(place, file, read.table, needed)
    if offered is not None:
        file_form.draw(place, file, cast(Any, read.found).opened, offered)
    _lies_here(place, file, read.table)
    try:
        return use(read)
    except UserError as error:
        st.error(explain(error))
        return None


def _told_apart(place: Place, file: Upload, table: Table, needed: Needed | None) -> None:
    """The link tells this file from others, and whether the one that led here was made with another."""
    size = _bytes(file)
    st.query_params[_sum_name(place)] = f"{size}.{table.digest[:HASHED]}"
    if needed is not None and needed.digest not in ("", table.digest[:HASHED]):
        st.warning(
            t(
                "This link was made with another file: “{name}”, {size} bytes, SHA-256 {digest}…; this one has {mine} bytes, SHA-256 {other}….",
                name=needed.name, size=f"{int(needed.size):,}", digest=needed.digest, mine=f"{size:,}",
                other=table.digest[:HASHED],
            )
        )  # fmt: skip


def _choose_again(needed: Needed) -> str:
    """What to do with a link, or after a reload: neither carries a file."""
    if not needed.digest:
        return t("This link was made with the file “{name}”. Upload it to see the same.", name=needed.name)
    return t(
        "Choose the file “{name}” again ({size} bytes, SHA-256 {digest}…): neither a link nor a reload carries it along.",
        name=needed.name, size=f"{int(needed.size):,}", digest=needed.digest,
    )  # fmt: skip


def _bytes(file: Upload) -> int:
    """How many there are; counted once for each upload."""
    counted = st.session_state.setdefault("bytes_of_uploads", {})
    if file.mark not in counted:
        counted.clear()
        counted[file.mark] = len(file.data())
    return int(counted[file.mark])


def _lies_here(place: Place, file: Upload, table: Table) -> None:
    """Where the file is, for how long, and a button that ends it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        about = t("“{name}”, SHA-256 {digest}…, lies on this server for as long as this tab is open.", name=file.name, digest=table.digest[:HASHED])  # fmt: skip
        st.caption(about, width="content")
        st.button(
            t("Delete now"), type="tertiary", icon=":material/delete:", key=f"{place.playground}_delete_file", on_click=_delete, args=(place,),
            help=t("The file, its copies, what was read in it, and the run on it."),
        )  # fmt: skip


def _delete(place: Place) -> None:
    training.drop(reading.forget(place.playground))
    for name in (file_name(place), _sum_name(place), f"{place.playground}_sample"):
        st.query_params.pop(name, None)
        st.session_state.pop(name, None)
    st.session_state[f"{place.playground}_needed"] = None
    count = st.session_state.get(f"{place.playground}_deleted", 0)
    st.session_state[f"{place.playground}_deleted"] = count + 1


def _names(file: Upload, decided: str) -> tuple[str, ...]:
    """The columns of a file that is refused, so that their roles can be told; none where it is no table."""
    try:
        return reading.form(file, form_in, told=decided).names
    except UserError:
        return ()


def train_button(
    place: Place, label: str, config: Config, table: Table, work: str, before: Callable[[], None] = lambda: None
) -> None:
    """Train on the file; the run goes on the stage. `before` is called first."""

    def pressed() -> None:
        before()
        live.train(place, config, table, work)

    key = f"{place.playground}_train_own"
    st.button(label, type="primary", icon=":material/play_arrow:", key=key, on_click=pressed)
