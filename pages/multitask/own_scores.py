"""Scores of every model on the test rows of a viewer's table, measure by measure, and how well their chances hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from engine.multitask import TableConfig
from engine.multitask.own_data.answer import PRESENT
from engine.multitask.own_data.plain import PLAIN
from engine.runs.frame import Frame
from pages.multitask import own_charts
from pages.multitask.own_charts import name_of
from pages.ui.controls.choices import one_of
from pages.ui.language import N_, bare, t
from pages.ui.pieces.charts import show

MEASURES = {
    "error": "AUC, RMSE",
    "log_loss": N_("log loss"),
    "pr_auc": "PR-AUC",
    "gauc": "GAUC",
    "calibration_error": N_("calibration error"),
    "given_over_observed": N_("given over observed"),
}
"""As they are called in the choice above the table."""
ABOUT = {
    "error": N_(
        "AUC of a binary label: the chance that a positive row is ranked above a negative one. RMSE of another, in its own units."
    ),
    "log_loss": N_("Minus the logarithm of the chance that was given to what came: less is better."),
    "pr_auc": N_("Average precision of the rarer class, told where it is rarer than 5%."),
    "gauc": N_("AUC inside each group that has both classes, mean by the groups' rows."),
    "calibration_error": N_("How far chances and what came lie apart, mean over ten bins of rows."),
    "given_over_observed": N_("The sum of all chances over the count of what came: 1.1 promises a tenth too much."),
}


def draw(config: TableConfig, last: Frame) -> None:
    """A table of one measure, and the chances against what came."""
    there = [name for name in MEASURES if _told(config, last, name)]
    measure = one_of(t("Measure"), there, there[0], key="multitask_table_measure", name_of=_named)
    table = scores(config, last, (measure,))
    numbers = {c: st.column_config.NumberColumn(format="%.4f") for c in table.columns[3:6]}
    st.dataframe(table, hide_index=True, height="content", column_config=numbers)
    st.caption(_about(measure))
    if any(last.metrics["binary"]):
        with st.expander(t("Chances against what came")):
            show(
                own_charts.reliability(config, last, models(config, last)),
                key="multitask_reliability",
                alt=t(
                    "Chance that each model gave against the share that came, in ten bins of rows, for each binary label"
                ),
            )
            st.caption(
                t(
                    "On the line what is given a chance of 30% comes in 30% of the rows. Ten bins of rows, mean over the seeds."
                )
            )


def _named(measure: str) -> str:
    return bare(MEASURES[measure])


def _about(measure: str) -> str:
    return t(ABOUT[measure])


def models(config: TableConfig, last: Frame) -> list[str]:
    """Structures, plain models, and the present one, as far as they were compared."""
    others = [name for name in (*PLAIN, PRESENT) if f"{name}.error" in last.metrics]
    return [*config.structures, *others]


def _told(config: TableConfig, last: Frame, measure: str) -> bool:
    """Whether a measure is known of any label."""
    found = last.metrics.get(f"{config.structures[0]}.{measure}")
    return found is not None and not bool(np.isnan(found).all())


def scores(config: TableConfig, last: Frame, measures: tuple[str, ...] = tuple(MEASURES)) -> pd.DataFrame:
    """Every measure of every model on every label, with its interval where it has one."""
    rows = [
        row
        for measure in measures
        for task in range(len(config.labels))
        for name in models(config, last)
        if (row := _score(config, last, measure, task, name)) is not None
    ]
    columns = [t("label"), t("model"), t("measure"), t("mean"), t("low"), t("high"), t("parameters")]
    return pd.DataFrame(rows, columns=columns)


def _score(config: TableConfig, last: Frame, measure: str, task: int, name: str) -> tuple[object, ...] | None:
    found = last.metrics.get(f"{name}.{measure}")
    if found is None or np.isnan(np.atleast_2d(found)[:, task]).any():
        return None
    mean, low, high = float(np.atleast_2d(found)[:, task].mean()), float("nan"), float("nan")
    resampled = last.metrics.get(f"{name}.resampled" if measure == "error" else f"{name}.{measure}.resampled")
    if resampled is not None:
        low, high = (float(end) for end in np.nanquantile(resampled[:, task], (0.025, 0.975)))
    title = _named(measure)
    if measure == "error":
        title = "AUC" if last.metrics["binary"][task] else "RMSE"
        mean, low, high = (1 - mean, 1 - high, 1 - low) if title == "AUC" else (mean, low, high)
    size = last.metrics.get(f"{name}.parameters")
    of = "–" if size is None else f"{int(size):,}"
    return config.labels[task], name_of(name), title, mean, low, high, of
