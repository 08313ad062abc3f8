"""The result of a comparison on the user's table: the sentences, the scores, the differences, the gates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from engine.multitask import STRUCTURES, TableConfig
from engine.multitask.ladder import TITLES
from engine.multitask.own_data.answer import Answer, Difference, answer, difference
from engine.multitask.own_data.plain import PLAIN
from engine.runs.frame import Frame
from pages.multitask import own_charts
from pages.multitask.own_charts import name_of
from pages.ui.language import bare, t
from pages.ui.marked import Marked
from pages.ui.pieces.charts import show

BASE = "shared_bottom"


def result(config: TableConfig, last: Frame) -> None:
    """The whole answer first, then task by task, the gates, and how it was compared."""
    found = answer(last.metrics, config.structures)
    st.markdown(Marked("**{answer}**").format(answer=sentence(found)))
    for label, mine, second in by_label(config, last):
        line = Marked("- **{label}** · {answer} :gray[{next}]")
        st.markdown(line.format(label=label, answer=mine, next=second))
    st.caption(rests_on(config, last))
    _table(config, last)
    left, right = st.columns(2, gap="large")
    with left:
        if BASE in config.structures:
            _against_base(config, last)
    with right:
        if found.best != BASE:
            _against_best(found)
    _gates(config, last)


def _next_best(found: Answer) -> str:
    """The runner-up, and by how much: how sure the pick is."""
    second = min(found.rivals, key=lambda rival: rival.mean)
    return t(
        "Lowest error: {best}; next {second}, {mean}% [{low}, {high}].",
        best=TITLES[found.best],
        second=TITLES[second.name],
        **{name: f"{100 * getattr(second, name):+.2f}" for name in ("mean", "low", "high")},
    )


def _table(config: TableConfig, last: Frame) -> None:
    table = scores(config, last)
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config={c: st.column_config.NumberColumn(format="%.4f") for c in table.columns[3:]},
    )


def scores(config: TableConfig, last: Frame) -> pd.DataFrame:
    """AUC or RMSE of every model on every label, with its interval."""
    return pd.DataFrame([
        row for task, name in enumerate(config.labels) for row in _scores(config, last, task, name)
    ])  # fmt: skip


def by_label(config: TableConfig, last: Frame) -> list[tuple[str, str, str]]:
    """Each label with its answer, and the runner-up."""
    found = [answer(last.metrics, config.structures, task) for task in range(len(config.labels))]
    return [(label, sentence(one), _next_best(one)) for label, one in zip(config.labels, found, strict=True)]


def rests_on(config: TableConfig, last: Frame) -> str:
    """What the intervals are of."""
    return t(
        "Intervals of 95% from {resamples} resamples of test rows and seeds together; {rows} test rows, {seeds} seeds. Single-Task trains whole networks apart, embeddings included.",
        resamples=config.resamples,
        rows=f"{int(last.metrics['test_rows']):,}",
        seeds=config.runs,
    )


def _against_base(config: TableConfig, last: Frame) -> None:
    others = [name for name in (*config.structures, *_plain(last)) if name != BASE]

    def of(task: int | None) -> list[Difference]:
        return [difference(last.metrics, name, BASE, task) for name in others]

    everyone = {t("all tasks"): of(None)} | {label: of(task) for task, label in enumerate(config.labels)}
    show(
        own_charts.differences(everyone, bare("error relative to {best}, %", best=TITLES[BASE])),
        key="multitask_against_base",
        alt=t("Error of each structure relative to Shared-Bottom, for each task, with intervals"),
    )


def _against_best(found: Answer) -> None:
    title = bare("error relative to {best}, %", best=TITLES[found.best])
    show(
        own_charts.differences({t("all tasks"): (*found.rivals, *found.plain)}, title),
        key="multitask_answer",
        alt=t("Error of each structure relative to the best, with intervals"),
    )


def _gates(config: TableConfig, last: Frame) -> None:
    if "mmoe" not in config.structures:
        return
    st.markdown(Marked("**{title}**").format(title=t("Which experts each task uses")))
    show(
        own_charts.gates(config, last),
        width="content",
        key="multitask_table_gates",
        alt=t("Mean gate weight of each expert, for each task"),
    )
    st.caption(
        t(
            "Mean over test rows and seeds. In each seed the experts stand in the order of the task that uses them more, which alone makes the bars lean a little. Distance between the tasks' mean gates in MMoE: {distance} (0 the same, 1 disjoint).",
            distance=f"{own_charts.gate_distance(last.metrics['mmoe.gates']):.2f}",
        )
    )


def _plain(last: Frame) -> list[str]:
    """The plain models that were compared: a comparison of an older version has fewer."""
    return [name for name in PLAIN if f"{name}.error" in last.metrics]


def _scores(config: TableConfig, last: Frame, task: int, label: str) -> list[dict[str, object]]:
    """AUC or RMSE with its interval, a row for each model."""
    binary = bool(last.metrics["binary"][task])
    rows: list[dict[str, object]] = []
    for name in (*config.structures, *_plain(last)):
        error = float(np.atleast_2d(last.metrics[f"{name}.error"])[:, task].mean())
        low, high = np.quantile(last.metrics[f"{name}.resampled"][:, task], (0.025, 0.975))
        score, low, high = (1 - error, 1 - high, 1 - low) if binary else (error, low, high)
        rows.append(
            {
                t("label"): label,
                t("model"): name_of(name),
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
    plain = found.plainest
    if plain.mean < 0:
        return (
            t("{name} has a lower error than every structure: none of them pays here.", name=name_of(plain.name))
            if plain.clear
            else t("No structure is clearly better here than {name}.", name=name_of(plain.name))
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
