"""One query ranked by every model and baseline, and where they disagree."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from engine.matching.baselines import BASELINES
from engine.matching.ladder import TITLES
from engine.matching.measures import levels
from engine.matching.opened.scene import Scene, ranks
from pages.matching.shown import Shown, position, scores_of, shown
from pages.ui.language import N_, listed, t
from pages.ui.marked import Marked
from pages.ui.numbers import number

NAMES = TITLES | {"bm25": N_("BM25"), "trigrams": N_("Trigram cosine")}
FIRST_OF_EACH = 2


def draw() -> None:
    """The table, under a sentence that says who puts what first."""
    now = shown()
    scene = now.scene()
    scores = scores_of(now, scene)
    table = ranked(now, now.at(), scene, scores, position(now)[0])
    st.markdown(disagreement(now, scene, scores))
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        key="ranking",
        column_config={
            t("document"): st.column_config.TextColumn(width=270),
            t("relevance"): st.column_config.TextColumn(width=110),
        },
        alt=t("Rank and score of each document by model and baseline"),
    )


def chosen(now: Shown, scene: Scene, scores: Mapping[str, np.ndarray]) -> list[int]:
    """Places in the pool of the documents to list: those on stage, then the first two of each ranking."""
    pool = now.hand.library.log.pool
    own = [pool.index(index) for index in scene.documents if index in pool]
    best = [int(n) for one in scores.values() for n in np.argsort(-one, kind="stable")[:FIRST_OF_EACH]]
    return list(dict.fromkeys([*own[:3], *best, *own[3:]]))[:10]


def ranked(now: Shown, at: int, scene: Scene, scores: Mapping[str, np.ndarray], rung: str) -> pd.DataFrame:
    """One row a document: its rank and score by each, sorted by one rung; the scene is of the query `at` that number."""
    order = ranks(scores[rung])
    rows = sorted(chosen(now, scene, scores), key=lambda n: order[n])
    log = now.hand.library.log
    grades = now.hand.library.log.test[now.hand.picks()[at]].grades if scene.clicked else {}
    table = {t("document"): [_text(now, scene, log.pool[n]) for n in rows]}
    if scene.clicked:
        table[t("relevance")] = [_mark(scene, grades, log.pool[n]) for n in rows]
    for name in (*now.config.models, *BASELINES):
        table[t(NAMES[name])] = [f"{_rank(scores[name], n)} · {number(scores[name][n], 3)}" for n in rows]
    return pd.DataFrame(table)


def _text(now: Shown, scene: Scene, index: int) -> str:
    library = now.hand.library
    if index == scene.documents[0] and scene.rows[0] != library.documents[index]:  # words of it were deleted
        return ("" if now.config.language == "zh" else " ").join(scene.rows[0])
    return library.log.documents[index]


def _mark(scene: Scene, grades: Mapping[int, int], index: int) -> str:
    if index == scene.documents[0]:
        return t("clicked")
    return t("same meaning") if grades.get(index) else "–"


def _rank(scores: np.ndarray, n: int) -> str:
    """3, or 1–2 where two share the first places."""
    level = levels(scores)
    first = 1 + int((level < level[n]).sum())
    last = first + int((level == level[n]).sum()) - 1
    return f"{first}" if first == last else f"{first}–{last}"


def disagreement(now: Shown, scene: Scene, scores: Mapping[str, np.ndarray]) -> str:
    """Who puts the clicked document first, who cannot tell it from another, who prefers another."""
    if not scene.clicked:
        firsts = (
            Marked("{model} “{document}”").format(
                model=t(NAMES[name]),
                document=_short(_text(now, scene, now.hand.library.log.pool[int(np.argmax(one))])),
            )
            for name, one in scores.items()
            if name in now.config.models
        )
        return t("**First for each model:** {documents}.", documents=listed(firsts))
    pool = now.hand.library.log.pool
    own, twin = (pool.index(index) for index in scene.documents[:2])
    verdicts: dict[str, list[str]] = {"above": [], "equal": [], "below": []}
    for name, one in scores.items():
        level = levels(one)
        behind = int(level[twin] - level[own])
        verdicts["above" if behind > 0 else "below" if behind else "equal"].append(t(NAMES[name]))
    parts = {
        "above": N_("above it for {names}"),
        "equal": N_("**the same for {names}**"),
        "below": N_("below it for {names}"),
    }
    said = listed((t(parts[kind], names=listed(names)) for kind, names in verdicts.items() if names), "; ")
    return t("Whole texts, the clicked D₁ against D₂: {listed}.", listed=said)


def _short(text: str, most: int = 48) -> str:
    return text if len(text) <= most else f"{text[:most].rstrip()}…"
