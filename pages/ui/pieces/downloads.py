"""Take it away: the recording, the numbers as a table, a report to hand out, and the model itself."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st
from pandas.api.types import is_numeric_dtype

from pages.ui.language import language, speaking, t
from pages.ui.pieces.model_files import ModelFiles


def downloads(
    name: str,
    *,
    recording: Callable[[], bytes],
    table: Callable[[], pd.DataFrame],
    about_table: str,
    report: Callable[[], str],
    model: ModelFiles,
) -> None:
    """A row of buttons. What they give is made when one is pressed, in a thread that speaks the session's language and knows
    nothing else of it: nothing there may ask for the URL, a control or a session's cache."""
    with st.container(horizontal=True, key="exports"):
        button(
            t("Recording"), recording, f"{name}.npz", "application/octet-stream", "recording", "download",
            t("Settings and frames of the run on stage; engine.runs.recording reads it."),
        )  # fmt: skip
        button(
            t("Table (CSV)"), lambda: csv(table()), f"{name}.csv", "text/csv", "table",
            "table", about_table,
        )  # fmt: skip
        button(
            t("Report (HTML)"), lambda: report().encode(), f"{name}.html", "text/html", "report", "description",
            t("One file that opens without a network."),
        )  # fmt: skip
        model_buttons(f"{name}-{model.name}", model)


def model_buttons(name: str, model: ModelFiles, of: str = "") -> None:
    """Weights, graph and code of a model, in files that begin with `name`; where there is no model, why. `of` begins the
    buttons' names where a page has several models to take away."""
    missing, none = model.missing, bool(model.missing)
    button(
        t("Weights (safetensors)"), model.weights, f"{name}.safetensors", "application/octet-stream", f"{of}weights",
        "deployed_code", missing or t("Parameters of {model} as shown here, with the settings that build it.", model=model.title), none,
    )  # fmt: skip
    button(
        t("Model (ONNX)"), model.onnx, f"{name}.onnx", "application/octet-stream", f"{of}onnx", "dns",
        missing or t("{model} for a model server, any number of rows at once; held against torch before it is handed out, which takes a few seconds.", model=model.title), none,
    )  # fmt: skip
    about = t("One Python file that trains {model} again and prints the same numbers; of your own data it reads the same file.", model=model.title)  # fmt: skip
    button(
        t("Code (Python)"), model.code or bytes, f"{name.replace('-', '_')}.py", "text/x-python", f"{of}code", "code",
        about if model.code else missing, model.code is None,
    )  # fmt: skip


FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the start of a formula (OWASP, CSV injection), also in full width."""


def csv(table: pd.DataFrame) -> bytes:
    """The table for a spreadsheet. A text, which may come from a user's file, never runs as a formula; numbers stay numbers."""
    cells = [column if is_numeric_dtype(column) else column.map(_inert) for _, column in table.items()]
    safe = pd.concat(cells, axis=1) if cells else table
    return safe.set_axis([_inert(name) for name in table], axis=1).to_csv(index=False).encode("utf-8-sig")


def _inert(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def button(
    label: str, make: Callable[[], bytes], file: str, mime: str, key: str, icon: str, about: str, missing: bool = False
) -> None:
    spoken = language()

    def made() -> bytes:
        with speaking(spoken):
            return make()

    how = {
        "key": f"download_{key}",
        "on_click": "ignore",
        "icon": f":material/{icon}:",
        "help": about,
        "disabled": missing,
    }
    st.download_button(label, made, file, mime, **how)  # type: ignore[arg-type]
