"""Your data: choose labels and features, compare the structures, read which to pick and how sure that is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from engine.multitask import STRUCTURES, TableConfig
from engine.multitask.ladder import TITLES
from engine.multitask.own_data.sample import sample_table
from engine.multitask.own_data.summary import Summary, summary
from engine.runs.config import IntRange
from engine.runs.service.run import State
from engine.runs.table import Table
from pages.multitask import own_answer, own_taken
from pages.multitask.where import PLACE
from pages.ui.controls import controls
from pages.ui.controls.choices import one_of, some_of
from pages.ui.language import t
from pages.ui.run import polling, reading, training
from pages.ui.run.file_form import Decisions
from pages.ui.run.own_file import TABLES, choose_file, with_file

MOST_FEATURES = 30


def draw() -> None:
    """The file, what is compared in it, and the answer."""
    file = _file()
    with_file(PLACE, file, summary, _opened, Decisions(), name=file.name if file else "")


def _opened(read: reading.Reading[Summary]) -> None:
    config = _choose(read.found, read.table.digest)
    if config is not None:
        _compare(replace(config, told=read.told), read.table)


def _file() -> reading.Upload | None:
    """The file, or the sample table."""
    file = choose_file(
        PLACE,
        t("A table with at least two label columns"),
        TABLES,
        t(
            "CSV, TSV, JSON lines or parquet, packed or not, up to 64 MB. It stays in this browser session and is deleted with it."
        ),
    )
    if file is None and st.toggle(t("Use a sample table"), key="multitask_sample", bind="query-params"):
        return reading.Upload(PLACE.playground, "sample.csv", "sample", _sample)
    return file


@st.cache_data(max_entries=1, show_spinner=False)
def _sample() -> bytes:
    return sample_table().to_csv(index=False).encode()


def _choose(table: Summary, digest: str) -> TableConfig | None:
    """The controls; None until there are two labels and a feature."""
    known = table.columns
    labels_possible = list(table.labels)
    if len(labels_possible) < 2:
        _refuse_a_single_label(labels_possible)
        return None
    labels, features, names = _columns(table)
    structures = some_of(
        t("Structures"), STRUCTURES, STRUCTURES, key="multitask_table_structures", name_of=TITLES.__getitem__
    )
    split, runs, epochs = _how(table)
    unusable = [column.name for column in known if column.kind == "unusable"]
    if unusable:
        st.caption(
            t("Not usable, since they hold one value only or lists: {columns}", columns=", ".join(unusable[:12]))
        )
    if len(labels) < 2:
        st.warning(t("One label is a single task: multi-task learning needs at least two. Choose another label."))
        return None
    if not features:
        st.info(t("Choose at least one feature."))
        return None
    if len(structures) < 2:
        st.info(t("Choose at least two structures."))
        return None
    _correlations(table, labels)
    return TableConfig(
        table=digest, labels=tuple(labels), features=tuple(features), categories=tuple(names), split=split,
        structures=structures, runs=runs, epochs=epochs,
    )  # fmt: skip


def _columns(table: Summary) -> tuple[list[str], list[str], list[str]]:
    """Labels, features, and features whose numbers are names, as chosen."""
    known, labels_possible = table.columns, list(table.labels)
    labels = st.multiselect(
        t("Labels"),
        labels_possible,
        default=_likely_labels(table),
        max_selections=6,
        key="multitask_labels",
        placeholder=t("Choose"),
        bind="query-params",
        help=t(
            "Binary or continuous numbers, or words that say yes and no. Gaps may be where another label is false: bought, given clicked."
        ),
    )
    possible = [column.name for column in known if column.can_be_feature and column.name not in labels]
    features = st.multiselect(
        t("Features"),
        possible,
        default=[name for name in possible if name in table.offered][:MOST_FEATURES],
        max_selections=100,
        key="multitask_features",
        placeholder=t("Choose"),
        bind="query-params",
        help=t("Leave out columns that are known only after the label."),
    )
    numeric = [column.name for column in known if column.name in features and column.kind == "number"]
    names = st.multiselect(
        t("Numbers that are names"),
        numeric,
        default=[n for n in numeric if n.lower().endswith("id")],
        key="multitask_categories",
        placeholder=t("Choose"),
        bind="query-params",
        help=t("Ids: each value gets an embedding of its own."),
    )
    return labels, features, names


def _how(table: Summary) -> tuple[str, int, int]:
    """Which rows are tested, how many seeds, and epochs."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = one_of(
            t("Test rows"),
            ["random", "last rows"],
            "random",
            key="multitask_split",
            name_of=lambda s: t("30% at random") if s == "random" else t("the last 30%"),
        )
        runs = controls.whole_number(t("Seeds"), IntRange(2, 16), 8, key="multitask_table_runs", bind="query-params")
        epochs = controls.whole_number(
            t("Epochs"), IntRange(1, 40), _epochs(table.rows), key="multitask_table_epochs", bind="query-params"
        )
    return str(split), runs, epochs


def _refuse_a_single_label(possible: list[str]) -> None:
    if possible:
        st.warning(
            t(
                "Multi-task learning needs at least two labels, and only “{column}” can be one in this table. A label is a column of numbers without gaps that holds two values or more.",
                column=possible[0],
            )
        )
    else:
        st.warning(
            t(
                "Multi-task learning needs at least two labels, and no column of this table can be one. A label is a column of numbers without gaps that holds two values or more."
            )
        )


def _epochs(rows: int) -> int:
    """Enough for about a thousand steps: few rows need to be seen more often."""
    return min(40, max(6, round(1_000 * TableConfig().batch_size / rows)))


def _likely_labels(table: Summary) -> list[str]:
    """The first two that names and values tell, filled up with the other binary columns and the first numbers."""
    usable = [column for column in table.columns if column.name in table.labels]
    usable.sort(key=lambda column: (column.name not in table.likely, column.kind != "binary"))
    return [column.name for column in usable[:2]]


def _correlations(table: Summary, labels: list[str]) -> None:
    each = [(f"{a} / {b}", table.correlation(a, b)) for i, a in enumerate(labels) for b in labels[i + 1 :]]
    pairs = [f"{name} {r:+.3f}" for name, r in each if r == r]  # of a label known only within another there is none
    if not pairs:
        return
    st.caption(t("Correlation of the labels: {pairs}", pairs=", ".join(pairs)))


def _compare(config: TableConfig, table: Table) -> None:
    run = training.current()
    mine = run is not None and run.config == config
    st.button(
        t("Compare the structures"),
        type="primary",
        icon=":material/balance:",
        key="multitask_compare",
        on_click=training.train,
        args=(config, table, "compare"),
        disabled=mine and run is not None and training.service().view(run).active,
    )
    if mine and run is not None:
        draw = partial(_progress, config, training.active())
        polling.polled(draw, "multitask_own_answer", training.progress_stamp, training.active)


def _progress(config: TableConfig, was_active: bool) -> None:
    run = training.current()
    if run is None:
        return
    view = training.service().view(run)
    if view.active != was_active:
        st.rerun()
    if view.active:
        st.progress(view.step / view.steps if view.steps else 0.0, text=training.status(view))
    elif view.state == State.FAILED:
        st.error(training.status(view))
    elif view.frames and "linear.error" in view.frames[-1].metrics:
        own_answer.result(config, view.frames[-1])
        own_taken.draw(config, view.frames)
    else:
        st.info(training.status(view))
