"""Filters: what each gives to the cosine, and the windows that it likes over all documents."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from engine.matching.opened.evidence import winning_windows
from engine.matching.opened.scene import Scene
from engine.matching.opened.trace import OpenedModel, filter_gains, trace
from engine.runs.trace import Trace
from pages.matching.shown import Shown
from pages.ui.controls.choices import one_of
from pages.ui.language import t

SHOWN = 8


def draw(now: Shown) -> None:
    """Filters by what they give to the cosine, and what each of them likes over the corpus."""
    scene, model = now.scene(), now.models.get("clsm")
    if model is None:
        st.info(t("This needs CNN-DSSM among the trained models."))
        return
    gains = filter_gains(model, scene.query, scene.rows[0])
    traced = trace(model, scene.query, scene.rows[:1])
    order = np.argsort(-gains, kind="stable")
    left, right = st.columns(2, gap="large")
    with left:
        _gains(now, scene, traced, gains, order)
    with right:
        _liked(now, model, order)


def _gains(now: Shown, scene: Scene, traced: Trace, gains: np.ndarray, order: np.ndarray) -> None:
    """A row a filter: what it gives, and where it took its maximum."""
    everything = st.toggle(t("All {count} filters", count=len(gains)), key="matching_filters_all", bind="query-params")
    shown = order if everything else order[:SHOWN]
    won = [traced[f"winners_{side}"][0] for side in ("query", "documents")]
    rows = [
        {
            t("filter"): int(k) + 1,
            t("gives to the cosine"): float(gains[k]),
            t("in the query"): _window(now, scene.query, won[0][k]),
            t("in the document"): _window(now, scene.rows[0], won[1][k]),
        }
        for k in shown
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=320 if everything else "content",
        column_config={t("gives to the cosine"): st.column_config.NumberColumn(format="%+.4f")},
        alt=t("Filters and what they give to the cosine"),
    )


def _liked(now: Shown, model: OpenedModel, order: np.ndarray) -> None:
    """The windows of all documents that one filter likes most."""
    unit = one_of(
        t("What does a filter like, over all documents?"),
        [int(k) + 1 for k in order[:SHOWN]],
        int(order[0]) + 1,
        key="matching_filter",
        name_of=str,
    )
    found = winning_windows(model, now.hand.library.pool, int(unit) - 1)
    rows = [
        {t("window"): " ".join(one.words), t("value"): one.value, t("documents it wins in"): one.texts} for one in found
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=320,
        column_config={t("value"): st.column_config.NumberColumn(format="%.3f")},
        alt=t("Windows that win this filter"),
    )


def _window(now: Shown, row: tuple[str, ...], place: int) -> str:
    """The words of a window; what padding won says so."""
    if place >= len(row):
        return t("padding")
    return " ".join(now.hand.library.lexicon.framed(row)[place : place + now.config.window])
