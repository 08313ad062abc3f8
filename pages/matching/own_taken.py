"""What a run on the viewer's pairs leaves: a report, and what every method says of the test's pairs."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from engine.errors import UserError
from engine.matching import PairsConfig
from engine.matching.ladder import TITLES
from engine.matching.own_pairs.pairs import parts_in
from engine.runs.frame import Frame
from pages.matching import own_answer
from pages.ui.language import bare, explain, language, listed, t
from pages.ui.marked import unmarked
from pages.ui.pieces import report
from pages.ui.pieces.downloads import button, csv
from pages.ui.run import reading


def draw(config: PairsConfig, last: Frame) -> None:
    """Buttons below the answer; the models themselves stand with what can be taken away of the stage."""
    try:
        parts = reading.again(config.table, parts_in, told=config.told)
    except UserError as error:
        st.caption(explain(error))
        return
    name, made, test = f"gatescope-pairs-{config.digest[:8]}", datetime.now().astimezone(), parts.test
    with st.container(horizontal=True, key="pairs_exports"):
        button(
            t("Report (HTML)"), lambda: written(config, last, made).encode(), f"{name}.html", "text/html", "pairs_report",
            "description", t("Answer, intervals, settings and date, in one file that opens without a network."),
        )  # fmt: skip
        button(
            t("Predictions (CSV)"),
            lambda: csv(own_answer.predictions(
                last, [parts.queries[n] for n in test.query], [parts.documents[n] for n in test.document], test.grade
            )),
            f"{name}.csv", "text/csv", "pairs_predictions", "table",
            t("Every pair of the test with its label and what each method says of it; the first seed."),
        )  # fmt: skip


def written(config: PairsConfig, last: Frame, made: datetime) -> str:
    """The report as HTML."""
    question = own_answer.question_of(last)
    said = [unmarked(line) for line in own_answer.lines(config, last)]
    return report.html(bare("Which model suits my pairs?"), language(), [
        (bare("Answer"), [unmarked(t(own_answer.ASKS[question])), unmarked(own_answer.sentence(config, last)), *said, unmarked(own_answer.rests_on(config, last))]),
        (bare("Scores"), [_plain(own_answer.table(last, question))]),
        (bare("Settings"), [_settings(config)]),
        (bare("What was read"), [_read(config, last, made)]),
    ])  # fmt: skip


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns=unmarked).map(unmarked)


def _settings(config: PairsConfig) -> pd.DataFrame:
    rows = [
        (bare("Models"), listed(TITLES[one] for one in config.models)),
        (bare("Seeds"), f"{config.seed} … {config.seed + config.runs - 1}"),
        (bare("Training steps, at most"), str(config.steps)),
        (bare("Batch size"), str(config.batch_size)),
        (bare("Rates that were tried"), f"{', '.join(f'{config.rate(one):g}' for one in config.models)} × {config.tried}"),
        ("γ", f"{config.gamma:g}"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[bare("setting"), bare("value")])


def _read(config: PairsConfig, last: Frame, made: datetime) -> pd.DataFrame:
    count = {name: f"{int(last.metrics[f'test.{name}']):,}" for name in ("queries", "pairs", "lists", "right")}
    rows = [
        (bare("File, SHA-256"), config.table or "–"),
        (bare("Read as"), bare("Chinese characters") if config.language == "zh" else bare("English words")),
        (bare("Decided about the file"), config.told or "–"),
        (bare("Test queries"), count["queries"]),
        (bare("Test pairs"), count["pairs"]),
        (bare("Right test pairs"), count["right"]),
        (bare("Report made"), made.strftime("%Y-%m-%d %H:%M %z")),
    ]
    return pd.DataFrame(rows, columns=[bare("what"), bare("value")])
