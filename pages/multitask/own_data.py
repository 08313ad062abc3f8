"""Your data: choose labels and features, compare the structures, read which to pick and how sure that is."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial

import streamlit as st

from engine.multitask import STRUCTURES, TableConfig
from engine.multitask.config import LEAKY
from engine.multitask.ladder import TITLES
from engine.multitask.own_data.sample import sample_table
from engine.multitask.own_data.summary import Summary, summary
from engine.runs.config import IntRange
from engine.runs.service.run import State
from engine.runs.table import Table
from engine.tables.beside import joined
from engine.tables.opened import Opened
from pages.multitask import own_answer, own_roles, own_taken
from pages.multitask.where import PLACE
from pages.ui.controls import controls
from pages.ui.controls.choices import some_of
from pages.ui.language import t
from pages.ui.run import polling, reading, training
from pages.ui.run.file_form import Decisions
from pages.ui.run.own_file import TABLES, choose_file, with_file


def draw() -> None:
    """The file, what is compared in it, and the answer."""
    file = _file()
    with_file(PLACE, file, summary, _opened, Decisions(), name=file.name if file else "")


def _opened(read: reading.Reading[Summary]) -> None:
    config = _choose(read.found, read.table.digest)
    if config is not None:
        _compare(replace(config, told=read.told), read.table, read.found.opened)


def _file() -> reading.Upload | None:
    """The file, with a second one as its test where there is one, or the sample table."""
    about = t(
        "CSV, TSV, JSON lines or parquet, packed or not, up to 64 MB. It stays in this browser session and is deleted with it."
    )
    file = choose_file(PLACE, t("A table with at least two label columns"), TABLES, about)
    if file is None:
        if st.toggle(t("Use a sample table"), key="multitask_sample", bind="query-params"):
            return reading.Upload(PLACE.playground, "sample.csv", "sample", _sample)
        return None
    with st.expander(t("A second file as the test")):
        other = st.file_uploader(
            t("A second file with the same columns: its rows are the test"), type=list(TABLES), key="multitask_upload_test", help=about
        )  # fmt: skip
    if other is None:
        return file
    first, second = file.data, other.getvalue
    return reading.Upload(
        PLACE.playground, file.name, f"{file.mark}_{other.file_id}", lambda: joined(first(), second())
    )


@st.cache_data(max_entries=1, show_spinner=False)
def _sample() -> bytes:
    return sample_table().to_csv(index=False).encode()


def _choose(table: Summary, digest: str) -> TableConfig | None:
    """The controls; None until there are two labels and a feature."""
    labels_possible = list(table.labels)
    if len(labels_possible) < 2:
        _refuse_a_single_label(labels_possible)
        return None
    roles = own_roles.choose(table)
    structures = some_of(
        t("Structures"), STRUCTURES, STRUCTURES, key="multitask_table_structures", name_of=TITLES.__getitem__
    )
    runs, epochs, slope = _how(table)
    own_roles.unusable(table)
    if len(roles.labels) < 2:
        st.warning(t("One label is a single task: multi-task learning needs at least two. Choose another label."))
        return None
    if not roles.features:
        st.info(t("Choose at least one feature."))
        return None
    if len(structures) < 2:
        st.info(t("Choose at least two structures."))
        return None
    _correlations(table, list(roles.labels))
    return TableConfig(
        table=digest, structures=structures, runs=runs, epochs=epochs, tower_slope=slope, **asdict(roles)
    )


def _how(table: Summary) -> tuple[int, int, float]:
    """How many seeds, epochs at most, and the slope of the towers' units below 0."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        runs = controls.whole_number(t("Seeds"), IntRange(2, 16), 8, key="multitask_table_runs", bind="query-params")
        epochs = controls.whole_number(
            t("Epochs at most"), IntRange(1, 40), _epochs(table.rows), key="multitask_table_epochs", bind="query-params"
        )
        leaky = st.toggle(
            t("Leaky towers"),
            key="multitask_table_leaky",
            bind="query-params",
            help=t(
                "Units of a tower pass {slope} of what lies below 0 (leaky ReLU), so that none can die. Off, as in the paper: ReLU.",
                slope=f"{LEAKY:g}",
            ),
        )
    return runs, epochs, LEAKY if leaky else 0.0


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


def _correlations(table: Summary, labels: list[str]) -> None:
    each = [(f"{a} / {b}", table.correlation(a, b)) for i, a in enumerate(labels) for b in labels[i + 1 :]]
    pairs = [f"{name} {r:+.3f}" for name, r in each if r == r]  # of a label known only within another there is none
    if not pairs:
        return
    st.caption(t("Correlation of the labels: {pairs}", pairs=", ".join(pairs)))


def _compare(config: TableConfig, table: Table, opened: Opened) -> None:
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
        progress = partial(_progress, training.active())
        polling.polled(progress, "multitask_own_progress", training.progress_stamp, training.active)
        polling.polled(partial(_found, config, opened), "multitask_own_answer", _stamp, training.active)


def _stamp() -> object:
    """What is new of the answer."""
    view = training.view_of(training.current())
    found = None if view is None else own_answer.latest(view.frames)
    return None if found is None or view is None else (found.step, view.active)


def _progress(was_active: bool) -> None:
    view = training.view_of(training.current())
    if view is None:
        return
    if view.active != was_active:
        st.rerun()
    if view.active:
        st.progress(view.step / view.steps if view.steps else 0.0, text=training.status(view))
    elif view.state == State.FAILED:
        st.error(training.status(view))
    elif view.state != State.FINISHED:
        st.info(training.status(view))


def _found(config: TableConfig, opened: Opened) -> None:
    """The answer so far."""
    view = training.view_of(training.current())
    found = None if view is None else own_answer.latest(view.frames)
    if view is not None and found is not None:
        own_answer.result(config, found)
        if not view.active:
            own_taken.draw(config, view.frames, opened)
