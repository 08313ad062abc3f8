"""Shapes: the calculator, the textbook's example run for real, the text on stage, and the two ways of windowing."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from engine.matching.models import windows
from engine.matching.opened.shapes import TEXTBOOK, textbook, words_seen
from engine.runs.config import IntRange
from pages.matching.shown import Shown
from pages.ui.controls import controls
from pages.ui.language import N_, t
from pages.ui.pieces.charts import show
from pages.ui.theme import HUES

_READINGS = {
    "en": N_(
        "Two readings of 302 × 90,000. **The paper windows once**: a word has 30K columns, a kernel of three words has 90K, and each number sees {once} words; training here does this. **Windows of windows**: a position already holds three words, a kernel of three positions sees {twice}."
    ),
    "zh": N_(
        "Two readings of 302 × 45,000. **Windowed once**: a character has 15K columns, a kernel of three characters has 45K, and each number sees {once} characters; training here does this. **Windows of windows**: a position already holds three characters, a kernel of three positions sees {twice}."
    ),
}


def draw(now: Shown) -> None:
    """The calculator, the textbook's example run for real, and the text on stage."""
    left, right = st.columns(2, gap="large")
    with left:
        _calculator()
        _on_stage(now)
    with right:
        _textbook(now)
    st.markdown(t(_READINGS[now.config.language], once=words_seen(3, 1), twice=words_seen(3, 2)))
    _windowings(now)


def _calculator() -> None:
    with st.container(horizontal=True):
        length, kernel, stride, padding = (
            controls.whole_number(label, IntRange(low, high), start, key=f"matching_shape_{name}", bind="query-params")
            for name, label, low, high, start in (
                ("length", t("Positions"), 1, 1_000, TEXTBOOK),
                ("kernel", t("Kernel"), 1, 9, 3),
                ("stride", t("Stride"), 1, 9, 1),
                ("padding", t("Padding"), 0, 9, 0),
            )
        )
    count = windows(length, kernel, stride, padding)
    st.latex(rf"\left\lfloor \frac{{{length} + 2 \cdot {padding} - {kernel}}}{{{stride}}} \right\rfloor + 1 = {count}")


def _on_stage(now: Shown) -> None:
    row = now.scene().rows[0]
    framed = now.hand.library.lexicon.framed(row)
    st.markdown(
        t(
            "The document on stage: {words} words, {positions} positions with <s>, {windows} windows. Texts here have their own length; what is longer than {longest} positions is truncated. {pooling}",
            words=len(row),
            positions=len(framed),
            windows=windows(len(framed), now.config.window),
            longest=now.config.longest,
            pooling=t("Padding is masked: it can win no maximum.")
            if now.config.pooling == "masked"
            else t("Each is padded to that length, and padding can win a maximum."),
        ).replace("<s>", "\\<s\\>")
    )


def _textbook(now: Shown) -> None:
    shapes = textbook(now.scene().rows[0] or ("a",), now.config.language)
    st.markdown(t("**The textbook's example, run now: the shape of every tensor**"))
    table = {
        t("input: positions × columns"): "input",
        t("kernel: words × columns"): "kernel",
        t("the same, windowed first: windows × columns"): "windowed",
        t("kernel of that reading"): "windowed_kernel",
        t("feature maps: windows × filters"): "maps",
        t("maxima"): "pooled",
        t("semantic vector"): "vector",
    }
    rows = [(name, " × ".join(f"{n:,}" for n in shapes[key])) for name, key in table.items()]
    st.dataframe(
        pd.DataFrame(rows, columns=[t("stage"), t("shape")]), hide_index=True, height="content", alt=t("Shapes")
    )


def _windowings(now: Shown) -> None:
    """Both readings drawn over the words on stage: which words reach the middle number."""
    framed = now.hand.library.lexicon.framed(now.scene().rows[0])[:9]
    middle = len(framed) // 2
    names = {1: t("windows once"), 2: t("windows of windows")}
    rows = [
        {"place": n, "word": f"{n + 1} {word}", "reading": name, "seen": abs(n - middle) <= words_seen(3, times) // 2}
        for times, name in names.items()
        for n, word in enumerate(framed)
    ]
    order = [f"{n + 1} {word}" for n, word in enumerate(framed)]
    show(
        alt.Chart(pd.DataFrame(rows), height=90)
        .mark_rect(stroke="#8884")
        .encode(
            x=alt.X("word:N", sort=order, title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("reading:N", sort=list(names.values()), title=None, axis=alt.Axis(labelLimit=200)),
            color=alt.Color("seen:N", legend=None, scale=alt.Scale(domain=[True, False], range=[HUES[2], "#8881"])),
            tooltip=[alt.Tooltip("word:N", title=t("word")), alt.Tooltip("seen:N", title=t("seen by one number"))],
        ),
        key="windowings",
        alt=t("Words that one number sees, in both readings"),
    )
