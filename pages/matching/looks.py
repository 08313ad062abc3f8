"""A closer look: word hashing, shapes, filters, deleting, reading, γ and J, the semantic space."""

from __future__ import annotations

from collections.abc import Callable

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.matching.config import TITLES
from engine.matching.evidence import keywords, trigram_gains, winning_windows
from engine.matching.models import windows
from engine.matching.scene import Scene
from engine.matching.shapes import TEXTBOOK, textbook, words_seen
from engine.matching.trace import filter_gains, trace, word_gains
from engine.runs.config import Whole
from pages.matching import charts, hashing, live, measures, space
from pages.matching.part import GATE_NAMES
from pages.matching.where import PLACE
from pages.ui import controls
from pages.ui.choices import one_of
from pages.ui.language import N_, t
from pages.ui.section import section
from pages.ui.theme import HUES

LEGEND = alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=3, symbolOpacity=1)
SHOWN = 8


def draw() -> None:
    """Closed sections, each computed only when it is opened."""
    now = live.shown()
    for name, title, icon, body in LOOKS:
        if opened := section(t(title), PLACE.open_key(name), f":material/{icon}:"):
            with opened:
                body(now)


def _shapes(now: live.Shown) -> None:
    """The calculator, the textbook's example run for real, and the text on stage."""
    left, right = st.columns(2, gap="large")
    with left:
        with st.container(horizontal=True):
            length, kernel, stride, padding = (
                controls.whole_number(label, Whole(low, high), start, key=f"matching_shape_{name}", bind="query-params")
                for name, label, low, high, start in (
                    ("length", t("Positions"), 1, 1_000, TEXTBOOK),
                    ("kernel", t("Kernel"), 1, 9, 3),
                    ("stride", t("Stride"), 1, 9, 1),
                    ("padding", t("Padding"), 0, 9, 0),
                )
            )
        count = windows(length, kernel, stride, padding)
        st.latex(
            rf"\left\lfloor \frac{{{length} + 2 \cdot {padding} - {kernel}}}{{{stride}}} \right\rfloor + 1 = {count}"
        )
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
    with right:
        shapes = textbook(now.scene().rows[0] or ("a",), now.config.language)
        st.markdown(t("**The textbook's example, run now: the shape of every tensor**"))
        table = {
            t("input: positions × columns"): "input",
            t("kernel: words × buckets"): "kernel",
            t("feature maps: windows × filters"): "maps",
            t("maxima"): "pooled",
            t("semantic vector"): "vector",
        }
        rows = [(name, " × ".join(f"{n:,}" for n in shapes[key])) for name, key in table.items()]
        st.dataframe(
            pd.DataFrame(rows, columns=[t("stage"), t("shape")]), hide_index=True, height="content", alt=t("Shapes")
        )
    st.markdown(
        t(
            "Two readings of 302 × 90,000. **The paper windows once**: a word has 30K columns, a kernel of three words has 90K, and each number sees {once} words; training here does this. **Windows of windows**: a position already holds three words, a kernel of three positions sees {twice}.",
            once=words_seen(3, 1),
            twice=words_seen(3, 2),
        )
    )
    _windowings(now)


def _windowings(now: live.Shown) -> None:
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
    st.altair_chart(
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


def _filters(now: live.Shown) -> None:
    """Filters by what they give to the cosine, and what each of them likes over the corpus."""
    scene, desk = now.scene(), now.desks.get("clsm")
    if desk is None:
        st.info(t("This needs CNN-DSSM among the trained models."))
        return
    gains = filter_gains(desk, scene.query, scene.rows[0])
    traced = trace(desk, scene.query, scene.rows[:1])
    order = np.argsort(-gains, kind="stable")
    left, right = st.columns(2, gap="large")
    with left:
        everything = st.toggle(
            t("All {count} filters", count=len(gains)), key="matching_filters_all", bind="query-params"
        )
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
    with right:
        unit = one_of(
            t("What does a filter like, over all documents?"),
            [int(k) + 1 for k in order[:SHOWN]],
            int(order[0]) + 1,
            key="matching_filter",
            name_of=str,
        )
        found = winning_windows(desk, now.hand.library.pool, int(unit) - 1)
        rows = [
            {t("window"): " ".join(one.words), t("value"): one.value, t("documents it wins in"): one.texts}
            for one in found
        ]
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            height=320,
            column_config={t("value"): st.column_config.NumberColumn(format="%.3f")},
            alt=t("Windows that win this filter"),
        )


def _window(now: live.Shown, row: tuple[str, ...], place: int) -> str:
    """The words of a window; what padding won says so."""
    if place >= len(row):
        return t("padding")
    return " ".join(now.hand.library.lexicon.framed(row)[place : place + now.config.window])


def _delete(now: live.Shown) -> None:
    """What each word is worth to each model, and each trigram of one of them."""
    scene = now.scene()
    words = [(side, n, word) for side, row in ((0, scene.query), (1, scene.rows[0])) for n, word in enumerate(row)]
    gains = {m: np.concatenate(word_gains(at, scene.query, scene.rows[0])) for m, at in now.desks.items()}
    sides = (t("query"), t("document"))
    rows = [
        {"at": at, "word": word, "side": sides[side], "model": TITLES[m], "gain": float(one[at])}
        for m, one in gains.items()
        for at, (side, _, word) in enumerate(words)
    ]
    reach = max(float(np.abs(np.concatenate(list(gains.values()))).max()), 1e-6)
    left, right = st.columns((3, 2), gap="large")
    with left:
        st.caption(
            t(
                "How much the cosine with the first document falls when a word is deleted. Click words on the stage to delete several."
            )
        )
        st.altair_chart(
            alt.Chart(pd.DataFrame(rows), height=150)
            .mark_rect()
            .encode(
                x=alt.X("at:O", title=None, axis=alt.Axis(labelExpr=_lookup([w for *_, w in words]), labelAngle=_angle(now), labelOverlap=len(words) > 22)),
                y=alt.Y("model:N", sort=None, title=None),
                color=alt.Color("gain:Q", title=None, scale=alt.Scale(scheme="blueorange", domain=[-reach, reach])),
                tooltip=[alt.Tooltip("side:N", title=t("text")), alt.Tooltip("word:N", title=t("word")), alt.Tooltip("model:N", title=t("Model")), alt.Tooltip("gain:Q", title=t("gives to the cosine"), format="+.4f")],
            ),
            key="word_gains",
            alt=t("What each word gives to the cosine, by model"),
        )  # fmt: skip
    with right:
        chosen = st.selectbox(
            t("Take a trigram from"), range(len(words)), format_func=lambda n: f"{words[n][2]} ({sides[words[n][0]]})", key=f"matching_token_{len(words)}"
        )  # fmt: skip
        side, _, token = words[chosen]
        found = {m: trigram_gains(at, scene.query, scene.rows[0], side, token) for m, at in now.desks.items()}
        whole = {m: float(at.cosines(scene.query, scene.rows[:1])[0]) for m, at in now.desks.items()}
        parts = [name for name, _ in next(iter(found.values()))]
        table = {t("without"): [t("(whole)"), *parts]}
        for m, one in found.items():
            table[TITLES[m]] = [f"{whole[m]:.3f}", *(f"{whole[m] - fall:.3f}" for _, fall in one)]
        st.dataframe(pd.DataFrame(table), hide_index=True, height="content", alt=t("Cosine without each trigram"))


def _lookup(words: list[str]) -> str:
    quoted = (word.replace("\\", "\\\\").replace("'", "\\'") for word in words)
    return "{" + ",".join(f"'{n}':'{word}'" for n, word in enumerate(quoted)) + "}[datum.value]"


def _angle(now: live.Shown) -> int:
    """Of words along an axis: single characters stand upright."""
    return 0 if now.config.language == "zh" else -50


def _reading(now: live.Shown) -> None:
    """Cosine as the documents are read, and what the LSTM makes of each word."""
    scene = now.scene()
    names = charts.part_words(now.config, scene.clicked)
    st.markdown(f":green[●] {names['d1']} &nbsp; :orange[●] {names['d2']}")
    for column, (model, at) in zip(st.columns(len(now.desks)), now.desks.items(), strict=True):
        read = trace(at, scene.query, scene.rows[:2])["cosine_read"]
        rows = [
            {"document": names[f"d{d + 1}"], "read": n + 1, "word": word, "cosine": float(read[d, n])}
            for d, row in enumerate(scene.rows[:2])
            for n, word in enumerate(row)
        ]
        column.altair_chart(_cosines_read(rows, TITLES[model]), key=f"reading_{model}", alt=t("Cosine with the query as both documents are read"))  # fmt: skip
    if "lstm" in now.desks:
        _gates(now, scene)


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


def _gates(now: live.Shown, scene: Scene) -> None:
    at, row = now.desks["lstm"], scene.rows[0]
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
    won = keywords(at, scene.query, row)
    left, right = st.columns((3, 2), gap="large")
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
    with left:
        st.altair_chart(
            alt.Chart(pd.DataFrame(rows), height=260, title=t("Cells × words, cells sorted by what they give to the cosine"))
            .mark_rect()
            .encode(
                x=alt.X("at:O", title=None, axis=alt.Axis(labelExpr=_lookup(list(row)), labelAngle=_angle(now))),
                y=alt.Y("unit:N", sort=None, title=t("unit"), axis=alt.Axis(labelOverlap=True)),
                color=alt.Color("value:Q", title=None, scale=scale),
                tooltip=[alt.Tooltip("word:N", title=t("word")), alt.Tooltip("unit:N", title=t("unit")), alt.Tooltip("value:Q", title=t("value"), format=".3f")],
            ),
            key="lstm_cells",
            alt=t("Cells × words"),
        )  # fmt: skip
    data = pd.DataFrame({"at": range(len(row)), "word": row, "cells": won})
    with right:
        st.altair_chart(
            alt.Chart(data, height=260, title=t("Keywords: cells that a word moved most"))
            .mark_bar(color=HUES[3])
            .encode(
                x=alt.X(
                    "at:O",
                    title=None,
                    axis=alt.Axis(labelExpr=_lookup(list(row)), labelAngle=_angle(now), labelOverlap=len(row) > 14),
                ),
                y=alt.Y("cells:Q", title=t("cells"), axis=alt.Axis(tickMinStep=1)),
                tooltip=[alt.Tooltip("word:N", title=t("word")), alt.Tooltip("cells:Q", title=t("cells"))],
            ),
            key="keywords",
            alt=t("Keywords"),
        )


def _gamma(now: live.Shown) -> None:
    """γ sharpens, J spreads: what both do to P(D₁ | Q)."""
    scene = now.scene()
    left, right = st.columns(2, gap="large")
    cosines = {m: at.cosines(scene.query, scene.rows).astype(np.float64) for m, at in now.desks.items()}
    gammas = np.geomspace(0.1, 100, 61)
    rows = [
        {"gamma": g, "model": TITLES[m], "p": float(1.0 / np.exp(g * (one - one[0])).sum())}
        for m, one in cosines.items()
        for g in gammas
    ]
    rule = alt.Chart(pd.DataFrame({"gamma": [now.config.gamma]})).mark_rule(strokeDash=[4, 3]).encode(x="gamma:Q")
    with left:
        st.altair_chart(
            _curve(rows, "gamma", t("γ"), log=True) + rule,
            key="gamma_curve",
            alt=t("P(D₁|Q) over γ"),
        )
        st.caption(
            t(
                "The same five cosines; the dashed line is γ of this run. A cosine lies in −1 … 1: without γ no document could win clearly."
            )
        )
    with right:
        st.altair_chart(_curve(_unclicked(now, scene), "j", t("J, unclicked documents")), key="j_curve", alt=t("P(D₁|Q) over J"))  # fmt: skip
        st.caption(
            t(
                "γ of this run; first the documents on stage, then others of the pool at random. The more there are, the smaller the share, and the harder the task that is learnt."
            )
        )


def _unclicked(now: live.Shown, scene: Scene) -> list[dict[str, object]]:
    library = now.hand.library
    beside = scene.documents[1:]
    others = [n for n in library.log.pool if n not in scene.documents]
    shuffled = np.random.default_rng(0).permutation(len(others))
    pool = [*beside, *(others[n] for n in shuffled)][:50]
    rows: list[dict[str, object]] = []
    for model, at in now.desks.items():
        scores = at.cosines(scene.query, [scene.rows[0], *(library.documents[n] for n in pool)]).astype(np.float64)
        powers = np.exp(now.config.gamma * (scores - scores[0]))
        rows += [
            {"j": j, "model": TITLES[model], "p": float(1.0 / powers[: j + 1].sum())} for j in range(1, len(pool) + 1)
        ]
    return rows


def _curve(rows: list[dict[str, object]], x: str, title: str, log: bool = False) -> alt.Chart:
    hues = [HUES[int(charts.COLOURS[m])] for m in TITLES]
    return (
        alt.Chart(pd.DataFrame(rows), height=300)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(f"{x}:Q", title=title, scale=alt.Scale(type="log") if log else alt.Scale()),
            y=alt.Y("p:Q", title="P(D₁|Q)", scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("model:N", title=None, legend=LEGEND, scale=alt.Scale(domain=list(TITLES.values()), range=hues)),
            tooltip=[alt.Tooltip("model:N", title=t("Model")), alt.Tooltip(f"{x}:Q", title=title, format=".3g"), alt.Tooltip("p:Q", title="P(D₁|Q)", format=".3f")],
        )
    )  # fmt: skip


LOOKS: tuple[tuple[str, str, str, Callable[[live.Shown], None]], ...] = (
    (
        "measures",
        N_("Held out: NDCG, MRR and recall, beside BM25 and the trigram cosine"),
        "leaderboard",
        measures.draw,
    ),
    ("hashing", N_("Word hashing up close: trigrams, buckets, collisions, a misspelling"), "tag", hashing.up_close),
    ("shapes", N_("Shapes: 302 positions, a kernel of three, 300 windows"), "straighten", _shapes),
    ("filters", N_("Filters: what each gives to the cosine, and what it likes"), "filter_alt", _filters),
    ("delete", N_("Delete a word or a trigram: what is each worth?"), "ink_eraser", _delete),
    ("reading", N_("The cosine as the document is read, gates and keywords"), "menu_book", _reading),
    ("gamma", N_("γ and J: what both do to P(D|Q)"), "tune", _gamma),
    ("space", N_("The semantic space over training"), "scatter_plot", space.draw),
)
