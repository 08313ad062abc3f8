"""γ and J: what both do to P(D₁ | Q)."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.matching.ladder import LADDER, TITLES
from engine.matching.opened.scene import Scene
from pages.matching.shown import Shown
from pages.ui.language import t
from pages.ui.pieces.charts import LEGEND, built_once, show
from pages.ui.theme import HUES


def draw(now: Shown) -> None:
    """γ sharpens, J spreads: what both do to P(D₁ | Q)."""
    scene = now.scene()
    left, right = st.columns(2, gap="large")
    cosines = {m: at.cosines(scene.query, scene.rows).astype(np.float64) for m, at in now.models.items()}
    gammas = np.geomspace(0.1, 100, 61)
    rows = [
        {"gamma": g, "model": TITLES[m], "p": float(1.0 / np.exp(g * (one - one[0])).sum())}
        for m, one in cosines.items()
        for g in gammas
    ]
    with left:
        show(
            _curve(rows, "gamma", t("γ"), log=True, marked=now.config.gamma),
            key="gamma_curve",
            alt=t("P(D₁|Q) over γ"),
        )
        st.caption(
            t(
                "The same five cosines; the dashed line is γ of this run. A cosine lies in −1 … 1: without γ no document could win clearly."
            )
        )
    with right:
        show(_curve(_unclicked(now, scene), "j", t("J, unclicked documents")), key="j_curve", alt=t("P(D₁|Q) over J"))  # fmt: skip
        st.caption(
            t(
                "γ of this run; first the documents on stage, then others of the pool at random. The more there are, the smaller the share, and the harder the task that is learnt."
            )
        )


def _unclicked(now: Shown, scene: Scene) -> list[dict[str, object]]:
    library = now.hand.library
    beside = scene.documents[1:]
    others = [n for n in library.log.pool if n not in scene.documents]
    shuffled = np.random.default_rng(0).permutation(len(others))
    pool = [*beside, *(others[n] for n in shuffled)][:50]
    rows: list[dict[str, object]] = []
    for model, at in now.models.items():
        scores = at.cosines(scene.query, [scene.rows[0], *(library.documents[n] for n in pool)]).astype(np.float64)
        powers = np.exp(now.config.gamma * (scores - scores[0]))
        rows += [
            {"j": j, "model": TITLES[model], "p": float(1.0 / powers[: j + 1].sum())} for j in range(1, len(pool) + 1)
        ]
    return rows


@built_once
def _curve(
    rows: list[dict[str, object]], x: str, title: str, *, log: bool = False, marked: float | None = None
) -> alt.Chart | alt.LayerChart:
    """A line a model over x, and a dashed one where x is `marked`."""
    hues = [HUES[LADDER[m].hue] for m in TITLES]
    lines = (
        alt.Chart(pd.DataFrame(rows), height=300)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(f"{x}:Q", title=title, scale=alt.Scale(type="log") if log else alt.Scale()),
            y=alt.Y("p:Q", title="P(D₁|Q)", scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("model:N", title=None, legend=LEGEND, scale=alt.Scale(domain=list(TITLES.values()), range=hues)),
            tooltip=[alt.Tooltip("model:N", title=t("Model")), alt.Tooltip(f"{x}:Q", title=title, format=".3g"), alt.Tooltip("p:Q", title="P(D₁|Q)", format=".3f")],
        )
    )  # fmt: skip
    if marked is None:
        return lines
    return lines + alt.Chart(pd.DataFrame({x: [marked]})).mark_rule(strokeDash=[4, 3]).encode(x=f"{x}:Q")
