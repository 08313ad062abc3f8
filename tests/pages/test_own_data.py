"""Own data on the page: the answer for each task, what it rests on, and what is said of a table with one label."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.multitask import TableConfig, compare
from engine.multitask.own_data.answer import answer, difference
from engine.multitask.own_data.sample import sample_table
from engine.runs.frame import Frame
from pages.multitask import own_charts
from pages.multitask.settings import TITLES
from tests.pages.visits import PATIENCE

CONFIG = TableConfig(
    labels=("click", "watch_time"),
    features=("feature_1", "feature_2", "device"),
    runs=2,
    epochs=2,
    resamples=50,
    learning_rate=(0.003,),
)


@pytest.fixture(scope="module")
def last() -> Frame:
    return list(compare(CONFIG, sample_table(800).to_csv(index=False).encode()))[-1]


def drawn(config: TableConfig, frame: Frame, language: str) -> AppTest:
    def page(config, frame, language):  # its source is run by itself: no names of this module
        import streamlit as st

        from pages.multitask import own_answer

        st.session_state["lang"] = language
        own_answer.result(config, frame)

    at = AppTest.from_function(page, args=(config, frame, language), default_timeout=PATIENCE).run()
    assert not at.exception
    return at


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_task_has_its_pick_and_the_runner_up(last: Frame, language: str) -> None:
    at = drawn(CONFIG, last, language)
    lines = [line.value for line in at.markdown if line.value.startswith("- **")]
    assert len(lines) == 2
    for task, (label, line) in enumerate(zip(("click", r"watch\_time"), lines, strict=True)):
        found = answer(last.metrics, CONFIG.structures, task)
        second = min(found.rivals, key=lambda rival: rival.mean)
        assert line.startswith(f"- **{label}** · ") and TITLES[second.name] in line
        assert f"{100 * second.mean:+.2f}% [{100 * second.low:+.2f}, {100 * second.high:+.2f}]" in line


@pytest.mark.parametrize("structures", [("omoe", "mmoe"), ("single_task", "shared_bottom"), ("shared_bottom", "omoe")])
def test_any_choice_of_structures_is_drawn(last: Frame, structures: tuple[str, ...]) -> None:
    drawn(replace(CONFIG, structures=structures), last, "en")


def test_the_chart_against_shared_bottom_shows_the_answers_numbers(last: Frame) -> None:
    others = [difference(last.metrics, name, "shared_bottom", 1) for name in ("single_task", "mmoe", "linear")]
    chart = own_charts.differences({"watch_time": others}, "error").to_dict()
    rows = next(rows for rows in chart["datasets"].values() if "low" in rows[0])
    assert [(row["name"], row["mean"]) for row in rows] == [
        (own_charts.name_of(d.name), pytest.approx(100 * d.mean)) for d in others
    ]
    assert all(row["low"] <= row["mean"] <= row["high"] for row in rows)


def test_gates_of_different_seeds_meet_by_place_not_by_number() -> None:
    """Two seeds with the same experts under other numbers: the mean is each one's own."""
    first = np.array([[0.7, 0.2, 0.1], [0.1, 0.2, 0.7]])  # (T, E)
    weights = np.stack([first, first[:, [2, 0, 1]]])
    np.testing.assert_allclose(own_charts.ordered(weights), first)
    assert own_charts.gate_distance(weights) == pytest.approx(0.6)


def opened(csv: str, name: str = "table.csv") -> AppTest:
    at = AppTest.from_file(Path(__file__).resolve().parents[2] / "app.py", default_timeout=PATIENCE).run()
    at.switch_page("pages/multitask/page.py")
    at.query_params["multitask_open_own_data"] = "true"
    at.run()
    at.file_uploader(key="multitask_upload").upload(name, csv.encode(), "text/csv").run()
    assert not at.exception
    return at


@pytest.mark.parametrize(("kept", "words"), [
    (["click", "device"], "only “click” can be one"),
    (["device"], "no column of this table can be one"),
])  # fmt: skip
def test_a_table_with_one_label_is_told_so(kept: list[str], words: str) -> None:
    at = opened(sample_table(400)[kept].to_csv(index=False))
    assert [True for warning in at.warning if re.search(words, warning.value)]


@pytest.fixture(scope="module")
def begun() -> Frame:
    """The first seeds of more, before any plain model."""
    from engine.multitask.own_data.comparison import FIRST

    config = replace(CONFIG, runs=FIRST + 1)
    frames = compare(config, sample_table(800).to_csv(index=False).encode())
    return next(frame for frame in frames if "test_rows" in frame.metrics)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_comparison_that_was_stopped_has_an_answer(begun: Frame, language: str) -> None:
    config = replace(CONFIG, runs=3)
    assert "linear.error" not in begun.metrics
    at = drawn(config, begun, language)
    said = " ".join(line.value for line in at.markdown)
    assert ("So far, 2 of 3 seeds" if language == "en" else "目前完成 3 个种子中的 2 个") in said


def test_what_is_said_of_a_label_is_its_own(last: Frame) -> None:
    """The cost and the smallest difference stand beside the answer; every measure can be chosen."""
    from pages.multitask import own_answer, own_scores

    for task, (_, _, beside) in enumerate(own_answer.by_label(CONFIG, last)):
        found = answer(last.metrics, CONFIG.structures, task)
        size = int(last.metrics[f"{found.choice}.parameters"])
        assert f"{size:,} parameters" in beside and f"{100 * found.shown:.1f}% or more" in beside
    table = own_scores.scores(CONFIG, last)
    assert set(table["measure"]) == {"AUC", "RMSE", "log loss", "calibration error", "given over observed"}
    calibrated = table[table["measure"] == "log loss"]
    assert set(calibrated["label"]) == {"click"} and len(calibrated) == len(CONFIG.structures) + 2
    assert (calibrated["low"] <= calibrated["mean"]).all() and (calibrated["mean"] <= calibrated["high"]).all()


def test_the_chart_of_chances_holds_the_bins(last: Frame) -> None:
    chart = own_charts.reliability(CONFIG, last, ["mmoe", "trees"]).to_dict()
    rows = next(rows for rows in chart["datasets"].values() if "came" in rows[0])
    bins = last.metrics["mmoe.reliability"][0]
    mine = [(row["given"], row["came"]) for row in rows if row["name"] == "MMoE"]
    assert mine == [(pytest.approx(given), pytest.approx(came)) for given, came, share in bins if share > 0]
    assert {row["label"] for row in rows} == {"click"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_seed_that_predicts_the_same_for_every_row_is_told(last: Frame, language: str) -> None:
    """Of its structure and label, with how many there are; and nothing where there is none."""
    there = np.array([[False, True], [False, False]])
    stuck = Frame(last.step, {**last.metrics, "shared_bottom.constant": there}, last.parameters)
    (warning,) = drawn(CONFIG, stuck, language).warning
    assert (
        warning.value.startswith("Shared-Bottom") and r"watch\_time" in warning.value and "click" not in warning.value
    )
    assert ("1 of 2 seeds" if language == "en" else "2 个种子中有 1 个") in warning.value
    assert not drawn(CONFIG, last, language).warning and not last.metrics["shared_bottom.constant"].any()
