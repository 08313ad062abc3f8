"""Take it away: the recording, and the numbers of the sequence on stage as a table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.recurrent.probe import Probe
from engine.recurrent.trace import trace
from pages.recurrent import live
from pages.recurrent.looks import probe_on_stage
from pages.recurrent.settings import TITLES
from pages.ui.language import t


def draw() -> None:
    """Two buttons; nothing is computed before one is pressed."""
    now = live.shown()
    name = f"gatescope-recurrent-{now.config.digest[:8]}"
    titles = {cell: t(TITLES[cell]) for cell in now.config.cells}  # a download runs in another thread
    with st.container(horizontal=True, key="exports"):
        st.download_button(
            t("Recording"),
            now.recording.to_bytes,
            f"{name}.npz",
            "application/octet-stream",
            key="download_recording",
            on_click="ignore",
            icon=":material/download:",
            help=t("Settings and frames of the run on stage; engine.runs.recording reads it."),
        )
        one = probe_on_stage(now)
        st.download_button(
            t("Table (CSV)"),
            lambda: table(now, one, titles).to_csv(index=False).encode("utf-8-sig"),
            f"{name}.csv",
            "text/csv",
            key="download_table",
            on_click="ignore",
            icon=":material/table:",
            help=t("Every gate and state of every unit and word of the sequence on stage."),
        )


def table(now: live.Shown, one: Probe, titles: dict[str, str]) -> pd.DataFrame:
    """One row for each cell, word and unit."""
    rows = []
    for cell, title in titles.items():
        traced = trace(now.config, now.frame, cell, one.inputs)
        parts = [name for name in ("f", "i", "g", "o", "c", "h") if name in traced]
        rows += [
            {"cell": title, "word": word, "position": s + 1, "unit": u + 1}
            | {name: float(traced[name][s, u]) for name in parts}
            for s, word in enumerate(one.written)
            for u in range(now.config.hidden)
        ]
    return pd.DataFrame(rows)
