"""The model on stage can be taken away from every page: of the rung on stage, at its moment, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.taken.onnx import Session
from engine.taken.weights import Loaded, load
from pages.ui.pieces import model_files
from pages.ui.pieces.model_files import ModelFiles
from tests.pages.declared import PAGES, opened

LABELS = {
    "en": ["Weights (safetensors)", "Model (ONNX)", "Code (Python)"],
    "zh": ["权重 (safetensors)", "模型 (ONNX)", "代码 (Python)"],
}
ENDS = ("download_weights", "download_onnx", "download_code")
LOCALES = {"en": "en-US", "zh": "zh-CN"}


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[ModelFiles]:
    """What the page hands to its buttons."""
    found: list[ModelFiles] = []
    real = model_files.of_stage

    def kept(*of: Any) -> ModelFiles:
        found.append(real(*of))
        return found[-1]

    monkeypatch.setattr(model_files, "of_stage", kept)
    return found


def buttons(at: AppTest) -> list[Any]:
    return [one for one in at.get("download_button") if one.proto.id.endswith(ENDS)]


def taken(handed: list[ModelFiles]) -> Loaded:
    return load(handed[-1].weights())


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("spoken", LABELS)
def test_the_buttons_give_the_rung_on_stage(name: str, spoken: str, handed: list[ModelFiles]) -> None:
    ladder = PAGES[name].engine.ladder
    for rung in (next(iter(ladder)), list(ladder)[-1]):
        at = opened(name, LOCALES[spoken], **{f"{name}_rung": rung})
        assert not at.exception
        assert [one.proto.label for one in buttons(at)] == LABELS[spoken]
        assert not any(one.proto.disabled for one in buttons(at))
        found = taken(handed)
        assert found.origin.rung == rung and found.origin.playground == name
        assert found.origin.config == PAGES[name].engine.config.from_json(found.origin.config.to_json())
        assert len(found.origin.recording) == 16
        written = handed[-1].code
        assert written is not None and found.origin.recording in written().decode()


@pytest.mark.parametrize("name", PAGES)
def test_the_onnx_button_gives_a_file_that_says_what_it_is(name: str, handed: list[ModelFiles]) -> None:
    opened(name)
    session, weights = Session(handed[-1].onnx()), taken(handed)
    assert session.metadata["recording"] == weights.origin.recording
    assert session.metadata["rung"] == weights.origin.rung and weights.origin.rung in handed[-1].name


def test_the_moment_on_stage_is_what_is_taken(handed: list[ModelFiles]) -> None:
    opened("matching", matching_moment="0")
    first = taken(handed)
    opened("matching")
    last = taken(handed)
    assert first.origin.step == 0 < last.origin.step
    assert "-0" in handed[0].name and str(last.origin.step) in handed[-1].name
    assert not any(
        (a == b).all() for a, b in zip(first.module.parameters(), last.module.parameters(), strict=True) if a.ndim > 1
    )


def test_where_there_is_no_model_the_buttons_say_why() -> None:
    at = opened("recommender", recommender_rung="catalogue")
    assert all(one.proto.disabled and "no model of its own" in one.proto.help for one in buttons(at))
    assert len(at.get("download_button")) == 6, "the others remain"
