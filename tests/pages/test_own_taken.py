"""What a comparison on a viewer's table leaves, from the buttons below its answer."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine.multitask import TableConfig, compare
from engine.multitask.own_data.answer import answer
from engine.multitask.own_data.sample import sample_table
from engine.runs.frame import Frame
from engine.runs.recording import Recording
from engine.taken.onnx import Session
from engine.taken.weights import load
from pages.multitask import own_taken
from pages.multitask.settings import TITLES
from pages.ui.language import speaking
from tests.pages.visits import CHINESE, PATIENCE

TABLE = sample_table(800).rename(columns={"click": "点击", "device": "<b>=device</b>"}).to_csv(index=False).encode()
CONFIG = TableConfig(
    table=hashlib.sha256(TABLE).hexdigest(), labels=("点击", "watch_time"), features=("feature_1", "feature_2", "<b>=device</b>"),
    runs=2, epochs=2, resamples=50, learning_rate=(0.003,),
)  # fmt: skip


@pytest.fixture(scope="module")
def frames() -> tuple[Frame, ...]:
    return tuple(compare(CONFIG, TABLE))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """What each button makes when it is pressed, by its key."""
    found: dict[str, Callable[[], bytes]] = {}
    from pages.ui.pieces import downloads

    real = downloads.button

    def kept(label: str, make: Callable[[], bytes], *rest: Any) -> None:
        found[rest[2]] = make
        real(label, make, *rest)

    monkeypatch.setattr(downloads, "button", kept)
    monkeypatch.setattr(own_taken, "button", kept)
    return found


def drawn(frames: tuple[Frame, ...], spoken: str = "en", config: TableConfig = CONFIG, **session: str) -> AppTest:
    def page(config, frames, spoken, session):  # its source is run by itself: no names of this module
        import streamlit as st

        from pages.multitask import own_taken

        st.session_state["lang"] = spoken
        for name, value in session.items():
            st.session_state.setdefault(name, value)
        own_taken.draw(config, frames)

    at = AppTest.from_function(page, args=(config, frames, spoken, session), default_timeout=PATIENCE).run()
    assert not at.exception
    return at


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_every_button_gives_its_file(frames: tuple[Frame, ...], made: dict[str, Any], spoken: str) -> None:
    at = drawn(frames, spoken)
    labels = [one.proto.label for one in at.get("download_button")]
    assert len(labels) == 5 and all(bool(CHINESE.search(label)) == (spoken == "zh") for label in labels)
    best = answer(frames[-1].metrics, CONFIG.structures).best
    back = load(made["table_weights"]())
    assert back.origin.rung == best and back.origin.config == CONFIG
    assert back.origin.recording == Recording(CONFIG, frames).digest
    assert Session(made["table_onnx"]()).metadata["rung"] == best
    assert CONFIG.table in made["table_code"]().decode()
    read = pd.read_csv(io.BytesIO(made["table_predictions"]()), encoding="utf-8-sig")
    assert list(read.columns[:3]) == ["row", "点击", "watch_time"] and len(read) == int(frames[-1].metrics["test_rows"])


def test_another_structure_can_be_chosen(frames: tuple[Frame, ...], made: dict[str, Any]) -> None:
    for structure in CONFIG.structures:
        drawn(frames, multitask_table_structure=structure)
        assert load(made["table_weights"]()).origin.rung == structure


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_the_report_holds_answer_intervals_settings_and_what_was_read(frames: tuple[Frame, ...], spoken: str) -> None:
    from datetime import UTC, datetime

    from engine.multitask.own_data.summary import summary
    from engine.tables.notes import note

    opened = replace(summary(TABLE, "").opened, notes=(note("Column {column} holds no times.", column="x<b>"),))
    with speaking(spoken):
        page = own_taken.written(Recording(CONFIG, frames), datetime(2026, 3, 4, 5, 6, tzinfo=UTC), opened)
        table = own_taken.own_scores.scores(CONFIG, frames[-1])
    body = page.partition("</head>")[2]
    assert CONFIG.table in body and "2026-03-04 05:06 +0000" in body and "点击" in body
    assert "&lt;b&gt;=device" in body and "<b>=device" not in body, "a column's name is no HTML"
    assert "UTF-8" in body and "x&lt;b&gt;" in body and f"{opened.rows:,}" in body
    for column in table.columns[3:6]:
        assert all(f"{value:.4f}" in body for value in table[column].dropna())
    assert all(TITLES[structure] in body for structure in CONFIG.structures)
    assert bool(CHINESE.search(body.replace("点击", ""))) == (spoken == "zh")
    assert Recording(CONFIG, frames).digest in body


def test_a_comparison_of_an_older_version_has_no_buttons(frames: tuple[Frame, ...]) -> None:
    old = (*frames[:-1], replace(frames[-1], parameters={}))
    assert not drawn(old).get("download_button")
