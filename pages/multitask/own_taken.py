"""What a comparison on a viewer's table leaves: a report, the test rows' predictions, and the structures themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from engine.multitask import ENGINE, TableConfig
from engine.multitask.ladder import TITLES
from engine.multitask.own_data.answer import answer
from engine.multitask.taken.table import OpenedTable, predicted
from engine.runs.frame import Frame
from engine.runs.recording import Recording
from engine.tables.opened import Opened
from pages.multitask import own_answer, own_roles, own_scores
from pages.ui.controls.choices import one_of
from pages.ui.language import bare, language, listed, t
from pages.ui.marked import unmarked
from pages.ui.pieces import model_files, report
from pages.ui.pieces.downloads import button, csv, model_buttons


def draw(config: TableConfig, frames: Sequence[Frame], read: Opened | None = None) -> None:
    """Buttons below the answer; of the structures one is chosen, the answer's at first."""
    recording, last = Recording(config, tuple(frames)), own_answer.latest(frames)
    if last is None or "encoding" not in last.parameters:
        return
    opened, best = OpenedTable(config, last), answer(last.metrics, config.structures).best
    name = f"gatescope-table-{config.digest[:8]}"
    structure = one_of(
        t("Structure to take away"), config.structures, best, key="multitask_table_structure", name_of=TITLES.__getitem__,
        help=t("Of the first seed, at the epoch that its validation rows chose."),
    )  # fmt: skip
    made = datetime.now().astimezone()
    with st.container(horizontal=True, key="table_exports"):
        button(
            t("Report (HTML)"), lambda: written(recording, made, read).encode(), f"{name}.html", "text/html", "table_report",
            "description", t("Answer, intervals, settings and date, in one file that opens without a network."),
        )  # fmt: skip
        button(
            t("Predictions (CSV)"), lambda: csv(predicted(opened)), f"{name}.csv", "text/csv", "table_predictions", "table",
            t("Every test row with its labels and what each structure predicts; the first seed."),
        )  # fmt: skip
        files = model_files.of_moment(ENGINE, lambda: opened, structure, recording, last.step)
        model_buttons(f"{name}-{structure}", files, "table_")


def written(recording: Recording[TableConfig], made: datetime, read: Opened | None = None) -> str:
    """The report as HTML."""
    config, last = recording.config, own_answer.latest(recording.frames)
    assert last is not None
    found = answer(last.metrics, config.structures)
    lines = [
        f"{label} · {unmarked(said)} {unmarked(second)}" for label, said, second in own_answer.by_label(config, last)
    ]
    part = [] if int(last.metrics["seeds"]) == config.runs else [unmarked(own_answer.so_far(config, last))]
    rests = unmarked(own_answer.rests_on(config, last))
    return report.html(bare("Which structure suits my table?"), language(), [
        (bare("Answer"), [*part, unmarked(own_answer.sentence(found)), *lines, rests, unmarked(own_answer.agreement(config, last))]),
        (bare("Scores"), [own_scores.scores(config, last)]),
        (bare("Settings"), [_settings(config, last)]),
        (bare("What was read"), [_read(config, recording, last, made, read)]),
    ])  # fmt: skip


def _settings(config: TableConfig, last: Frame) -> pd.DataFrame:
    rates = [f"{TITLES[one]} {float(last.metrics[f'{one}.rate']):g}" for one in config.structures]
    rows = [
        (bare("Labels"), listed(config.labels)),
        (bare("Features"), listed(config.features)),
        (bare("Numbers that are names"), listed(config.categories) or "–"),
        (bare("Group"), config.group or "–"),
        (bare("Time"), config.time or "–"),
        (bare("Row weight"), config.weight or "–"),
        (bare("My present model"), listed(one or "–" for one in config.scores) or "–"),
        (bare("Test rows"), own_roles.named_split(config.split, config)),
        (bare("Weights of labels and classes"), _weights(config)),
        (bare("Structures"), listed(TITLES[one] for one in config.structures)),
        (bare("Seeds"), f"{config.seeds[0]} … {config.seeds[-1]}"),
        (bare("Epochs at most"), str(config.epochs)),
        (bare("Learning rate"), listed(rates)),
        (bare("Batch size"), str(config.batch_size)),
    ]
    return pd.DataFrame(rows, columns=[bare("setting"), bare("value")])


def _weights(config: TableConfig) -> str:
    """Of each label, and of a positive row of it."""
    each = [
        f"{label} {config.of_label('task_weights', k):g} · {config.of_label('positive_weights', k):g}"
        for k, label in enumerate(config.labels)
    ]
    return listed(each) if config.task_weights or config.positive_weights else "–"


def _read(
    config: TableConfig, recording: Recording[TableConfig], last: Frame, made: datetime, read: Opened | None
) -> pd.DataFrame:
    encoding = OpenedTable(config, last).encoding
    numbers = [f"{one.name} ({bare('with gaps')})" if one.gaps else one.name for one in encoding.numbers]
    words = [bare("{name}: {count} words", name=one.name, count=len(one.words)) for one in encoding.categories]
    rows = [
        (bare("File, SHA-256"), config.table or "–"),
        *(_form(read) if read is not None else ()),
        (bare("Training rows"), f"{int(last.metrics['train_rows']):,}"),
        (bare("Validation rows"), f"{int(last.metrics['validation_rows']):,}"),
        (bare("Test rows"), f"{int(last.metrics['test_rows']):,}"),
        (bare("Read as numbers"), listed(numbers) or "–"),
        (bare("Read as categories"), listed(words, "; ") or "–"),
        (bare("Binary labels"), listed(one.name for one in encoding.labels if one.binary) or "–"),
        (bare("Recording"), recording.digest),
        (bare("Report made"), made.strftime("%Y-%m-%d %H:%M %z")),
    ]
    return pd.DataFrame(rows, columns=[bare("what"), bare("value")])


def _form(read: Opened) -> list[tuple[str, str]]:
    """How the file was read, and what about it is doubtful."""
    size = bare("{rows} rows × {columns} columns", rows=f"{read.rows:,}", columns=len(read.names))
    doubts = [(bare("To look at"), bare(one.sentence, **one.values)) for one in read.doubts]
    return [(bare("Encoding"), read.encoding or "–"), (bare("Size"), size), *doubts]
