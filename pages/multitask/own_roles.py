"""What each column of a viewer's table is: label, feature, group, time, weight, another model's score; and which rows are the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from engine.multitask.own_data.config import TableConfig
from engine.multitask.own_data.summary import Summary
from engine.tables.written.file import MOST_COLUMNS
from pages.ui.controls.choices import one_name, one_of
from pages.ui.language import bare, listed, t

MOST_LABELS = 6


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles of a table's columns as chosen: the fields of `TableConfig` with these names."""

    labels: tuple[str, ...]
    features: tuple[str, ...]
    categories: tuple[str, ...]
    group: str = ""
    time: str = ""
    weight: str = ""
    scores: tuple[str, ...] = ()
    split: str = "random"
    task_weights: tuple[float, ...] = ()
    positive_weights: tuple[float, ...] = ()


def choose(table: Summary) -> Roles:
    """The controls."""
    labels = _labels(table)
    roles = _roles(table, labels)
    features, categories = _features(table, labels, roles)
    split = _split(table, roles)
    gone = {"group": roles.group, "time": roles.time}.get(split, "")
    if gone in features:
        features = tuple(name for name in features if name != gone)
        st.caption(
            t("“{column}” is no feature here: no test row has a value of it that was trained on.", column=gone)
            if split == "group"
            else t("“{column}” is no feature here: every test row is later than all that was trained on.", column=gone)
        )
    categories = tuple(name for name in categories if name in features)
    return replace(roles, features=features, categories=categories, split=split)


def _labels(table: Summary) -> tuple[str, ...]:
    chosen = st.multiselect(
        t("Labels"),
        list(table.labels),
        default=_likely_labels(table),
        max_selections=MOST_LABELS,
        key="multitask_labels",
        placeholder=t("Choose"),
        bind="query-params",
        help=t(
            "Binary or continuous numbers, or words that say yes and no. Gaps may be where another label is false: bought, given clicked."
        ),
    )
    return tuple(chosen)


def _likely_labels(table: Summary) -> list[str]:
    """The first two that names and values tell, filled up with the other binary columns and the first numbers."""
    usable = [column for column in table.columns if column.name in table.labels]
    usable.sort(key=lambda column: (column.name not in table.likely, column.kind != "binary"))
    return [column.name for column in usable[:2]]


def _features(table: Summary, labels: Sequence[str], roles: Roles) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Features, and those whose numbers are names."""
    taken = {*labels, roles.weight, *roles.scores}
    possible = [column.name for column in table.columns if column.can_be_feature and column.name not in taken]
    features = st.multiselect(
        t("Features"),
        possible,
        default=[name for name in possible if name in table.offered],
        max_selections=MOST_COLUMNS,
        key="multitask_features",
        placeholder=t("Choose"),
        bind="query-params",
        help=t("All that may say something are chosen. Leave out columns that are known only after the label."),
    )
    numeric = [column.name for column in table.columns if column.name in features and column.kind == "number"]
    names = st.multiselect(
        t("Numbers that are names"),
        numeric,
        default=[n for n in numeric if n.lower().endswith("id")],
        key="multitask_categories",
        placeholder=t("Choose"),
        bind="query-params",
        help=t("Ids: each value gets an embedding of its own."),
    )
    return tuple(features), tuple(names)


def _roles(table: Summary, labels: tuple[str, ...]) -> Roles:
    """Group, time, weight and scores, filled with what names and values tell; and the weights of labels and positive rows."""
    free = [column for column in table.columns if column.name not in labels]
    numbers = [column.name for column in free if column.kind in ("number", "binary") and column.name not in table.times]
    named = [column.name for column in free if column.kind != "unusable" and column.name not in table.times]
    times = [*table.times, *(name for name in numbers if name not in table.times)]
    none = bare("none")
    with st.container(horizontal=True):
        group = one_name(
            t("Group"), named, table.role("group"), key="multitask_group", none=none,
            help=t("Rows that belong together, of one user for instance: they are resampled together, AUC is taken within each too, and the test can be groups never trained on."),
        )  # fmt: skip
        time = one_name(
            t("Time"), times, table.role("time"), key="multitask_time", none=none,
            help=t("The test can be the latest rows."),
        )  # fmt: skip
        weight = one_name(
            t("Row weight"), numbers, table.role("weight"), key="multitask_weight", none=none,
            help=t("A row with weight 2 counts as two: in training, validation and test."),
        )  # fmt: skip
    scores = _scores(table, labels, [name for name in numbers if name != weight])
    task_weights, positive_weights = _weights(table, labels)
    return Roles(labels, (), (), group, time, weight, scores, "random", task_weights, positive_weights)


def _scores(table: Summary, labels: tuple[str, ...], numbers: list[str]) -> tuple[str, ...]:
    """For each label the column of scores that the viewer's own model gave; one that is named so is the first label's."""
    keys = [f"multitask_score_{place + 1}" for place in range(len(labels))]
    known = table.role("score") in numbers or any(key in st.query_params for key in keys)
    if not known and not st.toggle(
        t("Compare with the scores of my present model"), key="multitask_scores", bind="query-params"
    ):
        return ()
    chosen = []
    with st.container(horizontal=True):
        for place, (label, key) in enumerate(zip(labels, keys, strict=True)):
            start = table.role("score") if place == 0 else ""
            chosen.append(one_name(
                t("My present model's score for {label}", label=label), numbers, start, key=key, none=bare("none"),
                help=t("Judged on the same test rows; numbers from 0 to 1 count as chances."),
            ))  # fmt: skip
    return tuple(chosen) if any(chosen) else ()


def _weights(table: Summary, labels: tuple[str, ...]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """How much each label, and a positive row of each binary one, counts; () where nothing was changed."""
    kinds = {column.name: column.kind for column in table.columns}
    tasks, positives = [], []
    with st.popover(t("Weights of labels and classes"), type="tertiary"):
        for place, label in enumerate(labels):
            how = {"bind": "query-params", "format": "%g"}
            tasks.append(st.number_input(t("Weight of {label}", label=label), 0.01, 100.0, 1.0, key=f"multitask_task_weight_{place + 1}", **how))  # type: ignore[call-overload]  # fmt: skip
            if kinds[label] != "binary":
                positives.append(1.0)
                continue
            positives.append(st.number_input(
                t("Weight of a positive row of {label}", label=label), 0.01, 1_000.0, 1.0, key=f"multitask_positive_weight_{place + 1}",
                help=t("In training alone. Chances are taken back by it, so that they stay chances."), **how,
            ))  # type: ignore[call-overload]  # fmt: skip
    return tuple(tasks) if set(tasks) - {1.0} else (), tuple(positives) if set(positives) - {1.0} else ()


def _split(table: Summary, roles: Roles) -> str:
    """Which rows are the test."""
    if table.first:
        st.caption(t("Test rows: the second file, {rows} rows.", rows=f"{table.rows - table.first:,}"))
        return "second file"
    options = ["random", "last rows"] + ["time"] * bool(roles.time) + ["group"] * bool(roles.group)
    key = "multitask_split"
    if st.session_state.get(key) not in (None, *options):
        del st.session_state[key]
    return str(one_of(t("Test rows"), options, "random", key=key, name_of=lambda split: named_split(split, roles)))


def named_split(split: str, roles: Roles | TableConfig) -> str:
    """How a table is split, in words."""
    return {
        "random": bare("30% at random"),
        "last rows": bare("the last 30%"),
        "time": bare("the latest 30% by {column}", column=roles.time),
        "group": bare("30% of the groups in {column}", column=roles.group),
        "second file": bare("the second file"),
    }[split]


def unusable(table: Summary) -> None:
    """Which columns hold nothing to learn from."""
    names = [column.name for column in table.columns if column.kind == "unusable"]
    if names:
        st.caption(t("Not usable, since they hold one value only or lists: {columns}", columns=listed(names[:12])))
