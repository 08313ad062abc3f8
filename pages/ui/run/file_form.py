"""How a viewer's file was read: one line, what about it is doubtful, and a place to decide otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from engine.errors import UserError
from engine.tables.opened import Opened
from engine.tables.told import Told, told
from pages.ui.language import N_, bare, listed, t
from pages.ui.marked import Marked
from pages.ui.place import Place
from pages.ui.run.reading import Upload

SHOWN = 6
"""Doubts that stand open; the others are folded."""
ENCODINGS = ("UTF-8", "UTF-16", "GB18030", "Big5", "Windows-1252")
SEPARATORS = {
    ",": N_("comma"), "\t": N_("tab"), ";": N_("semicolon"), "|": N_("bar"), " ": N_("blanks"), "::": N_("two colons"),
}  # fmt: skip
DECIMALS = {".": N_("a point"), ",": N_("a comma")}
HEADERS = {True: N_("names the columns"), False: N_("is data")}
DAYS = {True: N_("the day"), False: N_("the month")}


@dataclass(frozen=True, slots=True)
class Decisions:
    """What can be decided about the files of a box: `form` of a table, not only the encoding of a text; role → its name."""

    form: bool = True
    roles: Mapping[str, str] = field(default_factory=dict)


def told_of(place: Place, upload: Upload) -> str:
    """What was decided about a file: by its controls, or by the link that led here."""
    chosen = {what: st.session_state.get(_key(place, upload, what)) for what in ("encoding", "separator", "decimal", "header", "day_first")}  # fmt: skip
    if not any(name.startswith(_key(place, upload, "")) for name in map(str, st.session_state)):
        return _linked(place).as_text()
    start = f"{_key(place, upload, 'role')}_"
    roles = {str(name).removeprefix(start): value for name, value in st.session_state.items() if str(name).startswith(start)}  # fmt: skip
    found = Told(
        chosen["encoding"] or "", chosen["separator"] or "", chosen["decimal"] or "", chosen["header"], chosen["day_first"],
        {role: name for role, name in roles.items() if name is not None},
    )  # fmt: skip
    return found.as_text()


def _linked(place: Place) -> Told:
    try:
        return told(st.query_params.get(_name(place), ""))
    except UserError:
        return Told()


def _name(place: Place) -> str:
    return f"{place.playground}_told"


def _key(place: Place, upload: Upload, what: str) -> str:
    """Of each file anew: what was decided about one says nothing of another."""
    return f"{place.playground}_told_{upload.mark}_{what}"


def draw(place: Place, upload: Upload, opened: Opened, offered: Decisions) -> None:
    """The line, the doubts, and the controls."""
    doubts = opened.doubts
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_line(opened, len(doubts)), width="content")
        decide(place, upload, opened.names, offered)
    _list([t(one.sentence, **one.values) for one in doubts[:SHOWN]])
    if len(doubts) > SHOWN:
        with st.expander(t("More to look at: {count}", count=len(doubts) - SHOWN)):
            _list([t(one.sentence, **one.values) for one in doubts[SHOWN:]])


def _list(doubts: Sequence[Marked]) -> None:
    if doubts:
        st.markdown(Marked("\n").join(Marked("- {one}").format(one=one) for one in doubts))


def _line(opened: Opened, doubts: int) -> str:
    parts: list[str] = [Marked(opened.encoding)] if opened.encoding else []
    if opened.separator:
        known = SEPARATORS.get(opened.separator)
        parts.append(t(known) if known else opened.separator)  # Excel may tell any other
        parts.append(t("names in the first row") if opened.header else t("no names in the first row"))
    if opened.names:
        parts.append(t("{rows} rows × {columns} columns", rows=f"{opened.rows:,}", columns=len(opened.names)))
    whole = listed(parts)
    return whole if not doubts else listed([whole, t("to look at: {count}", count=doubts)], "; ")


def decide(place: Place, upload: Upload, names: Sequence[str], offered: Decisions) -> None:
    """Controls for each decision; what is left alone is the reader's."""
    before = _linked(place)
    with st.popover(t("Read it differently"), type="tertiary"):
        _choice(place, upload, "encoding", t("Encoding"), dict(zip(ENCODINGS, ENCODINGS, strict=True)), before.encoding)
        if offered.form:
            _choice(place, upload, "separator", t("Between two cells"), _named(SEPARATORS), before.separator)
            _choice(place, upload, "header", t("The first row"), _named(HEADERS), before.header)
            _choice(place, upload, "decimal", t("Decimals stand behind"), _named(DECIMALS), before.decimal)
            _choice(place, upload, "day_first", t("Of 01/02 the first is"), _named(DAYS), before.day_first)
        columns = {name: name[:60] or "–" for name in names}
        for role, label in offered.roles.items() if names else ():
            start = before.one.get(role)
            _choice(
                place, upload, f"role_{role}", t("Column: {role}", role=t(label)), columns | {"": bare("none")}, start
            )
    decided = told_of(place, upload)
    if decided:
        st.query_params[_name(place)] = decided
    else:
        st.query_params.pop(_name(place), None)


def _named(options: Mapping[Any, str]) -> dict[Any, str]:
    return {value: bare(name) for value, name in options.items()}


def _choice(
    place: Place, upload: Upload, what: str, label: str, options: Mapping[Any, str], start: Any
) -> None:  # fmt: skip
    """One of several, or the reader's own guess."""
    st.selectbox(
        label,
        [None, *options],
        index=[None, *options].index(start) if start in options else 0,
        key=_key(place, upload, what),
        placeholder=bare("as found"),
        format_func=lambda value: bare("as found") if value is None else options[value],
    )
