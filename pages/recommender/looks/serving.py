"""From training to serving: u and v out of the softmax, an index over v, and ranking as a file."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.looks.index_cost import KINDS, Index, Searched, asked, searched, softmax_logits
from engine.recommender.ranking.export import INPUTS, Served, to_onnx
from engine.recommender.ranking.model import Seen
from engine.recommender.serving.scene import Scene
from engine.recommender.serving.users import sample_users
from engine.runs.frame import Array
from pages.recommender import naming, where
from pages.recommender.looks import served
from pages.recommender.looks.cached import cached_per_run, compute_button
from pages.recommender.settings import INDEXES
from pages.recommender.shown import Shown
from pages.ui.controls.choices import one_of, one_of_many
from pages.ui.language import t
from pages.ui.pieces.charts import LEGEND, show
from pages.ui.theme import HUES

USERS, LISTED = 50, 6
CANDIDATES = (20, 50, 100, 200, 300, 500, 1_000, 2_000)
MEASURED, EXPORTED = "recommender_measured", "recommender_exported"
"""Session: the moments for which a button was pressed."""


def draw(now: Shown) -> None:
    """Three cuts, each with the number that shows it changes nothing, or how much; then all of it behind a server."""
    _, _, scene = now.now()
    _cut(now, scene)
    _index(now)
    _file(now, scene)
    served.draw(now, scene)


def _cut(now: Shown, scene: Scene) -> None:
    st.markdown(t("**1 · No softmax**: its rows become v, the last ReLU layer is u"))
    given = scene.given
    logits = softmax_logits(now.server, given)
    first = range(min(LISTED, len(given.candidates)))
    st.dataframe(
        pd.DataFrame(
            {
                t("candidate"): [naming.title(now.site, int(given.candidates[n])) for n in first],
                t("logit of the softmax"): [f"{logits[n]:.6f}" for n in first],
                t("u · v from the index"): [f"{given.scores[n]:.6f}" for n in first],
                t("difference"): [_tiny(float(logits[n] - given.scores[n])) for n in first],
            }
        ),
        hide_index=True,
        height="content",
        alt=t("Logits of the softmax and products of the index"),
    )
    st.caption(
        t(
            "The largest difference over all {count} candidates: {most}. The softmax's denominator is one number for all videos, so it changes no order and is left out.",
            count=len(logits),
            most=_tiny(float(np.abs(logits - given.scores).max(initial=0.0))),
        )
    )


def _tiny(difference: float) -> str:
    """Of the size of rounding."""
    return f"{difference:+.1e}" if difference else "0"


def _index(now: Shown) -> None:
    st.markdown(t("**2 · An index** need not look at every video: what does it miss, and what does it save?"))
    if not compute_button(now, MEASURED, t("Build three indexes and measure them"), "speed"):
        return
    controls = st.container(horizontal=True)
    with controls:
        kind = one_of(t("Index"), KINDS, "ivf", key="recommender_serving_index", name_of=lambda k: t(INDEXES[k]))
        most = one_of_many(
            t("Candidates"), CANDIDATES, _nearest(now.config.recalled), key="recommender_serving_candidates",
            name_of="{:,}".format, width=240, slide=True,
        )  # fmt: skip
    with st.spinner(t("Building"), show_time=True):
        indexes = _built(now)
    users, found = _measured(now, most)
    efforts = [one.effort for one in found[kind]]
    effort = efforts[len(efforts) // 2]
    if len(efforts) > 1:
        label = t("Cells looked at") if kind == "ivf" else t("Length of the list")
        with controls:
            effort = one_of_many(label, efforts, effort, key=f"recommender_serving_{kind}", name_of="{:,}".format, width=240, slide=True)  # fmt: skip
    one = next(point for point in found[kind] if point.effort == effort)
    left, right = st.columns((3, 2), gap="large")
    with left:
        _curve(found, kind, effort)
    with right:
        _told(now, indexes, found["exact"][0], kind, one, users)


def _nearest(wanted: int) -> int:
    return min(CANDIDATES, key=lambda n: abs(n - wanted))


@cached_per_run(3)
def _built(digest: str, step: int, _now: Shown) -> dict[str, Index]:
    return {kind: Index(_now.server.vectors, kind) for kind in KINDS}


@cached_per_run(12)
def _measured(digest: str, step: int, _now: Shown, most: int) -> tuple[int, dict[str, list[Searched]]]:
    """How many users were asked, and each index with each effort."""
    users, indexes = asked(_now.server, sample_users(_now.server, USERS, _now.users), most), _built(_now)
    return len(users), {
        kind: [searched(index, users, effort) for effort in index.efforts] for kind, index in indexes.items()
    }


def _curve(found: dict[str, list[Searched]], kind: str, effort: int) -> None:
    rows = [
        {"index": t(INDEXES[name]), "ms": one.milliseconds, "recall": one.recall, "effort": one.effort, "lost": one.lost, "chosen": name == kind and one.effort == effort}
        for name, points in found.items()
        for one in points
    ]  # fmt: skip
    names = [t(INDEXES[name]) for name in KINDS]
    base = alt.Chart(pd.DataFrame(rows), height=300).encode(
        x=alt.X("ms:Q", title=t("milliseconds of one search"), scale=alt.Scale(type="log"), axis=alt.Axis(format="~f", tickCount=5)),
        y=alt.Y("recall:Q", title=t("share of the exact candidates found"), scale=alt.Scale(domain=[0, 1.02], nice=False), axis=alt.Axis(format="%")),
        color=alt.Color("index:N", title=None, legend=LEGEND, scale=alt.Scale(domain=names, range=[HUES[1], HUES[0], HUES[2]])),
        tooltip=[alt.Tooltip("index:N", title=t("Index")), alt.Tooltip("effort:Q", title=t("effort")), alt.Tooltip("ms:Q", title="ms", format=".3f"), alt.Tooltip("recall:Q", title=t("found"), format=".1%"), alt.Tooltip("lost:Q", title=t("of the shown lost"), format=".1%")],
    )  # fmt: skip
    line = base.mark_line(strokeWidth=2.5).encode(order="effort:Q")
    dots = base.mark_point(filled=True, opacity=1).encode(
        size=alt.SizeValue(70, condition={"test": "datum.chosen", "value": 260}),
        shape=alt.Shape("index:N", title=None, legend=None, scale=alt.Scale(domain=names, range=["diamond", "circle", "square"])),
    )  # fmt: skip
    show(line + dots, key="serving_curve", alt=t("Share of the exact candidates found, over milliseconds"))


def _told(now: Shown, indexes: dict[str, Index], exact: Searched, kind: str, one: Searched, users: int) -> None:
    st.markdown(
        t(
            "**{index}** finds {recall} of the exact candidates in {ms} ms; exact takes {exact} ms for {videos} vectors. Building it took {built} ms.",
            index=t(INDEXES[kind]),
            recall=f"{one.recall:.1%}",
            ms=f"{one.milliseconds:.3f}",
            exact=f"{exact.milliseconds:.3f}",
            videos=f"{len(now.server.vectors):,}",
            built=f"{indexes[kind].built:,.0f}",
        )
    )
    if not np.isnan(one.lost):
        st.markdown(
            t(
                "Would the missed ones have been shown? Of the {shown} that ranking shows after an exact search, **{lost}** are lost.",
                shown=now.config.shown,
                lost=f"{one.lost:.1%}",
            )
        )
    st.caption(
        t(
            "Measured on this computer for {users} users, one search after another, on one core; the median. An index saves more the more vectors there are.",
            users=users,
        )
    )


def _file(now: Shown, scene: Scene) -> None:
    st.markdown(t("**3 · Ranking as a file**: ONNX, and ONNX Runtime answers"))
    ranker, given = now.server.ranker, scene.given
    if ranker is None:
        st.info(now.unranked())
        return
    if not len(given.candidates) or not compute_button(now, EXPORTED, t("Export the ranking model"), "deployed_code"):
        return
    seen = ranker.seen(now.server.features(given.user, given.candidates, given.now, where.without()))
    with st.spinner(t("Exporting"), show_time=True):
        file = _exported(now, seen)
    served, torchs = Served(file).odds(seen), np.exp(given.z.astype(np.float64))
    left, right = st.columns((3, 2), gap="large")
    with left:
        _compare(now, given.candidates, torchs, served)
    with right:
        st.markdown(t("Inputs of the file, by name: {inputs}. Output: `odds`, for any number of impressions at once.", inputs=", ".join(f"`{name}`" for name in INPUTS)))  # fmt: skip
        st.markdown(
            t(
                "A model server takes such a file and answers requests: NVIDIA Triton and others take ONNX, TensorFlow Serving takes its own SavedModel."
            )
        )
        st.markdown(
            t(
                "**Not in the file**: the user's path and the index of recall; reading the log for hours and previous impressions; the quantiles that turn these into x̃, and its powers; the numbers of videos in the vocabulary; the order, and the cut to {shown}.",
                shown=now.config.shown,
            )
        )
        st.download_button(
            t("Ranking model (ONNX, {size} MB)", size=f"{len(file) / 1e6:.1f}"), file, "gatescope-ranking.onnx",
            "application/octet-stream", key="recommender_onnx", on_click="ignore", icon=":material/download:",
        )  # fmt: skip


@cached_per_run(3)
def _exported(digest: str, step: int, _now: Shown, _seen: Seen) -> bytes:
    ranker = _now.server.ranker
    return to_onnx(ranker.net, _seen) if ranker is not None else b""


def _compare(now: Shown, videos: Array, torchs: Array, served: Array) -> None:
    first = np.argsort(-torchs, kind="stable")[:LISTED]
    st.dataframe(
        pd.DataFrame(
            {
                t("shown"): [naming.title(now.site, int(videos[n])) for n in first],
                t("torch"): [f"{torchs[n]:.6f}" for n in first],
                t("ONNX Runtime"): [f"{served[n]:.6f}" for n in first],
                t("relative difference"): [_tiny(float(served[n] / torchs[n] - 1)) for n in first],
            }
        ),
        hide_index=True,
        height="content",
        column_config={t("shown"): st.column_config.TextColumn(width=190)},
        alt=t("Odds of torch and of ONNX Runtime"),
    )
    st.caption(
        t(
            "Odds e^z of both; the largest relative difference over all {count} candidates: {most}.",
            count=len(videos),
            most=_tiny(float(np.abs(served / torchs - 1).max())),
        )
    )
