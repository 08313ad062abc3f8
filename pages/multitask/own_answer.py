"""The result of a comparison on the user's table: the sentence, the scores, the differences."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.multitask import STRUCTURES, TableConfig
from engine.multitask.answer import Answer, answer
from engine.runs.frame import Frame
from pages.multitask.charts import COLOURS
from pages.multitask.settings import TITLES
from pages.ui.language import t
from pages.ui.theme import HUES


def result(config: TableConfig, last: Frame) -> None:
    found = answer(last.metrics, config.structures)
    st.markdown(f"**{sentence(found)}**")
    st.caption(
        t(
            "Intervals of 95 % from {resamples} resamples of test rows and seeds together; {rows} test rows, {seeds} seeds.",
            resamples=config.resamples,
            rows=f"{int(last.metrics['test_rows']):,}",
            seeds=config.runs,
        )
    )
    rows = [row for task, name in enumerate(config.labels) for row in _scores(config, last, task, name)]
    table = pd.DataFrame(rows)
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config={c: st.column_config.NumberColumn(format="%.4f") for c in table.columns[3:]},
    )
    data = pd.DataFrame(
        [
            {
                "name": TITLES.get(d.name, t("Linear baseline")),
                "mean": 100 * d.mean,
                "low": 100 * d.low,
                "high": 100 * d.high,
                "colour": HUES[COLOURS[d.name]] if d.name in COLOURS else "#7A8691",
            }
            for d in (*found.rivals, found.linear)
        ]
    )
    base = alt.Chart(data, height=40 * len(data) + 40).encode(
        y=alt.Y("name:N", title=None, sort=None), color=alt.Color("colour:N", scale=None)
    )
    chart = (
        base.mark_rule(strokeWidth=3).encode(
            x=alt.X("low:Q", title=t("error relative to {best}, %", best=TITLES[found.best])), x2="high:Q"
        )
        + base.mark_point(filled=True, size=90).encode(x="mean:Q")
        + alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(strokeDash=[4, 3]).encode(x="zero:Q")
    )
    st.altair_chart(
        chart, key="multitask_answer", alt=t("Error of each structure relative to the best, with intervals")
    )


def _scores(config: TableConfig, last: Frame, task: int, label: str) -> list[dict[str, object]]:
    """AUC or RMSE with its interval, a row for each model."""
    binary = bool(last.metrics["binary"][task])
    rows: list[dict[str, object]] = []
    for name in (*config.structures, "linear"):
        error = float(np.atleast_2d(last.metrics[f"{name}.error"])[:, task].mean())
        low, high = np.quantile(last.metrics[f"{name}.resampled"][:, task], (0.025, 0.975))
        score, low, high = (1 - error, 1 - high, 1 - low) if binary else (error, low, high)
        rows.append(
            {
                t("label"): label,
                t("model"): TITLES.get(name, t("Linear baseline")),
                t("measure"): "AUC" if binary else "RMSE",
                t("mean"): score,
                t("low"): float(low),
                t("high"): float(high),
            }
        )
    return rows


def sentence(found: Answer) -> str:
    """The answer in words."""
    best = TITLES[found.best]
    if found.linear.mean < 0:
        return (
            t("The linear baseline has a lower error than every structure: none of them pays here.")
            if found.linear.clear
            else t("No structure is clearly better than the linear baseline here.")
        )
    if found.clear:
        return t("Pick {best}: its error is the lowest, and every other structure's interval lies above it.", best=best)
    tied = ", ".join(TITLES[name] for name in found.tied)
    if len(found.tied) == len(found.rivals):
        return t(
            "No difference that matters between {all}: pick the simplest, {simplest}.",
            all=", ".join((best, tied)),
            simplest=TITLES[min((found.best, *found.tied), key=STRUCTURES.index)],
        )
    return t("Pick {best} or, with no difference that matters, {tied}.", best=best, tied=tied)
