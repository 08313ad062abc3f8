"""The cosine as the documents are read, and what the LSTM makes of each word: gates, cells, keywords."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.matching.ladder import TITLES
from engine.matching.opened.evidence import keywords
from engine.matching.opened.scene import Scene
from engine.matching.opened.trace import Row, trace
from pages.matching import charts
from pages.matching.part import GATE_NAMES
from pages.matching.shown import Shown
from pages.matching.words import upright
from pages.ui.controls.choices import one_of
from pages.ui.language import t
from pages.ui.marked import Marked
from pages.ui.pieces.charts import built_once, show, word_axis
from pages.ui.theme import HUES


def draw(now: Shown) -> None:
    """Cosine as the documents are read, and what the LSTM makes of each word."""
    scene = now.scene()
    names = charts.part_words(now.config, scene.clicked)
    st.markdown(Marked(":green[●] {d1} &nbsp; :orange[●] {d2}").format(d1=names["d1"], d2=names["d2"]))
    for column, (model, at) in zip(st.columns(len(now.models)), now.models.items(), strict=True):
        read = trace(at, scene.query, scene.rows[:2])["cosine_read"]
        rows = [
            {"document": names[f"d{d + 1}"], "read": n + 1, "word": word, "cosine": float(read[d, n])}
            for d, row in enumerate(scene.rows[:2])
            for n, word in enumerate(row)
        ]
        show(_cosines_read(rows, TITLES[model]), key=f"reading_{model}", alt=t("Cosine with the query as both documents are read"), into=column)  # fmt: skip
    if "lstm" in now.models:
        _gates(now, scene)


@built_once
def _cosines_read(rows: list[dict[str, object]], title: str) -> alt.Chart:
    return (
        alt.Chart(pd.DataFrame(rows), height=240, title=title)
        .mark_line(point={"size": 16})
        .encode(
            x=alt.X("read:Q", title=t("words read"), axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("cosine:Q", title=t("cosine so far"), scale=alt.Scale(domain=[-1, 1])),
            color=alt.Color("document:N", title=None, sort=None, legend=None, scale=alt.Scale(range=[HUES[2], HUES[1]])),
            tooltip=[alt.Tooltip("document:N", title=t("text")), alt.Tooltip("word:N", title=t("word")), alt.Tooltip("cosine:Q", title=t("cosine so far"), format=".3f")],
        )
    )  # fmt: skip


def _gates(now: Shown, scene: Scene) -> None:
    at, row = now.models["lstm"], scene.rows[0]
    traced = trace(at, scene.query, scene.rows[:1])
    gate = one_of(
        t("Gate or state"),
        ("i", "f", "o", "c", "h"),
        "i",
        key="matching_look_gate",
        name_of=lambda gate: t(GATE_NAMES[gate]),
    )
    values = traced[f"{gate}_documents"][0]
    order = np.argsort(-np.abs(traced["query"] * traced["documents"][0]), kind="stable")
    left, right = st.columns((3, 2), gap="large")
    with left:
        _cells(now, row, gate, values, order)
    with right:
        _keywords(now, row, keywords(at, scene.query, row))


def _cells(now: Shown, row: Row, gate: str, values: np.ndarray, order: np.ndarray) -> None:
    rows = [
        {"at": n, "word": word, "unit": str(int(u) + 1), "value": float(values[n, u])}
        for n, word in enumerate(row)
        for u in order
    ]
    bound = float(np.abs(values).max())
    scale = (
        alt.Scale(scheme="viridis", domain=[0, 1])
        if gate in "ifo"
        else alt.Scale(scheme="blueorange", domain=[-bound, bound])
    )
    show(
        alt.Chart(pd.DataFrame(rows), height=260, title=t("Cells × words, cells sorted by what they give to the cosine"))
        .mark_rect()
        .encode(
            x=word_axis(row, angle=upright(now)),
            y=alt.Y("unit:N", sort=None, title=t("unit"), axis=alt.Axis(labelOverlap=True)),
            color=alt.Color("value:Q", title=None, scale=scale),
            tooltip=[alt.Tooltip("word:N", title=t("word")), alt.Tooltip("unit:N", title=t("unit")), alt.Tooltip("value:Q", title=t("value"), format=".3f")],
        ),
        key="lstm_cells",
        alt=t("Cells × words"),
    )  # fmt: skip


def _keywords(now: Shown, row: Row, won: np.ndarray) -> None:
    data = pd.DataFrame({"at": range(len(row)), "word": row, "cells": won})
    show(
        alt.Chart(data, height=260, title=t("Keywords: cells that a word moved most"))
        .mark_bar(color=HUES[3])
        .encode(
            x=word_axis(row, angle=upright(now), overlap=len(row) > 14),
            y=alt.Y("cells:Q", title=t("cells"), axis=alt.Axis(tickMinStep=1)),
            tooltip=[alt.Tooltip("word:N", title=t("word")), alt.Tooltip("cells:Q", title=t("cells"))],
        ),
        key="keywords",
        alt=t("Keywords"),
    )
