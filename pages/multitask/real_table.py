"""The seesaw on a real table: what each of two tasks gains over a network of its own, of open data that does not come along."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from engine.multitask.claims import TOGETHER
from engine.multitask.ladder import LADDER, TITLES
from engine.multitask.own_data.answer import Difference, difference
from engine.multitask.own_data.published import TABLES, Measured, read
from pages.multitask.claim_seesaw import chart
from pages.ui.language import bare, t
from pages.ui.marked import Marked
from pages.ui.pieces.charts import show
from pages.ui.theme import HUES

ALONE = "single_task"


def draw() -> None:
    """Each table that was compared, its source, and whether its numbers are old."""
    for name in TABLES:
        found = _read(name)
        if found is not None:
            _drawn(name, found)


def _drawn(name: str, found: Measured) -> None:
    table, labels = TABLES[name], found.config.labels
    st.markdown(Marked("**{title}: {labels}**").format(title=table.title, labels=" · ".join(labels)))
    show(
        chart(
            {TITLES[s]: (_gained(found, s), HUES[LADDER[s].hue]) for s in TOGETHER},
            *(bare("{task}: AUC above Single-Task's", task=label) for label in labels),
        ),
        key=f"seesaw_{name}",
        alt=t("What the first label gains over Single-Task against what the second gains, a dot for each seed"),
    )
    rows = [{t("structure"): TITLES[s]} | _told(found, s) for s in TOGETHER]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content")
    st.caption(
        t(
            "Error (1 − AUC) relative to Single-Task in %, with intervals of 95% over test rows and seeds together. {rows} test rows, the last of the table; {seeds} seeds; {seconds} s on one core. Open data, read and compared as a file of your own is: to see the same, bring the file below. Source: {source}. Data {data}.",
            rows=f"{int(found.metrics['test_rows']):,}",
            seeds=found.config.runs,
            seconds=f"{found.seconds:,.0f}",
            source=table.source,
            data=found.data[:12],
        )
    )
    if found.old:
        st.warning(t("Measured by older code: what the page would find today may differ."))


def _gained(found: Measured, structure: str) -> np.ndarray:
    """By how much each seed's AUC lies above Single-Task's (S, 2)."""
    return np.asarray(found.metrics[f"{ALONE}.error"] - found.metrics[f"{structure}.error"])


def _told(found: Measured, structure: str) -> dict[str, object]:
    """Of each label how far the error lies from Single-Task's."""
    return {
        label: _interval(difference(found.metrics, structure, ALONE, task))
        for task, label in enumerate(found.config.labels)
    }


def _interval(one: Difference) -> str:
    return f"{100 * one.mean:+.2f} [{100 * one.low:+.2f}, {100 * one.high:+.2f}]"


@st.cache_data(max_entries=len(TABLES), show_spinner=False)
def _read(name: str) -> Measured | None:
    return read(name)


BEFOREHAND = tuple(partial(_read, name) for name in TABLES)
"""Whether they are old is told from the code, which is read for it."""
