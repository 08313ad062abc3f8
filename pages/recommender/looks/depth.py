"""How many ReLU layers: the stored study, beside what the paper reports."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender import RecommenderConfig
from engine.recommender.claims import DEPTHS, Seeds
from engine.recommender.held_out.served import CUTS
from pages.recommender.looks.studies import study, verdicts
from pages.recommender.shown import Shown
from pages.ui.language import N_, bare, t
from pages.ui.pieces.charts import built_once, show
from pages.ui.theme import HUES

CLAIMS = {
    "depth_2_finds_more": N_("Two layers find more than one:"),
    "depth_3_finds_more": N_("Three layers find more than two:"),
    "depth_4_finds_more": N_("Four layers find more than three:"),
}
PAPER = (
    ("–", 41.6),
    ("256", 36.9),
    ("512", 36.7),
    ("1024", 35.8),
    ("512 → 256", 35.2),
    ("1024 → 512", 34.7),
    ("1024 → 512 → 256", 34.6),
)
"""Covington et al. 2016, Table 1: hidden layers of ranking and the weighted, per-user loss in percent."""


def draw(now: Shown) -> None:
    """Hit rates by depth with every seed, the claims, the paper's table."""
    with st.container(key="depth", gap="medium"):
        left, right = st.columns((5, 2), gap="large")
        with left:
            study(_study)
            st.caption(
                t(
                    "On stage: {layers}. Depth is of recall, and each layer is half as wide as the one before; the last is as wide as u.",
                    layers=layers_of(now.config),
                )
            )
        with right:
            _paper()


def layers_of(config: RecommenderConfig) -> str:
    """Widths of recall's ReLU layers."""
    return " → ".join(str(width) for width in (*config.tower, config.dimensions))


def _study(seeds: Seeds) -> None:
    rows = pd.concat([
        pd.DataFrame({
            "layers": layers_of(base), "depth": len(base.tower) + 1, "cut": bare("among the first {cut}", cut=cut),
            "hits": seeds.metric(base, "recall.hits")[:, n],
        }).assign(seed=lambda some: np.arange(len(some)), mean=lambda some: some["hits"].mean())
        for base in DEPTHS
        for n, cut in enumerate(CUTS)
    ])  # fmt: skip
    show(_chart(rows), key="depth_study", alt=t("Held-out watches found, by depth"))
    verdicts(CLAIMS)


@built_once
def _chart(rows: pd.DataFrame) -> alt.LayerChart:
    cuts = [bare("among the first {cut}", cut=cut) for cut in CUTS][::-1]
    order = [layers_of(base) for base in DEPTHS]
    x = alt.X(
        "layers:N",
        sort=order,
        title=t("widths of the ReLU layers"),
        scale=alt.Scale(paddingInner=0.55, paddingOuter=0.3),
        axis=alt.Axis(labelAngle=0, labelLimit=260),
    )
    colour = alt.Color("cut:N", title=None, sort=cuts, scale=alt.Scale(domain=cuts, range=list(HUES[:3])), legend=alt.Legend(orient="top", symbolOpacity=1))  # fmt: skip
    title = t("held-out watches found")
    base = alt.Chart(rows, height=340)
    dots = base.mark_circle(size=46, opacity=0.75).encode(
        x=x, y=alt.Y("hits:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(format="~%")), color=colour,
        xOffset=alt.XOffset("seed:O"),
        tooltip=[alt.Tooltip("layers:N", title=t("layers")), alt.Tooltip("cut:N", title=" "), alt.Tooltip("hits:Q", title=title, format=".2%"), alt.Tooltip("mean:Q", title=t("mean"), format=".2%")],
    )  # fmt: skip
    means = base.mark_line(strokeWidth=2.5).encode(x=x, y=alt.Y("mean(hits):Q", title=title), color=colour)
    return means + dots


def _paper() -> None:
    """What the paper says of both networks; not measured here."""
    st.markdown(t("**The paper's figures** (Covington et al. 2016)"))
    table = pd.DataFrame({t("hidden layers"): [one for one, _ in PAPER], t("loss"): [f"{loss}%" for _, loss in PAPER]})  # fmt: skip
    st.dataframe(table, hide_index=True, height="content", alt=t("The paper's Table 1"))
    st.caption(
        t(
            "Its Table 1 is about ranking, on YouTube's traffic: the weighted, per-user loss. Its Figure 6 is about recall: held-out MAP rises with depth and with features, read off from about 6 to 7% (watches alone, a linear layer) to about 13% (all features, three or four layers). Data and measures are others than here: the same in kind, not in numbers."
        )
    )
