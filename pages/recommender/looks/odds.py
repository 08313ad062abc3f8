"""Odds and watch time: an intercept fitted to one click rate, and the run's own odds in ten bins."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.looks.calibration import OddsAgainstTruth, binned, of_log
from engine.recommender.looks.odds import Fit, fit
from engine.runs.frame import Array
from pages.recommender.looks.cached import cached_per_run
from pages.recommender.shown import Shown
from pages.ui.controls.choices import one_of
from pages.ui.language import N_, bare, t
from pages.ui.pieces.charts import LEGEND, built_once, show
from pages.ui.theme import HUES

RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
SOURCES = {"candidates": N_("Candidates"), "log": N_("Held-out impressions")}


def intercept(now: Shown) -> None:
    """The viewer chooses a click rate; watch times are those of the log."""
    log = now.site.world.log
    if not log.minutes.any():
        st.info(t("In this log nothing was watched for any time."))
        return
    left, right = st.columns((2, 3), gap="large")
    with left:
        rate = st.slider(t("click rate P"), 0.01, 0.8, 0.1, 0.01, key="recommender_watch_rate", bind="query-params")
        one = _fits(now, (float(rate),))[0]
        st.latex(r"e^{Wx+b} = \frac{\sum_i T_i}{N - k} = \frac{E[T]}{1 - P}")
        st.latex(r"E[T] = e^{Wx+b}\,(1 - P)")
        values = {
            t("learnt odds e^b"): one.learnt,
            "ΣT / (N − k)": one.ratio,
            "E[T]": one.expected,
            "E[T] (1 + P)": one.paper,
            "E[T] / (1 − P)": one.exact,
        }
        st.dataframe(
            pd.DataFrame({" ": list(values), t("value"): [f"{value:.5f}" for value in values.values()], t("against E[T]"): [f"{value / one.expected - 1:+.1%}" for value in values.values()]}),
            hide_index=True, height="content", alt=t("Odds and what they should be"),
        )  # fmt: skip
    with right:
        usual = float(log.clicked.mean())
        show(
            _rates(_fits(now, RATES), float(rate), usual),
            key="watch_time_rates",
            alt=t("Odds and expected watch time over the click rate"),
        )
        st.caption(
            t(
                "Impressions are simulated with this click rate; the watch times are drawn from those of the log. Dashed: the click rate chosen."
            )
            + (" " + t("Dotted: that of the log, {rate}.", rate=f"{usual:.0%}") if usual <= RATES[-1] else "")
        )
        if not now.timed:
            st.caption(t("This log holds no watch times: each of them is a minute here."))


@cached_per_run(60)
def _fits(digest: str, step: int, _now: Shown, rates: tuple[float, ...]) -> list[Fit]:
    log = _now.site.world.log
    minutes = log.minutes[log.clicked]
    return [fit(rate, minutes) for rate in rates]


@built_once
def _rates(fits: list[Fit], rate: float, usual: float) -> alt.LayerChart:
    names = {
        "learnt": t("learnt odds"),
        "exact": "E[T] / (1 − P)",
        "paper": "E[T] (1 + P)",
        "expected": "E[T]",
    }
    rows = [
        {"rate": one.rate, "what": title, "minutes": getattr(one, name), "learnt": name == "learnt"}
        for name, title in names.items()
        for one in fits
    ]
    hues = [HUES[1], HUES[0], HUES[5], HUES[2]]
    base = alt.Chart(pd.DataFrame(rows), height=330).encode(
        x=alt.X("rate:Q", title=t("click rate P"), scale=alt.Scale(domain=[0, 0.8], nice=False, clamp=True), axis=alt.Axis(format="%")),
        y=alt.Y("minutes:Q", title=t("minutes"), scale=alt.Scale(type="log"), axis=alt.Axis(format="~f", tickCount=4)),
        color=alt.Color("what:N", title=None, sort=None, legend=LEGEND, scale=alt.Scale(domain=list(names.values()), range=hues)),
        tooltip=[alt.Tooltip("what:N", title=" "), alt.Tooltip("rate:Q", title="P", format=".0%"), alt.Tooltip("minutes:Q", title=t("minutes"), format=".4f")],
    )  # fmt: skip
    lines = base.transform_filter("!datum.learnt").mark_line(strokeWidth=2.5)
    dots = base.transform_filter("datum.learnt").mark_point(filled=True, size=75, opacity=1)
    marks = [(rate, "chosen")] + ([(usual, "log")] if usual <= RATES[-1] else [])
    rules = alt.Chart(pd.DataFrame(marks, columns=["rate", "which"])).mark_rule(color="#888").encode(
        x="rate:Q", strokeDash=alt.StrokeDash("which:N", legend=None, scale=alt.Scale(domain=["chosen", "log"], range=[[6, 4], [2, 3]])),
    )  # fmt: skip
    return rules + lines + dots


def calibration(now: Shown, candidates: OddsAgainstTruth) -> None:
    """Ten bins by the odds."""
    source = one_of(t("Of which impressions"), tuple(SOURCES), "log", key="recommender_watch_source", name_of=lambda one: t(SOURCES[one]))  # fmt: skip
    promised = candidates if source == "candidates" else _log(now)
    plain = now.config.weighting == "none"
    truth = promised.click / (1.0 - promised.click) if plain else promised.minutes
    series = {bare("odds"): promised.odds}
    if not plain:
        series[bare("odds · (1 − P)")] = promised.corrected
    left, right = st.columns((3, 2), gap="large")
    with left:
        _bins(series, truth, promised.odds, t("true odds of a click") if plain else t("true expected watch time, min"))
    with right:
        _means(now, promised, truth, plain)


def _means(now: Shown, promised: OddsAgainstTruth, truth: Array, plain: bool) -> None:
    if plain:
        st.markdown(t("Without weights the odds are those of a click, P / (1 − P), and no minutes."))
        return
    top = promised.odds >= np.quantile(promised.odds, 0.9)
    st.markdown(
        t(
            "On average the odds are {odds} minutes, the truth is {truth}; times 1 − P, with the true P of each, they are {corrected}. In the highest tenth: {top} against {top_truth}, corrected {top_corrected}.",
            odds=f"{promised.odds.mean():.2f}",
            truth=f"{truth.mean():.2f}",
            corrected=f"{promised.corrected.mean():.2f}",
            top=f"{promised.odds[top].mean():.2f}",
            top_truth=f"{truth[top].mean():.2f}",
            top_corrected=f"{promised.corrected[top].mean():.2f}",
        )
    )
    st.caption(
        t(
            "{count} impressions in ten equal bins by their odds; on the dashed line odds and truth are equal. Ranking learnt from what the log had shown. Candidates are chosen by another model, and the highest odds among many are those that err upwards.",
            count=f"{len(promised.odds):,}",
        )
    )


@cached_per_run(8)
def _log(digest: str, step: int, _now: Shown) -> OddsAgainstTruth:
    return of_log(_now.server)


def _bins(series: dict[str, Array], truth: Array, by: Array, x: str) -> None:
    true = binned(truth, by)
    rows = [
        {"bin": n + 1, "what": name, "true": float(true[n]), "promised": float(one)}
        for name, values in series.items()
        for n, one in enumerate(binned(values, by))
    ]
    data = pd.DataFrame(rows)
    low, high = float(data[["true", "promised"]].min().min()), float(data[["true", "promised"]].max().max())
    across = alt.Scale(type="log", domain=[float(true.min()) / 1.3, float(true.max()) * 1.3], nice=False)
    scale = alt.Scale(type="log", domain=[low / 1.3, high * 1.3], nice=False)
    names = list(series)
    axis = alt.Axis(format="~f", tickCount=4)
    base = alt.Chart(data, height=340).encode(
        x=alt.X("true:Q", title=x, scale=across, axis=axis),
        y=alt.Y("promised:Q", title=t("by the odds"), scale=scale, axis=axis),
        color=alt.Color("what:N", title=None, sort=None, legend=alt.Legend(orient="top"), scale=alt.Scale(domain=names, range=[HUES[1], HUES[0]][: len(names)])),
        shape=alt.Shape("what:N", title=None, sort=None, legend=alt.Legend(orient="top"), scale=alt.Scale(domain=names, range=["circle", "diamond"][: len(names)])),
        tooltip=[alt.Tooltip("what:N", title=" "), alt.Tooltip("bin:Q", title=t("bin")), alt.Tooltip("true:Q", title=x, format=".3f"), alt.Tooltip("promised:Q", title=t("by the odds"), format=".3f")],
    )  # fmt: skip
    kept = alt.Chart(pd.DataFrame({"true": [low, high], "promised": [low, high]})).mark_line(color="#888", strokeDash=[5, 4], clip=True).encode(x="true:Q", y="promised:Q")  # fmt: skip
    show(kept + base.mark_point(filled=True, size=110, opacity=0.9), key="watch_time_bins", alt=t("Odds against true minutes, in ten bins"))  # fmt: skip
