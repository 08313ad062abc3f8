"""An A/B test over seeds, drawn: what the halves say, what one half's log says, and what is true."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.days.off_policy import ENOUGH, ESTIMATORS
from engine.runs.frame import Array
from pages.ui.language import N_, bare, t
from pages.ui.marked import Marked
from pages.ui.numbers import signed
from pages.ui.pieces.charts import Drawn, built_once, show, strip
from pages.ui.theme import HUES

BY = {
    "first": N_("first place alone"),
    "places": N_("place by place"),
    "page": N_("whole page"),
}
KIND = {"ips": "IPS", "snips": "SNIPS"}
GREY = "#888888"
PLACES = {"first": 1}
"""How many places of a page are asked about; all where it is not said."""


def told(found: dict[str, Array], key: str) -> None:
    """What several seeds found, metrics (S, …) of `ab_test` by their names: the halves, the log, and how far it reaches."""
    seeds = len(found["difference"])
    st.markdown(_halves(found, seeds))
    show(_dots(found), key=f"ab_dots_{key}", alt=t("What arm B earns less or more than arm A, every seed"))
    rows = pd.DataFrame([_row(found, name) for name in ESTIMATORS])
    st.dataframe(rows, hide_index=True, height="content", alt=t("What arm A's log says"))
    st.caption(
        t(
            "Minutes a page, of the first place for the first two rows; means over {seeds} seeds. An estimate says something where the log is worth {enough} pages or more and its 95% interval leaves 0 out.",
            seeds=seeds,
            enough=f"{ENOUGH:g}",
        )
    )
    st.markdown(Marked("**{title}**").format(title=t("Pages that the log is worth, down the page")))
    logged = float(found["logged"].max())
    show(_worth(found["effective"], logged), key=f"ab_worth_{key}", alt=t("Pages that the log is worth, down the page"))


def _halves(found: dict[str, Array], seeds: int) -> str:
    """One sentence: what both arms earn, and what would be if all were asked."""
    one, other = found["minutes"].mean(0)
    truth = found["truth"].sum(2).mean(0)
    return t(
        "Arm A earns {one} minutes a page, arm B {other}: {difference}, once each user's own past is taken into account. On arm A's own pages B would earn {truth}, which only the simulation knows. Means over {seeds} seeds.",
        one=f"{one:.2f}",
        other=f"{other:.2f}",
        difference=signed(float(found["difference"][:, 0].mean()), 2),
        truth=signed(float(truth[1] - truth[0]), 2),
        seeds=seeds,
    )


def _truth(found: dict[str, Array], by: str) -> Array:
    """(S,) what B's pages are expected to earn more than A's in the same place, by the truth."""
    apart: Array = found["truth"][:, 1] - found["truth"][:, 0]  # (S, K)
    summed: Array = apart[:, : PLACES.get(by)].sum(1)
    return summed


def _dots(found: dict[str, Array]) -> Drawn:
    """The whole page: the test, the estimates that ask about it, and the truth."""
    rows = {
        bare("truth, on A's pages"): (_truth(found, "page"), HUES[4]),
        bare("the test: B less A"): (found["difference"][:, 0], HUES[0]),
    }
    log = bare("A's log")
    for n, name in enumerate(ESTIMATORS):
        by, kind = name.split("_")
        if by != "first":
            rows[f"{log}, {bare(BY[by])}, {KIND[kind]}"] = (found["estimates"][:, n, 0], GREY)
    values = {(row, row): some for row, (some, _) in rows.items()}
    hues = {row: hue for row, (_, hue) in rows.items()}
    return strip(values, t("minutes a page, B less A"), hues, rule=0.0)


def _row(found: dict[str, Array], name: str) -> dict[str, str]:
    by, kind = name.split("_")
    value, low, high, worth = np.moveaxis(found["estimates"][:, ESTIMATORS.index(name)], 1, 0)
    truth = _truth(found, by)
    says = np.where(worth < ENOUGH, 0, (low > 0).astype(int) - (high < 0))
    seeds = len(value)
    return {
        t("Asked about"): t(BY[by]),
        t("Weights"): KIND[kind],
        t("Estimate"): signed(float(value.mean()), 2),
        t("Truth"): signed(float(truth.mean()), 2),
        t("Typical error"): f"{np.sqrt(((value - truth) ** 2).mean()):.2f}",
        t("Truth in the interval"): f"{int(((low <= truth) & (truth <= high)).sum())} / {seeds}",
        t("Worth, in pages"): f"{np.median(worth):,.0f}",
        t("It says"): t(
            "right {right}, wrong {wrong}, cannot tell {rest}",
            right=int((says * np.sign(truth) > 0).sum()),
            wrong=int((says * np.sign(truth) < 0).sum()),
            rest=int((says == 0).sum()),
        ),
    }


@built_once
def _worth(worth: Array, logged: float) -> alt.LayerChart:
    rows = pd.DataFrame(
        {"place": place + 1, "pages": max(float(pages), 1.0), "seed": seed}
        for seed, each in enumerate(worth)
        for place, pages in enumerate(each)
    )
    scale = alt.Scale(type="log", domain=[1, logged])
    axis = alt.Axis(format="~s", tickCount=4)
    base = alt.Chart(rows, height=240).encode(
        x=alt.X("place:O", title=t("place on the page"), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("pages:Q", title=t("pages (log)"), scale=scale, axis=axis),
    )
    dots = base.mark_circle(size=30, opacity=0.6, color=GREY).encode(
        tooltip=[alt.Tooltip("place:O", title=t("place on the page")), alt.Tooltip("pages:Q", title=t("pages"), format=",.0f")]
    )  # fmt: skip
    line = base.mark_line(strokeWidth=2.5, color=HUES[0]).encode(y=alt.Y("median(pages):Q", scale=scale, axis=axis))
    enough = alt.Chart(pd.DataFrame({"pages": [ENOUGH]})).mark_rule(strokeDash=[4, 3]).encode(y="pages:Q")
    return enough + dots + line
