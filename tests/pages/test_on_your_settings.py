"""An experiment asked with the viewer's settings: what is offered, what stands there while it goes on, and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.multitask import MultitaskConfig, train
from engine.multitask.shipped import SHIPPED
from engine.runs.config import Config
from engine.runs.playground import engines
from engine.runs.studies.asked import PREVIEW, Asked
from pages.ui.language import LANGUAGES, catalogue
from pages.ui.pieces.on_your_settings import _Going
from tests.pages.declared import PAGES
from tests.pages.visits import LOCALES, opened_at

CLAIM, SLOT = "mmoe_below_shared_bottom@0.5", "multitask_asked_loss"
SHORT = MultitaskConfig(steps=4, batch_size=16, num_experts=2, test_rows=200)


@dataclass
class Going:
    """A study whose cells are done up to some count."""

    done: dict[Config, Any]
    active: bool
    fraction: float = 0.5
    failures: tuple[Any, ...] = ()
    processors: tuple[str, ...] = ("",)

    def results(self) -> dict[Config, Any]:
        return self.done

    def stop(self) -> None:
        self.active = False


@pytest.fixture(scope="module")
def measured() -> dict[Config, Any]:
    cells = Asked(SHIPPED, [CLAIM], SHORT).cells(range(PREVIEW))
    return {cell: list(train(cell))[-1].metrics for cell in cells}


def visit(
    measured: dict[Config, Any], cells: int, *, active: bool, locale: str = "en-US", processors: tuple[str, ...] = ("",)
) -> AppTest:
    asked: Asked[Any, Any] = Asked(SHIPPED, [CLAIM], SHORT)
    at = opened_at("pages/multitask/page.py", locale, multitask_open_loss="true")
    some = {cell: measured[cell] for cell in asked.cells(range(PREVIEW))[:cells]}
    at.session_state[SLOT] = _Going(asked, PREVIEW, [Going(some, active, processors=processors)])  # type: ignore[list-item]
    at = at.run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    return "\n".join([*(c.value for c in at.caption), *(m.value for m in at.markdown)])


def bars(at: AppTest) -> list[str]:
    return [one.proto.text for one in at.get("progress")]  # type: ignore[attr-defined]


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button if button.key and button.key.startswith(SLOT)]


@pytest.mark.parametrize("name", sorted(engines()))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_experiment_that_claims_something_can_be_asked(name: str, language: str) -> None:
    page = PAGES[name]
    everything = {page.place.open_key(one.key): "true" for one in page.experiments}
    at = opened_at(f"pages/{name}/page.py", LOCALES[language], **everything)
    assert not at.exception
    offered = {
        button.key.removesuffix("_start").removeprefix(f"{name}_asked_")
        for button in at.button
        if button.key and button.key.endswith("_start") and "_asked_" in button.key
    }
    claimed = {one.key for one in page.experiments if one.claims()}
    assert offered == claimed and claimed
    same = "Your settings are the study's"
    assert (same if language == "en" else catalogue("zh")[same]) in said(at)


def test_it_says_what_is_taken_over_and_what_the_question_keeps() -> None:
    at = opened_at(
        "pages/multitask/page.py",
        multitask_open_loss="true",
        multitask_noise="0.2",
        multitask_steps="300",
        multitask_seed="7",
        multitask_rows="500",
    )
    (line,) = [c.value for c in at.caption if "300 steps, 8 seeds from 7 on." in c.value]
    assert "Noise (standard deviation) 0.2" in line.replace("\\", "") and "Kept as the question has it: " in line


def test_steps_alone_are_not_called_the_studys() -> None:
    at = opened_at("pages/multitask/page.py", multitask_open_loss="true", multitask_steps="300")
    assert any("All but the steps as in the study; 300 steps" in c.value for c in at.caption)


def test_where_nothing_is_trained_there_are_no_steps() -> None:
    """A site's own numbers; and beside it one where ranking alone is trained, for as long as that is."""
    at = opened_at("pages/recommender/page.py", recommender_open_head="true", recommender_open_watch_time="true")
    lines = [c.value for c in at.caption if "8 seeds from 100 on." in c.value]
    assert any("Your settings are the study's; 8 seeds" in line for line in lines)
    assert any("Your settings are the study's; 4,500 steps, 8 seeds" in line for line in lines) and len(lines) == 2


def test_a_refusal_is_told() -> None:
    """On a server that trains nothing."""
    at = opened_at("pages/multitask/page.py", multitask_open_loss="true")
    at = next(button for button in at.button if button.key == f"{SLOT}_start").click().run()
    assert not at.exception and any("recordings only" in error.value for error in at.error)


def test_while_it_goes_on_there_are_the_seeds_so_far(measured: dict[Config, Any]) -> None:
    at = visit(measured, 0, active=True)
    assert bars(at)[-1] == "So far 0 of 8 seeds" and "preview" not in said(at) and "Stop asking" in labels(at)
    at = visit(measured, 3, active=True)  # of the second four one side is still to come
    assert bars(at)[-1] == "So far 4 of 8 seeds" and "of 4 runs · preview" in said(at)


def test_a_study_of_unlike_processors_says_so(measured: dict[Config, Any]) -> None:
    assert "unlike processors" not in said(visit(measured, 3, active=True))
    at = visit(measured, 3, active=True, processors=("", "x86_64 GenuineIntel AVX2"))
    assert "may differ: this server's, x86_64 GenuineIntel AVX2." in said(at).replace("\\", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_the_end_there_is_a_verdict_of_these_seeds_and_what_more_would_tell(
    measured: dict[Config, Any], language: str
) -> None:
    at = visit(measured, len(measured), active=False, locale=LOCALES[language])
    verdict = Asked(SHIPPED, [CLAIM], SHORT).verdicts(measured)[1][CLAIM]
    assert verdict.preview and verdict.runs == PREVIEW
    counted = "{ahead} of {count} runs" if language == "en" else catalogue("zh")["{ahead} of {count} runs"]
    assert counted.format(ahead=verdict.ahead, count=verdict.runs) in said(at)
    more = [button.key for button in at.button if button.key == f"{SLOT}_more"]
    assert bool(more) == bool(verdict.runs_needed and verdict.runs_needed > PREVIEW)


def test_the_address_says_that_a_question_is_being_asked(measured: dict[Config, Any]) -> None:
    at = visit(measured, 1, active=True)
    assert at.query_params["asking"] == SLOT
    at.session_state[SLOT].studies[0].active = False
    assert not at.run().exception and "asking" not in at.query_params
