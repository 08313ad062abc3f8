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
from pages.multitask import own_answer
from pages.ui.controls.choices import one_of
from pages.ui.language import bare, language, listed, t
from pages.ui.marked import unmarked
from pages.ui.pieces import model_files, report
from pages.ui.pieces.downloads import button, csv, model_buttons


def draw(config: TableConfig, frames: Sequence[Frame]) -> None:
    """Buttons below the answer; of the structures one is chosen, the answer's at first."""
    recording, last = Recording(config, tuple(frames)), frames[-1]
    if "encoding" not in last.parameters:
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
            t("Report (HTML)"), lambda: written(recording, made).encode(), f"{name}.html", "text/html", "table_report",
            "description", t("Answer, intervals, settings and date, in one file that opens without a network."),
        )  # fmt: skip
        button(
            t("Predictions (CSV)"), lambda: csv(predicted(opened)), f"{name}.csv", "text/csv", "table_predictions", "table",
            t("Every test row with its labels and what each structure predicts; the first seed."),
        )  # fmt: skip
        files = model_files.of_moment(ENGINE, lambda: opened, structure, recording, last.step)
        model_buttons(f"{name}-{structure}", files, "table_")


def written(recording: Recording[TableConfig], made: datetime) -> str:
    """The report as HTML."""
    config, last = recording.config, recording.frames[-1]
    found = answer(last.metrics, config.structures)
    lines = [
        f"{label} · {unmarked(said)} {unmarked(second)}" for label, said, second in own_answer.by_label(config, last)
    ]
    rests = unmarked(own_answer.rests_on(config, last))
    return report.html(bare("Which structure suits my table?"), language(), [
        (bare("Answer"), [unmarked(own_answer.sentence(found)), *lines, rests]),
        (bare("Scores"), [own_answer.scores(config, last)]),
        (bare("Settings"), [_settings(config)]),
        (bare("What was read"), [_read(config, recording, made)]),
    ])  # fmt: skip


def _settings(config: TableConfig) -> pd.DataFrame:
    split = bare("30% at random") if config.split == "random" else bare("the last 30%")
    rows = [
        (bare("Labels"), listed(config.labels)),
        (bare("Features"), listed(config.features)),
        (bare("Numbers that are names"), listed(config.categories) or "–"),
        (bare("Test rows"), split),
        (bare("Structures"), listed(TITLES[one] for one in config.structures)),
        (bare("Seeds"), f"{config.seeds[0]} … {config.seeds[-1]}"),
        (bare("Epochs"), str(config.epochs)),
        (bare("Learning rate"), f"{config.learning_rate:g}"),
        (bare("Batch size"), str(config.batch_size)),
    ]
    return pd.DataFrame(rows, columns=[bare("setting"), bare("value")])


def _read(config: TableConfig, recording: Recording[TableConfig], made: datetime) -> pd.DataFrame:
    last, encoding = recording.frames[-1], OpenedTable(config, recording.frames[-1]).encoding
    numbers = [f"{one.name} ({bare('with gaps')})" if one.gaps else one.name for one in encoding.numbers]
    words = [bare("{name}: {count} words", name=one.name, count=len(one.words)) for one in encoding.categories]
    rows = [
        (bare("File, SHA-256"), config.table or "–"),
        (bare("Test rows"), f"{int(last.metrics['test_rows']):,}"),
        (bare("Read as numbers"), listed(numbers) or "–"),
        (bare("Read as categories"), listed(words, "; ") or "–"),
        (bare("Binary labels"), listed(one.name for one in encoding.labels if one.binary) or "–"),
        (bare("Recording"), recording.digest),
        (bare("Report made"), made.strftime("%Y-%m-%d %H:%M %z")),
    ]
    return pd.DataFrame(rows, columns=[bare("what"), bare("value")])
