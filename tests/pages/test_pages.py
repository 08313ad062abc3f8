"""Every page in both languages, and whatever a URL may carry."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.multitask import STRUCTURES, MultitaskConfig
from pages.multitask.settings import PRESETS
from pages.multitask.where import SECTIONS, open_key
from pages.ui import story, training
from pages.ui.language import catalogue

APP = Path(__file__).resolve().parents[2] / "app.py"
PAGE = "pages/multitask/page.py"
ASKED = "My tasks agree this much: which structure should I pick?"
QUESTION = {"en": ASKED, "zh": catalogue("zh")[ASKED]}
HOSTILE = (
    "",
    "nan",
    "-1e999",
    "1e400",
    "-7",
    "<script>alert(1)</script>",
    "'; DROP TABLE runs; --",
    "../../etc/passwd",
    "🎈",
    "[1,2",
    "x" * 10_000,
)


@pytest.fixture(scope="module", autouse=True)
def workers() -> Iterator[None]:
    yield
    training.service().close()


def opened(**params: str) -> AppTest:
    """The multitask page as a link with these parameters opens it."""
    at = AppTest.from_file(APP, default_timeout=60)
    at.context = {
        "locale": "zh-CN" if params.get("lang") == "zh" else "en-US"
    }  # a switch of page drops bound parameters
    at.run()
    assert not at.exception
    at.switch_page(PAGE)
    for name, value in params.items():
        at.query_params[name] = value
    return at.run()


def titles(at: AppTest) -> list[str]:
    return [title.value for title in at.title]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_home_and_multitask_in_both_languages(language: str) -> None:
    at = opened(lang=language)
    assert not at.exception and titles(at) == [QUESTION[language]]
    home = AppTest.from_file(APP, default_timeout=60)
    home.query_params["lang"] = language
    assert not home.run().exception and titles(home) == ["Gatescope"]


@pytest.mark.parametrize("preset", [p.id for p in PRESETS])
def test_every_preset_sets_its_settings(preset: str) -> None:
    at = opened()
    chosen = next(p for p in PRESETS if p.id == preset)
    at.button_group(key="multitask_preset").set_value(preset).run()
    assert not at.exception
    for field, value in chosen.fields.items():
        assert at.session_state[f"multitask_{field}"] == value


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_state_of_the_story(language: str) -> None:
    at = opened(lang=language)
    at.button(key="story_open").click().run()
    states = story.load("multitask", language)
    for number, state in enumerate(states):
        assert not at.exception
        assert any(state.title in markdown.value for markdown in at.markdown)
        if number + 1 < len(states):
            at.button(key="story_next").click().run()


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_opens_in_chinese(section: str) -> None:
    at = opened(lang="zh", multitask_part="gate:0", **{open_key(section): "true"})
    assert not at.exception and titles(at) == [QUESTION["zh"]]


PARTS = (
    "x",
    "shared",
    "bottom",
    "bottom:1",
    "expert:0",
    "gate",
    "gate:1",
    "mix:0",
    "tower:1",
    "y:0",
    "nonsense:99",
    "gate:77",
    "expert:-1",
    "y:x",
)


@pytest.mark.parametrize("rung", [s for s in STRUCTURES if s != "single_task"])
def test_every_part_on_every_rung(rung: str) -> None:
    for part in PARTS:
        at = opened(multitask_rung=rung, multitask_part=part, multitask_removed="2", multitask_open_intervene="true")
        assert not at.exception, (rung, part)
        assert titles(at) == [QUESTION["en"]]


NAMES = sorted(
    {f"multitask_{field.name}" for field in dataclasses.fields(MultitaskConfig)}
    | {f"multitask_{name}" for name in ("step", "rung", "part", "point", "preset", "row", "removed", "tied", "task_count", "binary_tasks", "file", "gate_row", "sample", "labels", "features", "categories", "split", "table_runs", "table_epochs", "unit_expert", "unit_gate", "histogram_p", "gate_structure", "study_seed")}
    | {"lang", "presenter", "training"} | {open_key(section) for section in SECTIONS}
)  # fmt: skip


OWN = {open_key("own_data"): "true", "multitask_sample": "true"}
REVEAL = {f"multitask_{name}": OWN for name in ("labels", "features", "categories", "split", "table_runs", "table_epochs", "file")} | {
    "multitask_unit_expert": {"multitask_part": "expert:0"}, "multitask_unit_gate": {"multitask_part": "gate:0"},
    "multitask_row": {"multitask_part": "gate:0"}, "multitask_removed": {open_key("intervene"): "true"},
    "multitask_tied": {open_key("intervene"): "true"}, "multitask_histogram_p": {open_key("loss"): "true"},
    "multitask_gate_structure": {open_key("gates"): "true"}, "multitask_gate_row": {open_key("gates"): "true"},
    "multitask_study_seed": {open_key("study"): "true"},
}  # fmt: skip
"""What must be open for a parameter to reach its control."""


@pytest.mark.parametrize("name", NAMES)
def test_no_parameter_breaks_the_page(name: str) -> None:
    """All hostile values of one parameter, one after another."""
    for value in HOSTILE:
        at = opened(**REVEAL.get(name, {}) | {name: value})
        assert not at.exception, (name, value[:40])
        assert titles(at)[0] in QUESTION.values()


def test_all_parameters_at_once() -> None:
    for value in HOSTILE:
        at = opened(**dict.fromkeys(NAMES, value))
        assert not at.exception, value[:40]


def test_a_setting_that_cannot_be_is_told_and_the_stage_stays() -> None:
    at = opened(multitask_alpha="1, two")
    assert not at.exception and any("alpha" in error.value for error in at.error)
    assert at.button(key="train").disabled
