"""Interventions: force gates, cut peepholes, give the output gate the wrong cell state; and a sentence of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.errors import UserError
from engine.recurrent.ladder import LADDER, TITLES
from engine.recurrent.opened import clamps_of
from engine.recurrent.probe import Probe, own_probe
from engine.recurrent.sentences import WORDINGS
from engine.recurrent.view import said_of
from pages.recurrent import charts
from pages.recurrent.looks import cell_scale
from pages.recurrent.part import heat
from pages.recurrent.shown import Shown
from pages.recurrent.where import OPENS_ON
from pages.ui import language
from pages.ui.controls.choices import one_of, some_of
from pages.ui.language import N_, bare, t
from pages.ui.marked import Marked
from pages.ui.pieces.charts import LEGEND, show, word_axis
from pages.ui.theme import HUES

KEEPS = {"f": N_("Forget gate"), "z": N_("Update gate")}
"""The gate of a cell that keeps, the first that its class names."""


def intervene(now: Shown) -> None:
    """Force gates, cut peepholes; one pass through the sentence answers."""
    one = now.probe
    cells = [cell for cell in now.config.cells if LADDER[cell].model.gates]
    if not cells:
        st.info(t("The RNN has no gates to force."))
        return
    left, right = st.columns((2, 3), gap="large")
    with left:
        cell, how = _chosen(now, one, cells)
    free = said_of(now.opened.trace(cell, one.inputs), one)
    held = said_of(now.opened.trace(cell, one.inputs, **how), one)
    with right:
        st.metric(
            t("The answer after the last word"), f"{held[-1]:.3f}", f"{held[-1] - free[-1]:+.3f}",
            help=t("Nothing is retrained: one pass through the sentence."),
        )  # fmt: skip
        _free_and_forced(one, free, held)


def _chosen(now: Shown, one: Probe, cells: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The cell, and what is forced or cut in it, as `Opened.trace` takes it."""
    cell = one_of(t("Cell"), cells, _first(cells), key="recurrent_forced_cell", name_of=lambda c: t(TITLES[c]))
    kind = LADDER[cell].model
    gate = one_of(t("Gate"), kind.gates, kind.gates[0], key="recurrent_forced_gate", name_of=str)
    value = one_of(
        t("Forced to"),
        ["free", "0", "1"],
        "0",
        key="recurrent_forced_to",
        name_of=lambda v: t("free") if v == "free" else v,
    )
    last = len(one.written)
    begin, end = st.slider(
        t("From word … to word"), 1, last, (min(one.told + 2, last), last), key=f"recurrent_forced_words_{last}"
    )
    units = some_of(
        t("Units (none chosen: all)"),
        range(1, now.config.hidden + 1),
        (),
        key="recurrent_forced_units",
        name_of=str,
    )
    off = some_of(t("Peepholes cut"), ["f", "i", "o"], (), key="recurrent_cut", name_of=str) if kind.peeping else ()
    wrong = st.toggle(
        t("The output gate sees C(t−1) instead of C(t)"), key="recurrent_old_cell", bind="query-params", disabled=not kind.peeping
    )  # fmt: skip
    forced = {} if value == "free" else {gate: float(value)}
    chosen = [unit - 1 for unit in units] or list(range(now.config.hidden))
    clamps = clamps_of(last, now.config.hidden, forced, chosen, range(begin - 1, end))
    return cell, {"clamps": clamps, "without": off, "output_sees_old_cell": bool(wrong and kind.peeping)}


def _first(cells: Sequence[str]) -> str:
    """The one of some cells where a link names none."""
    return OPENS_ON if OPENS_ON in cells else cells[0]


def _free_and_forced(one: Probe, free: np.ndarray, held: np.ndarray) -> None:
    names = [t("free"), t("forced")]
    rows = [
        {"at": s, "word": word, "run": name, "value": float(values[s])}
        for name, values in zip(names, (free, held), strict=True)
        for s, word in enumerate(one.written)
    ]
    show(
        alt.Chart(pd.DataFrame(rows), height=240)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=word_axis(one.written),
            y=alt.Y("value:Q", title=t("the answer")),
            color=alt.Color("run:N", title=None, sort=names, scale=alt.Scale(domain=names, range=["#7A8691", HUES[1]]), legend=LEGEND),
            strokeDash=alt.StrokeDash("run:N", title=None, sort=names, scale=alt.Scale(domain=names, range=[[4, 3], [1, 0]])),
            tooltip=[alt.Tooltip("word:N", title=t("word")), alt.Tooltip("run:N", title=t("run")), alt.Tooltip("value:Q", title=t("the answer"), format=".3f")],
        ),
        key="forced_answer",
        alt=t("The answer word by word, free and forced"),
    )  # fmt: skip


def own(now: Shown) -> None:
    """A sentence of the viewer's, read by every cell."""
    wording = WORDINGS[now.config.sentences]
    example = " ".join(charts.probes(now.config, (min(4, now.config.distance),))[0].written)
    text = st.text_input(
        t("Words with spaces between"), example, max_chars=600, key="recurrent_own_sentence", bind="query-params"
    )
    st.caption(t("The vocabulary: {words}", words=" ".join(wording.vocabulary)))
    try:
        one = own_probe(now.config, text or "")
    except UserError as error:
        st.warning(language.explain(error))
        return
    rows, said = [], []
    for cell in now.config.cells:
        traced = now.opened.trace(cell, one.inputs)
        best = int(np.argmax(traced["probabilities"][-1]))
        sure = traced["probabilities"][-1, best]
        line = Marked("{cell} **{answer}** ({sure:.2f})")
        said.append(line.format(cell=t(TITLES[cell]), answer=wording.answers[best], sure=sure))
        rows += [
            {"at": s, "word": word, "cell": t(TITLES[cell]), "value": float(traced["probabilities"][s, one.answer])}
            for s, word in enumerate(one.written)
        ]
    st.markdown(t("After the last word: {answers}", answers=Marked(", ").join(said)))
    left, right = st.columns(2, gap="large")
    title = bare("probability of “{answer}”", answer=wording.answers[one.answer])
    show(_word_by_word(now, one, rows, title), key="own_answer_chart", alt=t("The answer word by word"), into=left)
    gated = [cell for cell in now.config.cells if LADDER[cell].model.gates]
    if gated:
        cell = now.rung if now.rung in gated else _first(gated)
        keeps, traced = LADDER[cell].model.gates[0], now.opened.trace(cell, one.inputs)
        order = np.argsort(-traced[keeps].mean(0))[:8]
        title = bare("{gate} of {cell}: the eight units that keep most", gate=t(KEEPS[keeps]), cell=t(TITLES[cell]))
        show(
            heat(traced, keeps, order, one.written, title),
            key="own_forget", alt=t("Gates of the own sentence that keep"), into=right,
        )  # fmt: skip


def _word_by_word(now: Shown, one: Probe, rows: list[dict[str, object]], title: str) -> alt.Chart:
    scale = cell_scale(now.config.cells)
    return (
        alt.Chart(pd.DataFrame(rows), height=240)
        .mark_line(point=True)
        .encode(
            x=word_axis(one.written),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("cell:N", title=None, scale=scale["color"], sort=None, legend=LEGEND),
            strokeDash=alt.StrokeDash("cell:N", title=None, scale=scale["dash"], sort=None),
            tooltip=[alt.Tooltip("word:N", title=t("word")), alt.Tooltip("cell:N", title=t("Cell")), alt.Tooltip("value:Q", title=t("value"), format=".3f")],
        )
    )  # fmt: skip
