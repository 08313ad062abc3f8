"""Claims on a viewer's settings: the same numbers as training them by hand, and no seed, setting or step other than said."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.matching import MatchingConfig
from engine.matching.shipped import SHIPPED as MATCHING
from engine.multitask import MultitaskConfig
from engine.multitask.shipped import SHIPPED as MULTITASK
from engine.recurrent import RecurrentConfig
from engine.recurrent.shipped import SHIPPED as RECURRENT
from engine.runs.config import Config
from engine.runs.frame import Array
from engine.runs.playground import engines
from engine.runs.studies.asked import Asked
from engine.runs.studies.claims import run_of
from engine.runs.studies.verdict import judge


def trained(config: Config) -> dict[str, Array]:
    return dict(list(engines()[config.playground].works["train"].run(config))[-1].metrics)


def measured(asked: Asked[Any, Any], seeds: range) -> dict[Config, dict[str, Array]]:
    return {cell: trained(cell) for cell in asked.cells(seeds)}


SHORT = MultitaskConfig(steps=6, batch_size=16, num_experts=2, test_rows=200)


def test_a_claim_is_judged_by_what_its_cells_give() -> None:
    """Against the same seeds trained in one stack by hand."""
    asked = Asked(MULTITASK, ["mmoe_below_shared_bottom@0.5", "mmoe_below_shared_bottom@0"], SHORT)
    assert [claim.id for claim in asked.claims] == ["mmoe_below_shared_bottom@0.5"]  # the other stands beside it
    done = measured(asked, range(8))
    by_hand = replace(SHORT, correlation=0.5, seed=asked.first, runs=8, frames=2)
    losses = {}
    for structure in ("mmoe", "shared_bottom"):
        (cell,) = {c for c in asked.cells(range(4)) if c.structures == (structure,)}
        one = replace(by_hand, structures=(structure,), learning_rate=cell.learning_rate, test_rows=cell.test_rows)
        losses[structure] = trained(one)[f"{structure}.test_loss"].mean(-1).astype(np.float64)
    so_far, verdicts = asked.verdicts(done)
    (verdict,) = verdicts.values()
    expected = judge(losses["shared_bottom"] - losses["mmoe"], smallest=verdict.smallest)
    assert (so_far, verdict.runs, verdict.family, verdict.preview) == (8, 8, 1, True)
    assert verdict.mean == pytest.approx(expected.mean, rel=1e-3) and verdict.ahead == expected.ahead


def test_where_no_claim_has_a_verdict_of_its_own_all_are_asked() -> None:
    """Each judged alone, at the rate that its question is about, until the viewer names another."""
    asked = Asked(MULTITASK, ["mmoe_below_shared_bottom@slow"], SHORT)
    assert [claim.id for claim in asked.claims] == ["mmoe_below_shared_bottom@slow"]
    assert {cell.learning_rate for cell in asked.cells(range(8))} == {(0.001,)}
    (verdict,) = asked.verdicts(measured(asked, range(8)))[1].values()
    assert (verdict.runs, verdict.family, verdict.preview) == (8, 1, True)
    faster = Asked(MULTITASK, ["mmoe_below_shared_bottom@slow"], replace(SHORT, learning_rate=(0.1,)))
    assert {cell.learning_rate for cell in faster.cells(range(8))} == {(0.1,)}


def test_seeds_are_counted_while_they_come() -> None:
    """Only those that both sides have; the first group is done before the second begins."""
    asked = Asked(MULTITASK, ["mmoe_below_shared_bottom@0.5"], SHORT)
    cells = asked.cells(range(8))
    assert [cell.seed - asked.first for cell in cells] == [0, 0, 4, 4] and all(cell.runs == 4 for cell in cells)
    done = measured(asked, range(8))
    assert asked.verdicts({})[0] == asked.verdicts({cells[0]: done[cells[0]]})[0] == 0
    assert asked.verdicts({cell: done[cell] for cell in cells[:3]})[0] == 4
    assert asked.verdicts({cell: done[cell] for cell in cells[:2]})[1]["mmoe_below_shared_bottom@0.5"].runs == 4


def test_where_a_cell_has_one_seed() -> None:
    asked = Asked(MATCHING, ["separate_towers_better"], MatchingConfig(steps=2, queries=40, filters=4, dimensions=64))
    cells = asked.cells(range(3))
    assert [cell.seed - asked.first for cell in cells] == [0, 0, 1, 1, 2, 2] and cells[0].filters == 4
    done = {cell: trained(cell) for cell in cells}
    so_far, verdicts = asked.verdicts(done)
    by_hand = [
        float(done[next(c for c in cells if (c.seed, c.towers) == (asked.first + seed, "separate"))]["clsm.mrr"])
        - float(done[next(c for c in cells if (c.seed, c.towers) == (asked.first + seed, "shared"))]["clsm.mrr"])
        for seed in range(3)
    ]
    assert so_far == 3 and verdicts["separate_towers_better"].mean == pytest.approx(np.mean(by_hand))


def test_the_viewers_settings_are_taken_and_the_questions_own_are_kept() -> None:
    theirs = RecurrentConfig(hidden=8, distance=20, task="adding", learning_rate=(0.1,), seed=5, runs=3)
    asked = Asked(RECURRENT, ["rnn_below_lstm@40", "bias_1_beats_minus_1"], theirs)
    assert asked.changes == {"hidden": 8, "learning_rate": (0.1,)} and set(asked.kept) == {"task", "distance"}
    assert asked.first == 5
    for cell in asked.cells(range(8)):
        assert (cell.hidden, cell.learning_rate, cell.distance, cell.task) == (8, (0.1,), 40, "language")
        assert cell.steps == 2_400  # the viewer set none: never fewer than the question's own
    leaky = replace(theirs, forget_bias=2.0)
    assert "forget_bias" in Asked(RECURRENT, ["bias_1_beats_minus_1"], leaky).kept
    assert Asked(RECURRENT, ["rnn_below_lstm@40"], leaky).changes["forget_bias"] == 2.0
    assert all(
        cell.steps == 50 for cell in Asked(RECURRENT, ["rnn_below_lstm@40"], replace(theirs, steps=50)).cells(range(4))
    )


@pytest.mark.parametrize("name", sorted(engines()))
def test_seeds_of_a_study_are_not_repeated(name: str) -> None:
    """With nothing changed the same question is asked of seeds that the study has not seen; each cell can be trained."""
    shipped = engines()[name].shipped
    for claim in shipped.claims:
        asked = Asked(shipped, [claim.id], shipped.config())
        assert len(asked.claims) == 1 and not asked.changes and not asked.kept
        cells = asked.cells(range(8))
        used = {cell.seed + n for cell in claim.needs for n in range(getattr(cell, "runs", 1))}
        fresh = {cell.seed + n for cell in cells for n in range(getattr(cell, "runs", 1))}
        assert not used & fresh and len(fresh) == 8
        assert asked.verdicts({}) == (0, {}) and asked.seconds(8)


def test_one_run_of_a_claim_is_a_training_of_its_own() -> None:
    """All that is compared there, each at its own rate, alone."""
    claims = {claim.id: claim for claim in MULTITASK.claims}
    run = run_of(claims["mmoe_below_omoe@0.75"], 10)
    wanted = MultitaskConfig(
        structures=("omoe", "mmoe"), correlation=0.75, seed=10, runs=1, steps=2_500, test_rows=2_000,
        learning_rate=(0.01, 0.01, 0.02, 0.02),
    )  # fmt: skip
    assert run == wanted
    ends = run_of(claims["gates_meet_as_p_rises"], 31)
    assert (ends.structures, ends.correlation, ends.seed) == (("mmoe",), 0.0, 31)
    one = run_of({claim.id: claim for claim in MATCHING.claims}["separate_towers_better"], 3)
    assert (one.models, one.seed, one.towers) == (("clsm",), 3, "separate")
    with pytest.raises(KeyError):
        run_of(claims["gates_meet_as_p_rises"], 32)


def test_how_long_it_takes_is_known_from_the_study() -> None:
    """By its own cells, in proportion to seeds and steps; by other cells of the rung where its own were not timed."""
    asked = Asked(RECURRENT, ["rnn_below_lstm@40"], RecurrentConfig())
    rnn, lstm = (RECURRENT.seconds[cell] / 12 for cell in asked.claims[0].needs)
    assert asked.seconds(8) == pytest.approx(8 * (rnn + lstm))
    half = Asked(RECURRENT, ["rnn_below_lstm@40"], RecurrentConfig(steps=1_201))
    assert half.seconds(16) == pytest.approx(16 * (rnn + lstm) * 1_201 / 2_400)
    other = dataclasses.replace(RECURRENT)
    other.__dict__["seconds"] = {asked.claims[0].needs[1]: 120.0}  # the LSTM's alone
    assert Asked(other, ["bias_1_beats_minus_1"], RecurrentConfig()).seconds(4) == pytest.approx(4 * 2 * 10.0)
    assert Asked(other, ["rnn_below_lstm@40"], RecurrentConfig()).seconds(4) is None
