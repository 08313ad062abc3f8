"""The switch beside Train for a rung that a live run leaves out by itself."""

from __future__ import annotations

import pytest

from engine.multitask import STRUCTURES, MultitaskConfig
from engine.recurrent import RecurrentConfig
from engine.recurrent.config import CELLS
from pages.multitask.settings import GROUPS as STRUCTURED
from pages.recurrent.settings import GROUPS as CELLULAR
from pages.ui.run.left_out import left_out, why
from tests.pages.visits import opened_at, state

SWITCHED = {
    "multitask": ("ple", "multitask_structures", STRUCTURES),
    "recurrent": ("gru", "recurrent_cells", CELLS),
}


@pytest.mark.parametrize("name", SWITCHED)
def test_a_switch_beside_train_adds_the_rung_and_the_url_keeps_it(name: str) -> None:
    """Nothing else changes: the sentence above the stage is the one that the page opens with, and off again is as it was."""
    rung, setting, every = SWITCHED[name]
    at = opened_at(f"pages/{name}/page.py")
    answer, slot = at.main.markdown[0].value, f"{name}_{rung}_too"
    assert at.toggle(key=slot).value is False and setting not in at.query_params
    at.toggle(key=slot).set_value(True).run()
    assert not at.exception and at.toggle(key=slot).value is True
    assert "".join(at.query_params[setting]) == ",".join(every) and state(at, setting) == list(every)
    assert at.main.markdown[0].value == answer
    at.toggle(key=slot).set_value(False).run()
    assert setting not in at.query_params and at.main.markdown[0].value == answer


@pytest.mark.parametrize("name", SWITCHED)
def test_a_link_with_the_rung_has_the_switch_on(name: str) -> None:
    rung, setting, every = SWITCHED[name]
    at = opened_at(f"pages/{name}/page.py", **{setting: ",".join(every)})
    assert at.toggle(key=f"{name}_{rung}_too").value is True


def test_the_last_rung_cannot_be_switched_off() -> None:
    at = opened_at("pages/multitask/page.py", multitask_structures="ple")
    at.toggle(key="multitask_ple_too").set_value(False).run()
    assert not at.exception and state(at, "multitask_structures") == ["ple"]
    assert at.toggle(key="multitask_ple_too").value is True


@pytest.mark.parametrize("name", ["matching", "recommender"])
def test_where_a_run_leaves_nothing_out_there_is_no_switch(name: str) -> None:
    assert not [one.key for one in opened_at(f"pages/{name}/page.py").toggle if str(one.key).endswith("_too")]


def test_a_run_says_which_rungs_have_no_curve() -> None:
    assert left_out(MultitaskConfig) == ("ple",) and left_out(RecurrentConfig) == ("gru",)
    assert "PLE" in why(STRUCTURED, MultitaskConfig()) and "GRU" in why(CELLULAR, RecurrentConfig())
    assert not why(STRUCTURED, MultitaskConfig(structures=STRUCTURES)) and not why(
        CELLULAR, RecurrentConfig(cells=CELLS)
    )
