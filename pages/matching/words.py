"""What each word is worth to each model, and each trigram of one of them."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.matching.ladder import TITLES
from engine.matching.opened.evidence import trigram_gains
from engine.matching.opened.scene import Scene
from engine.matching.opened.trace import word_gains
from pages.matching.shown import Shown
from pages.ui.controls.choices import one_of_many
from pages.ui.language import bare, t
from pages.ui.pieces.charts import show, word_axis


def draw(now: Shown) -> None:
    """What each word is worth to each model, and each trigram of one of them."""
    scene = now.scene()
    words = [(side, n, word) for side, row in ((0, scene.query), (1, scene.rows[0])) for n, word in enumerate(row)]
    gains = {m: np.concatenate(word_gains(at, scene.query, scene.rows[0])) for m, at in now.models.items()}
    sides = (t("query"), t("document"))
    rows = [
        {"at": at, "word": word, "side": sides[side], "model": TITLES[m], "gain": float(one[at])}
        for m, one in gains.items()
        for at, (side, _, word) in enumerate(words)
    ]
    left, right = st.columns((3, 2), gap="large")
    with left:
        st.caption(
            t(
                "How much the cosine with the first document falls when a word is deleted. Click words on the stage to delete several."
            )
        )
        _worth(now, rows, [word for *_, word in words])
    with right:
        _trigrams(now, scene, words)


def _worth(now: Shown, rows: list[dict[str, object]], words: list[str]) -> None:
    reach = max(*(abs(float(str(row["gain"]))) for row in rows), 1e-6)
    show(
        alt.Chart(pd.DataFrame(rows), height=180)
        .mark_rect()
        .encode(
            x=word_axis(words, angle=upright(now), overlap=len(words) > 22),
            y=alt.Y("model:N", sort=None, title=None),
            color=alt.Color("gain:Q", title=None, scale=alt.Scale(scheme="blueorange", domain=[-reach, reach])),
            tooltip=[alt.Tooltip("side:N", title=t("text")), alt.Tooltip("word:N", title=t("word")), alt.Tooltip("model:N", title=t("Model")), alt.Tooltip("gain:Q", title=t("gives to the cosine"), format="+.4f")],
        ),
        key="word_gains",
        alt=t("What each word gives to the cosine, by model"),
    )  # fmt: skip


def _trigrams(now: Shown, scene: Scene, words: list[tuple[int, int, str]]) -> None:
    sides = (t("query"), t("document"))
    chosen = one_of_many(
        t("Take a trigram from"),
        range(len(words)),
        0,
        key="matching_taken_from",
        name_of=lambda n: f"{words[n][2]} ({sides[words[n][0]]})",
    )
    side, _, token = words[chosen]
    found = {m: trigram_gains(at, scene.query, scene.rows[0], side, token) for m, at in now.models.items()}
    whole = {m: float(at.cosines(scene.query, scene.rows[:1])[0]) for m, at in now.models.items()}
    parts = [name for name, _ in next(iter(found.values()))]
    table = {bare("without"): [bare("(whole)"), *parts]}
    for m, one in found.items():
        table[TITLES[m]] = [f"{whole[m]:.3f}", *(f"{whole[m] - fall:.3f}" for _, fall in one)]
    st.dataframe(pd.DataFrame(table), hide_index=True, height="content", alt=t("Cosine without each trigram"))


def upright(now: Shown) -> int:
    """The angle of words along an axis: single characters stand upright."""
    return 0 if now.config.language == "zh" else -50
