"""Learning: how far both models have come at every step, beside what needs no training; and an earlier moment on stage."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.held_out.evaluation import TESTED
from engine.recommender.held_out.served import CUTS
from engine.recommender.recall.samples import FEWEST
from pages.recommender import opponents
from pages.recommender.shown import Shown, shown
from pages.recommender.where import PLACE
from pages.ui.controls.choices import one_of
from pages.ui.language import N_, bare, t
from pages.ui.pieces.charts import LEGEND, show
from pages.ui.run import live
from pages.ui.theme import HUES

METHODS: Mapping[str, str] = {
    **opponents.METHODS,
    "ranking": N_("Ranking"),
    "click": N_("By true clicks"),
    "best": N_("By true minutes"),
}
COLOURS = {
    "recall": HUES[0], "ranking": HUES[0], "popular": HUES[1], "recent": HUES[3], "kinds": HUES[4], "knn": HUES[2],
    "ease": HUES[5], "als": opponents.GREY, "click": opponents.GREY, "best": HUES[4],
}  # fmt: skip
IN_TWO = alt.Legend(**LEGEND.to_dict(), columns=2, labelFontSize=12)
"""Two columns: seven methods are wider than half a page."""
MEASURES = {
    "first": (N_("First of the page"), N_("true minutes of the first of each page"), ".2f"),
    "auc": ("AUC", N_("share of pairs in the right order"), ".2f"),
    "mispredicted": (N_("Mispredicted"), N_("mispredicted watch time"), "~%"),
}
"""Of ranking, by their names in the metrics: what the choice says, what the axis says, and how numbers are written."""


def draw(now: Shown) -> None:
    """The moment on stage is chosen; both curves grow while a run trains."""
    live.choose_moment(PLACE, now.recording, now.live)
    live.with_each_frame(_curves, "recommender_learning_curves")


def _curves() -> None:
    now = shown()
    left, right = st.columns(2, gap="large")
    with left:
        cut = one_of(
            t("Candidate generation: held-out watches among the first"), CUTS, CUTS[1], key="recommender_learning_cut",
            name_of=str,
        )  # fmt: skip
        rows = _rows(now, {f"{name}.hits": name for name in opponents.METHODS}, CUTS.index(cut))
        sampled = int((np.diff(now.site.history.watches.start) >= FEWEST).sum()) > TESTED
        last = now.config.steps if sampled else None
        _chart(now, rows, bare("held-out watches among the first {cut}", cut=cut), "~%", "learning_recall", last)
        if sampled:
            st.caption(t("On the way {some} held-out watches judge, at the end all of them: the dots.", some=TESTED))
    with right:
        _ranking(now)


def _ranking(now: Shown) -> None:
    if not any("ranking.auc" in frame.metrics for frame in now.recording.frames):
        st.info(now.unranked())
        return
    measures = [name for name in MEASURES if name != "first" or now.site.world.true]
    key = f"recommender_learning_{'true' if now.site.world.true else 'own'}"  # other options, another control
    measure = one_of(
        t("Ranking, judged by"), measures, measures[0], key=key,
        name_of=lambda name: t(MEASURES[name][0]),
    )  # fmt: skip
    names = ("ranking", "popular", "knn", "click", "best")
    rows = _rows(now, {f"{name}.{measure}": name for name in names})
    _, title, format = MEASURES[measure]
    _chart(now, rows, t(title), format, "learning_ranking")
    st.caption(
        t("Of the impressions of the last tenth of the days, which ranking has not learnt from.")
        if now.site.world.true
        else t("Of the last tenth of the impressions, which ranking has not learnt from.")
    )


def _rows(now: Shown, names: Mapping[str, str], at: int | None = None) -> pd.DataFrame:
    """One row for each step of what is trained, the first of `names`, and each method; `at` where a metric holds several
    numbers."""
    still = opponents.beside(now) or {}
    frames = [frame for frame in now.recording.frames if next(iter(names)) in frame.metrics]
    return pd.DataFrame(
        {"step": frame.step, "method": t(METHODS[name]), "value": float(found if at is None else found[at])}
        for frame in frames
        for metric, name in names.items()
        if (found := frame.metrics.get(metric, still.get(metric))) is not None
    )


def _chart(now: Shown, rows: pd.DataFrame, title: str, format: str, key: str, apart: int | None = None) -> None:
    """Lines over training; what needs none is dashed, and a rule stands at the moment on stage. The step `apart` is judged by
    others than those before it, so its values are dots that no line leads to."""
    there = [name for name, word in METHODS.items() if (rows["method"] == t(word)).any()]
    names, hues = [t(METHODS[name]) for name in there], [COLOURS[name] for name in there]
    dashes = [[1, 0] if name in ("recall", "ranking") else [5, 4] for name in there]
    step = t("training step")
    alike = {
        "x": alt.X("step:Q", title=step, scale=alt.Scale(zero=False, nice=False)),
        "y": alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(format=format)),
        "color": alt.Color("method:N", title=None, scale=alt.Scale(domain=names, range=hues), legend=IN_TWO),
        "tooltip": [alt.Tooltip("method:N", title=" "), alt.Tooltip("step:Q", title=step), alt.Tooltip("value:Q", title=title, format=".3f")],
    }  # fmt: skip
    dash = alt.StrokeDash("method:N", title=None, scale=alt.Scale(domain=names, range=dashes), legend=IN_TWO)
    some = rows[rows["step"] != apart]
    lines = alt.Chart(some, height=260 + 20 * ((len(there) + 1) // 2)).mark_line(
        strokeWidth=2.5, point=len(some) == len(there)
    )
    drawn = lines.encode(**alike, strokeDash=dash)
    if len(some) < len(rows):
        drawn += alt.Chart(rows[rows["step"] == apart]).mark_point(filled=True, size=70).encode(**alike)
    if not rows["step"].min() <= now.frame.step <= rows["step"].max():
        show(drawn, key=key, alt=title)
        return
    rule = alt.Chart(pd.DataFrame({"step": [now.frame.step]})).mark_rule(color="#888").encode(
        x="step:Q", tooltip=[alt.Tooltip("step:Q", title=t("on stage"))]
    )  # fmt: skip
    show(drawn + rule, key=key, alt=title)
