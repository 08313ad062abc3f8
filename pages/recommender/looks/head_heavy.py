"""User-generated against head-heavy catalogues: how far popularity comes, and where a model begins to pay."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender import RecommenderConfig
from engine.recommender.claims import HEADS, Seeds
from engine.recommender.site.concentration import SMALL, lorenz, share_of_top, small, watches_of
from engine.runs.frame import Array
from pages.recommender.looks.cached import cached_per_run
from pages.recommender.looks.studies import dots, study, verdicts
from pages.recommender.shown import Shown
from pages.ui.language import N_, bare, t
from pages.ui.pieces.charts import show
from pages.ui.theme import HUES

CLAIMS = {
    "popularity_does_better_with_a_head": N_("Popularity finds more in a catalogue with a strong head:"),
}
SWEEP = tuple(float(head) for head in np.linspace(0.0, 3.0, 13))


def draw(now: Shown) -> None:
    """Lorenz curves, the top percent over the concentration, the study."""
    with st.container(key="head", gap="medium"):
        start = now.config.head if now.site.world.true else RecommenderConfig().head
        head = st.slider(
            t("Head of a small simulated site: 0 evenly, 3 a licensed catalogue"),
            SWEEP[0], SWEEP[-1], float(start), 0.05, key="recommender_head_tried", bind="query-params",
        )  # fmt: skip
        left, right = st.columns(2, gap="large")
        with left:
            _lorenz(now, head)
        with right:
            _sweep(head)
        st.caption(
            t(
                "The small site: {videos} videos, {users} users, {days} days, simulated on the spot. One percent of a large catalogue with few watches a video is not as rare as of a small one: compare shapes, not numbers.",
                videos=f"{SMALL.videos:,}",
                users=f"{SMALL.users:,}",
                days=SMALL.days,
            )
        )
        st.markdown(t("**How far does popularity come, and the model?**"))
        study(_study)


@st.cache_data(max_entries=80, show_spinner=False)
def _small(head: float) -> Array:
    return small(head, 0)


@cached_per_run(6)
def _on_stage(digest: str, step: int, _now: Shown) -> Array:
    return watches_of(_now.site.world)


def _lorenz(now: Shown, head: float) -> None:
    """The share of watches that the most watched videos have."""
    counts = {
        t("on stage"): _on_stage(now),
        bare("small site, head {head}", head=f"{head:g}"): _small(head),
    }
    rows = [_curve(name, *lorenz(some)) for name, some in counts.items()]
    even = np.geomspace(1e-4, 1.0, 60)
    names = [*counts, t("evenly")]
    hues = [HUES[0], HUES[1], "#888888"]
    data = pd.concat([*rows, _curve(names[-1], even, even)])
    data = data[data["videos"] >= 1e-4]
    lines = (
        alt.Chart(data, height=320)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("videos:Q", title=t("videos, the most watched first"), scale=alt.Scale(type="log", domain=[1e-4, 1], nice=False), axis=alt.Axis(format="~%", values=[1e-4, 1e-3, 1e-2, 1e-1, 1])),
            y=alt.Y("watches:Q", title=t("share of the watches"), scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")),
            color=alt.Color("site:N", title=None, sort=names, scale=alt.Scale(domain=names, range=hues), legend=alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=3)),
            strokeDash=alt.StrokeDash("site:N", sort=names, legend=None, scale=alt.Scale(domain=names, range=[[1, 0], [1, 0], [4, 3]])),
            tooltip=[alt.Tooltip("site:N", title=" "), alt.Tooltip("videos:Q", title=t("videos"), format=".2%"), alt.Tooltip("watches:Q", title=t("share of the watches"), format=".1%")],
        )
    )  # fmt: skip
    percent = alt.Chart(pd.DataFrame({"x": [0.01]})).mark_rule(strokeDash=[2, 3], color="#888").encode(x="x:Q")
    show(percent + lines, key="head_lorenz", alt=t("How the watches gather on few videos"))
    st.markdown(
        t(
            "The most watched percent has **{share}** of the watches on stage.",
            share=f"{share_of_top(counts[names[0]]):.1%}",
        )
    )


def _curve(name: str, videos: Array, watches: Array) -> pd.DataFrame:
    return pd.DataFrame({"site": name, "videos": videos, "watches": watches})


def _sweep(head: float) -> None:
    """The top percent's share over the concentration, of the small site."""
    with st.spinner(t("Simulating …")):
        data = pd.DataFrame({"head": SWEEP, "share": [share_of_top(_small(one)) for one in SWEEP]})
    chosen = pd.DataFrame({"head": [head], "share": [share_of_top(_small(head))]})
    x = alt.X("head:Q", title=t("head"), scale=alt.Scale(domain=[SWEEP[0], SWEEP[-1]]))
    y = alt.Y("share:Q", title=t("watches of the most watched percent"), axis=alt.Axis(format="%"), scale=alt.Scale(zero=True))  # fmt: skip
    tooltip = [alt.Tooltip("head:Q", title=t("head")), alt.Tooltip("share:Q", title=t("watches of the most watched percent"), format=".1%")]  # fmt: skip
    line = alt.Chart(data, height=320).mark_line(
        strokeWidth=2.5, point=alt.OverlayMarkDef(color=HUES[1]), color=HUES[1]
    )
    here = alt.Chart(chosen).mark_point(size=200, strokeWidth=3, color=HUES[1])
    show(
        line.encode(x=x, y=y, tooltip=tooltip) + here.encode(x=x, y=y, tooltip=tooltip),
        key="head_sweep",
        alt=t("Watches of the most watched percent over the concentration"),
    )
    st.markdown(
        t(
            "At head {head} it has **{share}** on the small site.",
            head=f"{head:g}",
            share=f"{share_of_top(_small(head)):.1%}",
        )
    )


def _study(seeds: Seeds) -> None:
    values = {}
    for base in HEADS:
        row = bare("head {head}", head=f"{base.head:g}")
        values[row, bare("popularity")] = seeds.hits(base.world, "popular")
        values[row, bare("popularity, own categories")] = seeds.hits(base.world, "kinds")
        values[row, bare("model")] = seeds.hits(base)
    dots(values, t("held-out watches among the first 100"), "head_study")
    verdicts(CLAIMS)
