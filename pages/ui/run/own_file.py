"""A viewer's own file on a page: chosen, read, what was found in it, and the button that trains on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import streamlit as st

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.table import Table
from engine.tables.form import form_in
from pages.ui.language import explain, t
from pages.ui.place import Place
from pages.ui.run import file_form, live, reading
from pages.ui.run.file_form import Decisions
from pages.ui.run.reading import Reading, Upload

T = TypeVar("T")
R = TypeVar("R")


def choose_file(place: Place, label: str, types: Sequence[str], about: str) -> Upload | None:
    """The uploader of a page; `about` says what a file may be."""
    name = place.playground
    file = st.file_uploader(label, type=list(types), key=f"{name}_upload", help=about)
    return None if file is None else reading.uploaded(name, file)


def file_name(place: Place) -> str:
    """The name in the URL under which a link tells which file it needs."""
    return f"{place.playground}_file"


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
    needed = st.query_params.get(file_name(place), "")
    if file is None:
        if needed:
            st.info(t("This link was made with the file “{name}”. Upload it to see the same.", name=needed[:120]))
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
    if offered is not None:
        file_form.draw(place, file, cast(Any, read.found).opened, offered)
    try:
        return use(read)
    except UserError as error:
        st.error(explain(error))
        return None


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
