"""Charts of days that go by: what was watched, clicked and shown under each policy."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.runs.service.run import View
from pages.ui.language import N_, bare, t
from pages.ui.marked import Marked
from pages.ui.pieces.charts import built_once, show
from pages.ui.theme import HUES

POLICIES = {
    "model": (N_("Recall and ranking, trained again"), HUES[0]),
    "popular": (N_("What is popular"), HUES[1]),
    "random": (N_("Anything"), HUES[2]),
}
CHARTS = (
    ("minutes", None, N_("minutes watched, per user"), ".1~f"),
    ("kept", None, N_("expected watch time, of the best possible"), "~%"),
    ("clicks", None, N_("clicks per impression"), ".1~%"),
    ("new", None, N_("new videos, of the impressions"), "~%"),
    ("coverage", 1, N_("catalogue shown since the log ended"), "~%"),
    ("top", 1, N_("watches of the top percent since then"), "~%"),
)
"""Metric, which of its numbers, what it is called, and how it is written."""


def rows(views: Mapping[str, View]) -> pd.DataFrame:
    """A row a policy, day and chart."""
    return pd.DataFrame(
        [
            {
                "policy": t(POLICIES[policy][0]),
                "day": frame.step,
                "name": name,
                "value": float(np.ravel(frame.metrics[name])[at or 0]),
            }
            for policy in POLICIES
            if policy in views
            for frame in views[policy].frames
            for name, at, _, _ in CHARTS
            if at is None or frame.step > 0  # before the first day nothing was shown since the log ended
        ]
    )


def charts(rows: pd.DataFrame) -> None:
    """A chart a metric, with one legend for all."""
    present = set(rows["policy"])
    hues = {bare(name): hue for name, hue in POLICIES.values() if bare(name) in present}
    show(_legend(hues), key="days_legend", alt=t("Who fills the pages"))
    columns = st.columns(3, gap="medium")
    for n, (name, _, title, form) in enumerate(CHARTS):
        with columns[n % 3]:
            st.markdown(Marked("**{title}**").format(title=t(title)))
            chart = _chart(rows[rows["name"] == name], t(title), form, hues)
            show(chart, key=f"days_{name}", alt=t(title))
    st.caption(t("Day 0 is the last day of the log, before any policy."))


def _legend(hues: Mapping[str, str]) -> alt.LayerChart:
    """One for all six, in a line above them."""
    data = pd.DataFrame({"policy": list(hues), "place": range(len(hues))})
    x = alt.X("place:Q", axis=None, scale=alt.Scale(domain=[0, 3], nice=False))
    base = alt.Chart(data, height=24).encode(x=x)
    colour = alt.Color("policy:N", legend=None, scale=alt.Scale(domain=list(hues), range=list(hues.values())))
    signs = base.mark_point(shape="stroke", size=260, strokeWidth=3, opacity=1, xOffset=10).encode(color=colour)
    return signs + base.mark_text(align="left", dx=26, fontSize=14, color="#888").encode(text="policy:N")


@built_once
def _chart(rows: pd.DataFrame, title: str, form: str, hues: Mapping[str, str]) -> alt.Chart:
    return (
        alt.Chart(rows, height=210)
        .mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=26))
        .encode(
            x=alt.X("day:Q", title=t("day"), axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(format=form, tickCount=5)),
            color=alt.Color("policy:N", title=None, sort=list(hues), scale=alt.Scale(domain=list(hues), range=list(hues.values())), legend=None),
            tooltip=[alt.Tooltip("policy:N", title=" "), alt.Tooltip("day:Q", title=t("day")), alt.Tooltip("value:Q", title=title, format=form)],
        )
    )  # fmt: skip


def summary(views: Mapping[str, View]) -> None:
    """Means over the days that all of them have gone through."""
    last = min((len(view.frames) for view in views.values()), default=0)
    if last < 2:
        return
    table = [
        {
            t("Who fills the pages"): t(POLICIES[policy][0]),
            t("minutes a user and day"): f"{_mean(views[policy], last, 'minutes'):.2f}",
            t("the best possible"): f"{_mean(views[policy], last, 'best'):.2f}",
            t("expected, of the best"): f"{_mean(views[policy], last, 'kept'):.1%}",
            t("clicks"): f"{_mean(views[policy], last, 'clicks'):.1%}",
            t("new videos"): f"{_mean(views[policy], last, 'new'):.1%}",
        }
        for policy in POLICIES
        if policy in views
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, height="content", alt=t("Means over the days"))
    st.caption(
        t(
            "Means over days 1 to {last}, one seed. What is expected, and the best possible, are the truth of the simulation, worked out on some pages of each day: no policy knows them. A policy that tires its users lowers what is still possible.",
            last=last - 1,
        )
    )


def _mean(view: View, last: int, name: str) -> float:
    return float(np.nanmean([np.ravel(frame.metrics[name])[0] for frame in view.frames[1:last]]))
