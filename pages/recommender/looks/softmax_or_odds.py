"""Which, not whether: a softmax shares out one certainty; odds are each video's own."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.held_out.served import CUTS
from engine.recommender.looks.softmax_or_odds import Found, next_watches, shares
from engine.recommender.serving.scene import Scene
from pages.recommender import naming
from pages.recommender.looks.cached import cached_per_run, compute_button
from pages.recommender.shown import Shown
from pages.ui.controls.choices import one_of_many
from pages.ui.language import bare, t
from pages.ui.pieces.charts import show
from pages.ui.theme import HUES

TOP = 10
HIGHEST, START = 8.0, 4.0
ASKED = "recommender_which_asked"


def draw(now: Shown) -> None:
    """One softmax over all beside odds of each, for the same videos, one of which the viewer raises."""
    _, _, scene = now.now()
    given = scene.given
    count = min(TOP, len(given.candidates))
    if not count:
        st.info(t("There are no candidates for this user."))
        return
    videos = given.candidates[:count]
    titles = [f"{n + 1} · {naming.title(now.site, int(video))}" for n, video in enumerate(videos)]
    with st.container(horizontal=True):
        chosen = one_of_many(t("Raise the score of"), range(count), 0, key="recommender_which_raised", name_of=titles.__getitem__, width=420)  # fmt: skip
        by = st.slider(t("by"), 0.0, HIGHEST, START, 0.5, key="recommender_which_by", bind="query-params", width=320)
    left, right = st.columns(2, gap="large")
    with left:
        _softmax(now, scene, titles, chosen, by)
    with right:
        _odds(now, scene, titles, chosen, by)
    _next(now)


def _softmax(now: Shown, scene: Scene, titles: list[str], chosen: int, by: float) -> None:
    st.markdown(t("**Which?** Shares of one softmax"))
    rows = now.site.row(scene.given.candidates[: len(titles)])
    before = shares(scene.products, rows)
    after = shares(scene.products, rows, int(rows[chosen]), by)
    show(_bars(titles, before, after, chosen, t("share P(i | U, C)"), HUES[0], "%"), key="which_softmax", alt=t("Shares of the softmax before and after one score is raised"))  # fmt: skip
    kept = float((1.0 - after[chosen]) / (1.0 - before[chosen])) if before[chosen] < 1 else 1.0
    st.markdown(
        t(
            "These {count}: {sum}, + the other {others} videos {rest} = **100%**. Every other video keeps {kept} of its share.",
            count=len(titles),
            sum=f"{after.sum():.2%}",
            others=f"{len(scene.products) - len(titles):,}",
            rest=f"{1 - after.sum():.2%}",
            kept=f"{kept:.1%}",
        )
    )


def _odds(now: Shown, scene: Scene, titles: list[str], chosen: int, by: float) -> None:
    st.markdown(t("**Whether?** Odds of each for itself"))
    if now.server.ranker is None:
        st.info(t("There is no ranking model at this moment."))
        return
    z = scene.given.z[: len(titles)].astype(np.float64)
    before = np.exp(z)
    z[chosen] += by
    after = np.exp(z)
    show(_bars(titles, before, after, chosen, t("odds e^z"), HUES[1], "~f"), key="which_odds", alt=t("Odds before and after one score is raised"))  # fmt: skip
    st.markdown(
        t(
            "These {count} sum to **{total}**, and need not sum to anything. Every other video keeps {kept} of its odds.",
            count=len(titles),
            total=f"{after.sum():.2f}",
            kept=f"{1:.1%}",
        )
    )


def _bars(
    titles: list[str], before: np.ndarray, after: np.ndarray, chosen: int, x: str, hue: str, form: str
) -> alt.LayerChart:
    data = pd.DataFrame({
        "video": titles, "before": before, "after": after, "chosen": [n == chosen for n in range(len(titles))],
    })  # fmt: skip
    base = alt.Chart(data, height=330).encode(
        y=alt.Y("video:N", sort=None, title=None, axis=alt.Axis(labelLimit=230)),
        tooltip=[
            alt.Tooltip("video:N", title=t("video")),
            alt.Tooltip("before:Q", title=t("before"), format=".4f"),
            alt.Tooltip("after:Q", title=t("after"), format=".4f"),
        ],
    )
    bars = base.mark_bar(color=hue).encode(
        x=alt.X("after:Q", title=x, axis=alt.Axis(format=form, tickCount=5)),
        opacity=alt.OpacityValue(0.55, condition={"test": "datum.chosen", "value": 1.0}),
    )
    return bars + base.mark_tick(color="#888", thickness=2.5, size=20).encode(x="before:Q")


def _next(now: Shown) -> None:
    """Both as a way to find candidates."""
    st.caption(t("The ticks stand where the bars ended before."))
    st.markdown(t("**Which of the two finds more of the next watches?** Order the whole vocabulary by each"))
    if now.server.ranker is None:
        st.info(t("There is no ranking model at this moment."))
        return
    if not compute_button(now, ASKED, t("Ask both about held-out watches"), "quiz"):
        return
    with st.spinner(t("Ranking the whole vocabulary for each user"), show_time=True):
        found = _found(now)
    if not found.users:
        st.info(t("No held-out watch is late enough for ranking not to have learnt from it."))
        return
    _hits(now, found)


@cached_per_run(8)
def _found(digest: str, step: int, _now: Shown) -> Found:
    return next_watches(_now.server)


def _hits(now: Shown, found: Found) -> None:
    kept = found.which is not None
    held = [frame.metrics["recall.hits"] for frame in now.recording.frames if "recall.hits" in frame.metrics and frame.step <= now.frame.step]  # fmt: skip
    which = found.which if found.which is not None else held[-1]
    names = (t("which: u · v"), t("whether: odds"))
    rows = [
        {"cut": bare("first {k}", k=k), "question": name, "hits": float(values[n])}
        for name, values in zip(names, (which, found.whether), strict=True)
        for n, k in enumerate(CUTS)
    ]
    left, right = st.columns((3, 2), gap="large")
    with left:
        show(
            alt.Chart(pd.DataFrame(rows), height=230)
            .mark_bar()
            .encode(
                x=alt.X("cut:N", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
                xOffset=alt.XOffset("question:N", sort=None),
                y=alt.Y("hits:Q", title=t("share of next watches found"), axis=alt.Axis(format="%")),
                color=alt.Color("question:N", title=None, sort=None, legend=alt.Legend(orient="top"), scale=alt.Scale(domain=list(names), range=[HUES[0], HUES[1]])),
                tooltip=[alt.Tooltip("question:N", title=" "), alt.Tooltip("cut:N", title=" "), alt.Tooltip("hits:Q", title=t("found"), format=".1%")],
            ),
            key="which_hits",
            alt=t("Share of next watches found by each question"),
        )  # fmt: skip
    with right:
        st.markdown(t("Held-out watches of the last days, of {users} users; neither model has learnt from them.", users=found.users))  # fmt: skip
        if not kept:
            st.caption(t("The recording keeps watch embeddings of the offered users alone. So u · v is judged by what was measured while it trained, over every held-out watch."))  # fmt: skip
        st.caption(
            t(
                "Ranking has only learnt from impressions: of videos that were shown. Candidate generation learns from watches against the whole vocabulary, which is what recall asks."
            )
        )
