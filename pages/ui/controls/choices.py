"""Choices among a few options whose labels translate.

Streamlit's own binding writes the label into the URL, which another language could not read: here the URL
carries the option. What Streamlit renders as Markdown, pills and segments, is made plain here; a list's and a slider's options it shows
as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st

from pages.ui.marked import plain

NONE = "-"
"""In the URL: no column, where one seems to fit."""


def one_of(
    label: str,
    options: Sequence[Any],
    start: Any,
    *,
    key: str,
    name_of: Callable[[Any], str],
    on_change: Callable[[], None] | None = None,
    help: str | None = None,
    wide: bool = False,
) -> Any:
    """One option. `start` None makes it optional, drawn as pills that can be released; `wide` hides the label."""
    _read(key, lambda text: next((option for option in options if str(option) == text), None))
    common: dict[str, Any] = {
        "default": start,
        "key": key,
        "format_func": lambda option: plain(name_of(option)),
        "on_change": on_change or "rerun",
        "help": help,
    }
    if start is None:
        chosen = st.pills(label, list(options), **common)
    else:
        if wide:
            common |= {"width": "stretch", "label_visibility": "collapsed"}
        chosen = st.segmented_control(label, list(options), required=True, **common)
        chosen = start if chosen is None else chosen
    _write(key, "" if chosen == start else str(chosen))
    return chosen


def some_of(
    label: str,
    options: Sequence[Any],
    start: Sequence[Any],
    *,
    key: str,
    name_of: Callable[[Any], str],
    help: str | None = None,
) -> tuple[Any, ...]:
    """Any number of options, in the order of `options`."""
    _read(key, lambda text: [option for option in options if str(option) in text.split(",")] or None)
    chosen = st.pills(
        label,
        list(options),
        selection_mode="multi",
        default=list(start),
        key=key,
        format_func=lambda option: plain(name_of(option)),
        help=help,
    )
    ordered = tuple(option for option in options if option in (chosen or ()))
    _write(key, "" if ordered == tuple(start) else ",".join(map(str, ordered)))
    return ordered


def one_of_many(
    label: str,
    options: Sequence[int],
    start: int,
    *,
    key: str,
    name_of: Callable[[int], str],
    width: int | Literal["stretch"] = "stretch",
    slide: bool = False,
) -> int:
    """One of many numbers, in a list that opens or on a slider. Which there are, and the one it starts with, may change
    from one rerun to the next: what the URL carries stays chosen as long as it is offered."""
    written = next((option for option in options if str(option) == st.query_params.get(key)), start)
    held = f"{key}_{hash((start, *options))}"  # other options, another control
    common: dict[str, Any] = {"key": held, "format_func": name_of, "width": width}
    chosen = (
        st.select_slider(label, list(options), written, **common)
        if slide
        else st.selectbox(label, list(options), options.index(written), **common)
    )
    _write(key, "" if chosen == start else str(chosen))
    return chosen


def one_name(label: str, names: Sequence[str], start: str, *, key: str, none: str, help: str | None = None) -> str:
    """One of a file's columns, or none, "", in a list that opens. With another file another control: the URL's choice counts
    where the file has that column."""
    options = ["", *names]
    written = st.query_params.get(key)
    chosen = start if start in options else ""
    if written is not None and (written in options or written == NONE):
        chosen = "" if written == NONE else written
    held = f"{key}_{hash((start, *options))}"
    name = st.selectbox(label, options, options.index(chosen), key=held, format_func=lambda one: one or none, help=help)
    _write(key, "" if name == start else name or NONE)
    return str(name)


def _read(key: str, parse: Callable[[str], Any]) -> None:
    """What the URL says counts before the first draw; what it cannot mean is ignored."""
    if key not in st.session_state and key in st.query_params:
        value = parse(st.query_params[key])
        if value is not None:
            st.session_state[key] = value


def _write(key: str, text: str) -> None:
    if text and st.query_params.get(key) != text:
        st.query_params[key] = text
    elif not text and key in st.query_params:
        del st.query_params[key]
