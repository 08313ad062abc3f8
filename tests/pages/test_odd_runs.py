"""Runs that a verdict depends on: named below their experiment, and brought on stage by a press."""

from __future__ import annotations

import pytest

from engine.multitask.shipped import SHIPPED
from engine.runs.playground import engines
from engine.runs.studies.verdict import Outcome
from tests.pages.declared import PAGES
from tests.pages.visits import opened_at


@pytest.mark.parametrize("name", sorted(engines()))
def test_each_run_that_a_verdict_depends_on_is_offered_once(name: str) -> None:
    page = PAGES[name]
    verdicts = page.engine.shipped.verdicts
    at = opened_at(f"pages/{name}/page.py", **{page.place.open_key(one.key): "true" for one in page.experiments})
    assert not at.exception
    for one in page.experiments:
        odd = {claim for claim in one.claims() if claim in page.engine.shipped.family and verdicts[claim].few}
        offered = [b.key for b in at.button if b.key and b.key.startswith(f"{name}_odd_{one.key}_")]
        assert bool(offered) == bool(odd) and len(offered) == len(set(offered))


def test_a_press_sets_the_controls_to_that_run() -> None:
    """On the server of these tests nothing trains; where it does, the run begins."""
    odd = [claim for claim in SHIPPED.family if SHIPPED.verdicts[claim].outcome == Outcome.FEW_RUNS]
    assert "mmoe_below_omoe@0.75" in odd, "the study changed: another claim serves this test"
    at = opened_at("pages/multitask/page.py", multitask_open_loss="true")
    (button,) = [b for b in at.button if "_odd_" in (b.key or "") and "0.75" in b.label]
    (run,) = SHIPPED.verdicts["mmoe_below_omoe@0.75"].few
    assert f"Seed {run}:" in button.label and "OMoE/MMoE" in button.label
    at = button.click().run()
    assert not at.exception
    shown = {name: "".join(value) for name, value in at.query_params.items()}
    assert (shown["multitask_seed"], shown["multitask_structures"]) == (str(run), "omoe,mmoe")
    assert (shown["multitask_correlation"], shown["multitask_runs"]) == ("0.75", "1")
