"""Own pairs on the page: the pick by one rule, a line for each model, and what can be taken away."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine.matching import PairsConfig
from engine.matching.own_pairs.files import together
from engine.matching.own_pairs.judged import difference
from engine.matching.own_pairs.pairs import found_in, parts_in, train_pairs
from engine.matching.own_pairs.parts import QUESTIONS
from engine.runs.frame import Frame
from engine.runs.service.run import Run, State
from pages.matching import own_answer, own_taken
from pages.ui.language import speaking
from pages.ui.pieces.downloads import csv
from tests.pages.visits import PATIENCE, opened_at

TOPICS = ("river bank", "market bank", "loan office", "boat trip", "fish soup")
OWN = "question\tanswer\tlabel\tscore\n" + "".join(
    f"how far is the {TOPICS[n % 5]} {n}\tthe {TOPICS[k]} is {n} miles away\t{int(k == n % 5)}\t{(k == n % 5) + n / 99:.3f}\n"
    for n in range(40) for k in range(3) if n % 5 < 3
)  # fmt: skip
DATA = {
    "own": OWN.encode(),
    "pairs": "".join(f"text one {n} of {TOPICS[n % 5]}\ttext two {n} of {TOPICS[n % 3]}\t{n % 2}\n" for n in range(60)).encode(),
    "search": "".join(f"words asked {n}\tthe document of {TOPICS[n % 5]} {n}\n" for n in range(60)).encode(),
}  # fmt: skip
SMALL = PairsConfig(steps=3, frames=2, batch_size=8, dimensions=512, hidden=10, filters=12, semantic=8, embedding=6, units=7, runs=2, resamples=50)  # fmt: skip


@pytest.fixture(scope="module")
def lasts() -> dict[str, Frame]:
    return {question: list(train_pairs(SMALL, data))[-1] for question, data in DATA.items()}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_names_its_models_with_their_intervals(
    lasts: dict[str, Frame], question: str, language: str
) -> None:
    def page(config, frame, language):  # its source is run by itself: no names of this module
        import streamlit as st

        from pages.matching import own_answer

        st.session_state["lang"] = language
        own_answer.result(config, frame)

    last = lasts[question]
    at = AppTest.from_function(page, args=(SMALL, last, language), default_timeout=PATIENCE).run()
    assert not at.exception and own_answer.question_of(last) == question
    with speaking(language):
        lines = own_answer.lines(SMALL, last)
    assert any(all(line in one.value for line in lines) for one in at.markdown)
    for model, line in zip(SMALL.models, lines, strict=True):
        assert f"{last.metrics[f'{model}.{question}'][0, 0]:.3f}" in line
    assert len(at.dataframe[0].value) == len(SMALL.models) + 2 + (question == "own")  # with its score column


def test_the_pick_is_the_smallest_of_those_not_clearly_worse() -> None:
    """Four made-up runs."""
    values = {"dssm": 0.60, "clsm": 0.80, "lstm": 0.81, "bm25": 0.5, "trigrams": 0.4}
    spread = np.linspace(-0.02, 0.02, 50)

    def frame(**other: float) -> Frame:
        metrics: dict[str, np.ndarray] = {"question": np.array(1)}
        for n, (name, value) in enumerate((values | other).items()):
            metrics |= {
                f"{name}.pairs": np.array([[value, value - 0.01, value + 0.01]] * 2),
                f"{name}.pairs.seeds": np.array([value]),
                f"{name}.pairs.drawn": value + np.roll(spread, 7 * n),
            }
        return Frame(1, metrics, {"dssm.a": np.zeros(9), "clsm.a": np.zeros(3), "lstm.a": np.zeros(5)})

    assert own_answer.pick(SMALL, frame()) == "clsm"  # not clearly worse than the LSTM, and smaller
    assert own_answer.pick(SMALL, frame(clsm=0.7)) == "lstm"
    assert own_answer.pick(SMALL, frame(bm25=0.80)) == "bm25"
    assert own_answer.pick(SMALL, frame(dssm=0.815)) == "clsm"
    assert difference(frame().metrics, "pairs", "lstm", "dssm")[1] > 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_and_the_predictions_hold_the_run(lasts: dict[str, Frame], language: str) -> None:
    last, parts = lasts["own"], parts_in(DATA["own"])
    with speaking(language):
        html = own_taken.written(SMALL, last, datetime.now().astimezone())
        assert f"{last.metrics['lstm.own'][0, 0]:.3f}" in html
        said = own_answer.predictions(
            last, [parts.queries[n] for n in parts.test.query], [parts.documents[n] for n in parts.test.document], parts.test.grade
        )  # fmt: skip
        table = pd.read_csv(io.BytesIO(csv(said)))
    assert len(table) == len(parts.test) == int(last.metrics["test.pairs"]) and table.shape[1] == 3 + 3 + 3
    np.testing.assert_allclose(table.iloc[:, 3], last.parameters["predicted.dssm"], rtol=1e-5)


def test_the_files_name_the_question_and_the_second_one_is_the_test(tmp_path: Path) -> None:
    for question, data in DATA.items():
        assert found_in(data).question == question
    assert found_in(DATA["own"]).scored and not found_in(DATA["pairs"]).scored
    both = together(DATA["pairs"], DATA["pairs"].replace(b"text one", b"text new"))
    found = found_in(both)
    assert found.second and found.test == 60
    config = PairsConfig(**{**SMALL.to_dict(), "runs": 1, "table": hashlib.sha256(both).hexdigest()})
    assert int(list(train_pairs(config, both))[-1].metrics["test.pairs"]) == 60


def test_a_file_is_offered_with_what_it_asks() -> None:
    at = opened_at("pages/matching/page.py", matching_open_own_pairs="true").run()
    at.file_uploader(key="matching_upload").upload("mine.tsv", DATA["own"], "text/plain").run()
    assert not at.exception
    said = [one.value for one in at.caption]
    assert any("24 queries have candidates of their own" in one for one in said)
    assert any("72 pairs, 24 of them right" in one for one in said)
    assert any("Seeds: 3, of at most" in one for one in said) and at.button(key="matching_train_own")


@pytest.mark.parametrize("question", ["own", "pairs"])
def test_a_run_that_has_ended_stands_on_the_stage_with_its_answer(question: str) -> None:
    data = DATA[question]
    config = PairsConfig(**{**SMALL.to_dict(), "table": hashlib.sha256(data).hexdigest()})
    at = opened_at("pages/matching/page.py", matching_open_own_pairs="true")
    at.file_uploader(key="matching_upload").upload("mine.tsv", data, "text/plain").run()
    frames = list(train_pairs(config, data))
    at.session_state["run"] = Run(config, "me", state=State.FINISHED, frames=frames)
    at.run()
    assert not at.exception and not at.error and not at.warning
    with speaking("en"):
        said = own_answer.sentence(config, frames[-1])
    assert any(said in one.value for one in at.markdown)
    assert any(one.label == "Predictions (CSV)" for one in at.get("download_button"))
