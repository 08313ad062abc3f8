"""Every page in both languages, and whatever a URL may carry."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from engine.multitask import STRUCTURES
from engine.multitask.choice import beyond, choices
from engine.multitask.ladder import TITLES
from engine.multitask.shipped import SHIPPED
from pages.multitask.charts import sweep_stage
from pages.multitask.settings import SETTINGS
from pages.multitask.where import PLACE
from pages.ui.language import LANGUAGES, catalogue, speaking
from tests.pages.visits import APP, CHINESE, LOCALES, PATIENCE, opened_at, state, titles

open_key = PLACE.open_key
PAGE = "pages/multitask/page.py"
ASKED = "My tasks agree this much: which structure should I pick?"
QUESTION = {"en": ASKED, "zh": catalogue("zh")[ASKED]}
SAID = {"en": "Pick **", "zh": "选 **"}


opened = partial(opened_at, PAGE)


# — languages —


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_home_and_multitask_speak_the_browsers_language(chosen: str) -> None:
    at = opened(LOCALES[chosen])
    assert not at.exception and titles(at) == [QUESTION[chosen]]
    answer = next(m.value for m in at.markdown if SAID[chosen] in m.value)
    assert bool(CHINESE.search(answer)) == (chosen == "zh")
    home = AppTest.from_file(APP, default_timeout=PATIENCE)
    home.context = {"locale": LOCALES[chosen]}
    assert not home.run().exception and titles(home) == ["Gatescope"]
    assert len(home.caption) >= 3
    assert all(bool(CHINESE.search(caption.value)) == (chosen == "zh") for caption in home.caption)


@pytest.mark.parametrize("written", ["zh", "en", "xx"])
@pytest.mark.parametrize("locale", LOCALES.values())
def test_a_link_carries_its_language(locale: str, written: str) -> None:
    """The link's language goes before the browser's; one that there is not leaves the browser's."""
    at = opened(locale, lang=written)
    assert not at.exception
    assert titles(at) == [QUESTION.get(written, QUESTION["zh" if locale == "zh-CN" else "en"])]


@pytest.mark.parametrize(("locale", "written"), [("en-US", None), ("zh-CN", None), ("zh-CN", "en"), ("en-US", "zh")])
def test_a_link_means_the_same_in_every_language(locale: str, written: str | None) -> None:
    """The URL carries the option, not its label; a language that is the browser's own is not written."""
    chosen = {
        "multitask_preset": "figure4",
        "multitask_initialisation": "constant",
        "multitask_structures": "single_task,mmoe",
    }
    at = opened(locale, **chosen | ({"lang": written} if written else {}))
    assert not at.exception and titles(at) == [QUESTION[written or locale[:2]]]
    assert state(at, "multitask_preset") == "figure4"
    assert state(at, "multitask_initialisation") == "constant"
    assert state(at, "multitask_structures") == ["single_task", "mmoe"]
    for name, value in chosen.items():
        assert "".join(at.query_params[name]) == value


@pytest.mark.parametrize("maker", LANGUAGES)
def test_a_shared_link_reopens_what_was_seen(maker: str) -> None:
    """In the other language's browser, and still in the language of who shared it."""
    seen = opened(
        LOCALES[maker],
        multitask_preset="figure4",
        multitask_part="gate:1",
        multitask_row="3",
        multitask_correlation="0.5",
    )
    seen.session_state["share"] = True  # its popover is opened
    seen.run()
    link = next(code.value for code in seen.code if "multitask_" in code.value)
    other = next(code for code in LANGUAGES if code != maker)
    again = opened(LOCALES[other], **parse_qs(link.partition("?")[2]))
    assert not again.exception
    assert {latex.value for latex in again.latex} == {latex.value for latex in seen.latex} != set()
    for name in ("multitask_preset", "multitask_correlation", "multitask_row"):
        assert state(again, name) == state(seen, name) is not None
    assert titles(again) == titles(seen) == [QUESTION[maker]]


def test_a_change_of_language_keeps_what_is_chosen() -> None:
    at = opened(
        multitask_preset="figure4", multitask_initialisation="constant", multitask_row="3", multitask_part="y:0"
    )
    at.button_group(key="lang").set_value("zh").run()
    assert not at.exception and titles(at) == [QUESTION["zh"]]
    assert state(at, "multitask_preset") == "figure4" and state(at, "multitask_row") == 3
    assert state(at, "multitask_initialisation") == "constant"


def test_a_chosen_language_survives_a_change_of_page() -> None:
    at = AppTest.from_file(APP, default_timeout=PATIENCE)
    at.context = {"locale": "en-US"}
    at.run().button_group(key="lang").set_value("zh").run()
    assert not at.switch_page(PAGE).run().exception
    assert titles(at) == [QUESTION["zh"]]


# — presets, story, sections —


def test_a_run_lost_in_a_reload_is_told_once() -> None:
    at = opened(training="1")
    assert not at.exception and "reloaded" in at.warning[0].value
    assert not at.run().exception and not at.warning


def test_a_question_lost_in_a_reload_is_told_once() -> None:
    at = opened(asking="multitask_asked_loss")
    assert not at.exception and "question" in at.warning[0].value
    assert not at.run().exception and not at.warning


# — the drill-down —

SUMS = ("expert:0", "gate:1", "mix:0", "tower:1", "y:0")
BELOW = ("lower_expert:6", "lower_gate:2", "lower_mix:0")
PARTS = (
    *SUMS,
    "x",
    "shared",
    "bottom",
    "bottom:1",
    "lower_expert:6",
    "lower_gate:2",
    "lower_mix:0",
    "gate",
    "nonsense:99",
    "gate:77",
    "expert:-1",
    "y:x",
)


@pytest.mark.parametrize("rung", STRUCTURES)
def test_every_part_on_every_rung(rung: str) -> None:
    for part in PARTS:
        at = opened(multitask_rung=rung, multitask_part=part, multitask_removed="2", multitask_open_intervene="true")
        assert not at.exception, (rung, part)
        assert titles(at) == [QUESTION["en"]]
        heading = any(m.value.startswith(f"**{TITLES[rung]} · ") for m in at.markdown)
        if rung == "mmoe" and part in SUMS or rung == "ple" and part in (*SUMS, *BELOW):
            assert heading and at.latex, part
        if rung != "ple" and part in BELOW:
            assert not at.latex, part
        if part in ("nonsense:99", "expert:-1", "y:x"):
            assert not heading and not at.latex, part


def test_a_gate_says_why_another_tasks_expert_has_no_sum() -> None:
    at = opened(multitask_rung="ple", multitask_part="gate:1", multitask_unit_gate="1")
    assert not at.exception and not at.latex
    assert any("belongs to another task" in caption.value for caption in at.caption)


def test_a_rung_above_changes_nothing_of_the_opening() -> None:
    """Neither the rung that stands there nor the sentence, which says of it that it is better where it is judged so."""
    assert PLACE.start((0, 10), STRUCTURES, 0.0).rung == "mmoe"
    for p in (0.0, 1.0):
        at, above = (opened(multitask_correlation=str(p), **more) for more in ({}, {"multitask_rung": "ple"}))
        taken = f"**{TITLES[choices(SHIPPED.results)[p].taken]}**"
        (said,) = [m.value for m in at.markdown if taken in m.value]
        assert said in [m.value for m in above.markdown]
        assert (TITLES["ple"] in said) == ("ple" in beyond(SHIPPED.results)[p])


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_rung_says_on_stage_when_it_is_not_the_one_to_take(spoken: str) -> None:
    """In a line of its own, by its name, as the cells do."""
    with speaking(spoken):
        rungs = sweep_stage(0.0, ("1", "2")).rungs
    assert [rung.id for rung in rungs] == list(STRUCTURES)
    for rung in rungs:
        assert TITLES[rung.id] in rung.unless and bool(CHINESE.search(rung.unless)) == (spoken == "zh")


def test_the_line_of_differences_names_only_what_differs() -> None:
    """Of the rungs those that go, of the rates those that are another: the run bar stays in sight."""
    said = SETTINGS.difference
    assert said("structures", STRUCTURES[:4], STRUCTURES) == "Structures − PLE"
    assert said("structures", STRUCTURES, STRUCTURES[1:]) == "Structures + Single-Task"
    assert said("learning_rate", (0.1, 0.1, 0.1, 0.1, 0.2), (0.1,) * 5) == "Learning rate PLE 0.1 → 0.2"
    assert said("learning_rate", (0.1,), (0.2,)) == "Learning rate 0.2 → 0.1"
    assert said("steps", 5, 7) == "Steps 7 → 5"


def test_ple_has_its_own_number_of_experts_to_remove() -> None:
    base = {"multitask_rung": "ple", open_key("intervene"): "true"}
    everyone = opened(**base, multitask_removed="1,2,3,4,5,6,7", multitask_tied="true")
    assert not everyone.exception and "At least one expert must stay." in [w.value for w in everyone.warning]
    assert next(one for one in everyone.toggle if one.key == "multitask_tied").disabled


@pytest.mark.parametrize("rung", ["omoe", "mmoe", "ple"])
def test_interventions(rung: str) -> None:
    base = {"multitask_rung": rung, open_key("intervene"): "true"}
    untouched = [metric for metric in opened(**base).metric if "Held-out loss" in metric.label]
    assert len(untouched) == 2 and not any(metric.delta for metric in untouched)
    experts = 7 if rung == "ple" else 8
    for removed in ([1], [1, experts], list(range(1, experts))):
        at = opened(**base, multitask_removed=",".join(map(str, removed)))
        assert not at.exception and state(at, "multitask_removed") == removed
        found = [metric for metric in at.metric if "Held-out loss" in metric.label]
        assert [m.value for m in found] != [m.value for m in untouched] and all(metric.delta for metric in found)
    everyone = opened(**base, multitask_removed=",".join(str(i + 1) for i in range(experts)))
    assert not everyone.exception and "At least one expert must stay." in [w.value for w in everyone.warning]
    tied = opened(**base, multitask_tied="true", multitask_removed="1")
    assert not tied.exception and titles(tied) == [QUESTION["en"]]


def test_a_choice_that_is_no_longer_offered_is_let_go() -> None:
    at = opened(multitask_task_count="6", multitask_binary_tasks="1,5")
    assert not at.exception and state(at, "multitask_binary_tasks") == [1, 5]
    at.number_input(key="multitask_task_count").set_value(2).run()
    assert not at.exception and titles(at) == [QUESTION["en"]]
    assert not at.run().exception


# — whatever a URL may carry —

OWN = {open_key("own_data"): "true", "multitask_sample": "true"}
REVEAL = {f"multitask_{name}": OWN for name in ("labels", "features", "categories", "split", "table_structures", "table_runs", "table_epochs", "table_leaky")} | {
    "multitask_file": {open_key("own_data"): "true"}, "multitask_sample": {open_key("own_data"): "true"},
    "multitask_unit_expert": {"multitask_part": "expert:0"}, "multitask_unit_gate": {"multitask_part": "gate:0"},
    "multitask_row": {"multitask_part": "gate:0"}, "multitask_removed": {open_key("intervene"): "true"},
    "multitask_tied": {open_key("intervene"): "true"}, "multitask_histogram_p": {open_key("loss"): "true"},
    "multitask_gate_structure": {open_key("gates"): "true"}, "multitask_gate_row": {open_key("gates"): "true"},
    "multitask_seesaw_p": {open_key("seesaw"): "true"},
}  # fmt: skip
"""What must be open for a parameter to reach its control."""
TAKEN: dict[str, tuple[str, Any]] = {
    "multitask_row": ("5", 5), "multitask_removed": ("2", [2]), "multitask_tied": ("true", True), "multitask_gate_row": ("7", 7),
    "multitask_sample": ("true", True), "multitask_unit_expert": ("3", 3), "multitask_unit_gate": ("3", 3),
    "multitask_histogram_p": ("0.9", 0.9), "multitask_gate_structure": ("omoe", "omoe"),
    "multitask_table_leaky": ("true", True),
    "multitask_table_runs": ("4", 4), "multitask_table_epochs": ("3", 3), "multitask_task_count": ("4", 4), "multitask_binary_tasks": ("1", [1]),
    "multitask_seesaw_p": ("0.9", 0.9), "multitask_table_structures": ("mmoe,ple", ["mmoe", "ple"]),
    "multitask_shared_experts": ("2", 2), "multitask_specific_experts": ("1", 1), "multitask_extraction_levels": ("1", 1),
    "presenter": ("true", True), "multitask_split": ("last rows", "last rows"),
}  # fmt: skip
"""A good value and what it becomes: a parameter that no control reads could not break anything."""


@pytest.mark.parametrize("name", TAKEN)
def test_a_good_value_reaches_its_control(name: str) -> None:
    written, value = TAKEN[name]
    assert state(opened(**REVEAL.get(name, {}) | {name: written}), name) == value


def test_a_setting_that_cannot_be_is_told_and_the_stage_stays() -> None:
    at = opened(multitask_alpha="1, two")
    assert not at.exception and any("alpha" in error.value for error in at.error)
    assert at.button(key="train").disabled and titles(at) == [QUESTION["en"]]
