"""Trace, sums, gradients and belts: each against an independent way of getting the same number."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from engine.errors import UserError
from engine.recurrent import RecurrentConfig, train
from engine.recurrent.config import CELLS, TASKS
from engine.recurrent.gradients import belt, chain, connectivity, flow, untrained_flow
from engine.recurrent.ladder import LADDER
from engine.recurrent.opened import Opened, clamps_of
from engine.recurrent.probe import own_probe, probe
from engine.recurrent.tasks import loss_of, task_of
from engine.recurrent.view import distances, views
from engine.runs.frame import Frame
from engine.runs.playground import Address

CONFIG = RecurrentConfig(cells=CELLS, steps=40, frames=3, distance=8, hidden=6, embedding=4, batch_size=16)


@cache
def trained(task: str = "language") -> tuple[RecurrentConfig, Frame]:
    config = replace(CONFIG, task=task)
    return config, list(train(config))[-1]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("task", TASKS)
def test_a_trace_is_the_forward_pass(task: str, cell: str) -> None:
    """The plain form on screen equals the fused one that was trained."""
    config, frame = trained(task)
    one = probe(config, 5)
    traced = Opened(config, frame).trace(cell, one.inputs)
    read = Opened(config, frame).reader(cell)(one.inputs[:, None])
    np.testing.assert_allclose(traced["h"], read.h[:, 0].numpy(), atol=2e-6)
    if task_of(config).kind == "class":
        np.testing.assert_allclose(traced["probabilities"].sum(1), 1.0, atol=1e-6)
    if cell == "gru":
        np.testing.assert_allclose(traced["kept"] + traced["written"], traced["h"], atol=1e-6)
        np.testing.assert_allclose(traced["z"] + traced["fresh"], 1.0, atol=1e-6)
        for gate in "rz":
            assert ((traced[gate] > 0) & (traced[gate] < 1)).all()
    if "c" in LADDER[cell].model.states:
        np.testing.assert_allclose(traced["kept"] + traced["written"], traced["c"], atol=1e-6)
        np.testing.assert_allclose(traced["o"] * np.tanh(traced["c"]), traced["h"], atol=1e-6)
        for gate in "ifo":
            assert ((traced[gate] > 0) & (traced[gate] < 1)).all()


@pytest.mark.parametrize("task", ["language", "adding"])
@pytest.mark.parametrize("cell", CELLS)
def test_every_number_opens_to_its_sum(task: str, cell: str) -> None:
    config, frame = trained(task)
    one = probe(config, 4)
    gated = {"rnn": "h", "gru": "rzmgh"}.get(cell, "figoch")
    for part in (*gated, "answer"):
        for step in (0, 1, len(one.written) - 1):
            for unit in (0, 5) if part != "answer" else (0,):
                found = Opened(config, frame).explain(cell, one.inputs, Address(part, unit, step))
                assert found.agrees, (part, step, unit)


def test_a_peephole_is_a_term_of_three_gates_only() -> None:
    config, frame = trained()
    one = probe(config, 4)
    seen = {
        gate: [
            t.symbol
            for t in Opened(config, frame).explain("peephole", one.inputs, Address(gate, 2, 3)).terms
            if "C_" in t.symbol
        ]
        for gate in "ifgo"
    }
    assert seen == {"i": ["C_{3}(t-1)"], "f": ["C_{3}(t-1)"], "g": [], "o": ["C_{3}(t)"]}


@pytest.mark.parametrize(("part", "step", "unit"), [("nonsense", 0, 0), ("f", 99, 0), ("f", 0, 99), ("f", -1, 0)])
def test_what_has_no_sum_is_refused(part: str, step: int, unit: int) -> None:
    config, frame = trained()
    with pytest.raises(UserError):
        Opened(config, frame).explain("lstm", probe(config, 4).inputs, Address(part, unit, step))
    with pytest.raises(UserError):
        Opened(config, frame).explain("rnn", probe(config, 4).inputs, Address("f", 0, 0))


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_are_those_of_training(cell: str) -> None:
    """‖∂L/∂h(t)‖ by nudging h(t) up and down: central differences in float64."""
    config, frame = trained()
    examples = task_of(config).draw(3, 1, torch.Generator().manual_seed(5))
    found = flow(Opened(config, frame), cell, examples)
    model = Opened(config, frame).exact(cell)
    x = model.embed(examples.inputs)

    def loss(nudge: torch.Tensor) -> float:
        h = model.cell.steps(x, nudges={"h": nudge}).h
        return float(loss_of("class", model.readout(h)[None], examples.targets[None]))

    for step in (0, len(x) // 2, len(x) - 1):
        slopes = []
        for unit in range(config.hidden):
            nudge = torch.zeros(len(x), 1, config.hidden, dtype=torch.float64)
            nudge[step, 0, unit] = 1e-5
            slopes.append((loss(nudge) - loss(-nudge)) / 2e-5)
        assert found.h[step] == pytest.approx(np.linalg.norm(slopes), rel=1e-3, abs=1e-9)


@pytest.mark.parametrize("cell", CELLS)
def test_connectivity_against_differences(cell: str) -> None:
    config, frame = trained("adding")
    one = probe(config, 5)
    found = connectivity(Opened(config, frame), cell, one.inputs, 0)
    model = Opened(config, frame).exact(cell)
    x = one.inputs[:, None].double()
    for channel_step in (0, 3):
        columns = []
        for channel in range(2):
            moved = x.clone()
            moved[channel_step, 0, channel] += 1e-6
            columns.append(((model(moved).answers - model(x).answers)[:, 0, 0] / 1e-6).detach().numpy())
        lengths = np.linalg.norm(columns, axis=0)
        np.testing.assert_allclose(found[channel_step:, channel_step], lengths[channel_step:], rtol=2e-3, atol=1e-5)
        assert np.isnan(found[:channel_step, channel_step]).all()


def test_the_belt_is_the_product_of_the_forget_gates() -> None:
    config, frame = trained()
    one = probe(config, 5)
    traced, share = Opened(config, frame).trace("lstm", one.inputs), belt(Opened(config, frame), "lstm", one.inputs)
    written = np.abs(traced["written"])
    for s, t in ((0, 0), (0, 4), (4, 9)):
        left = written[s] * np.prod(traced["f"][s + 1 : t + 1], axis=0)
        assert share[s, t] == pytest.approx(left.sum() / written[s].sum(), rel=1e-4)
    assert np.isnan(share[4, 3]) and (np.diff(share[2, 2:]) <= 1e-12).all()


def test_what_is_left_in_a_gru_is_the_product_of_its_update_gates() -> None:
    config, frame = trained()
    one = probe(config, 5)
    traced, share = Opened(config, frame).trace("gru", one.inputs), belt(Opened(config, frame), "gru", one.inputs)
    written = np.abs((1 - traced["z"]) * traced["g"])
    for s, t in ((0, 0), (0, 4), (4, 9)):
        left = written[s] * np.prod(traced["z"][s + 1 : t + 1], axis=0)
        assert share[s, t] == pytest.approx(left.sum() / written[s].sum(), rel=1e-4)
    assert np.isnan(share[4, 3]) and (np.diff(share[2, 2:]) <= 1e-12).all()
    found = chain(Opened(config, frame), "gru", one.inputs)
    product = np.prod(traced["z"][1:], axis=0)
    assert found.running[0] == pytest.approx(np.linalg.norm(product) / config.hidden**0.5, rel=1e-4)


def test_the_rnns_belt_is_its_jacobians_product() -> None:
    """What the word wrote, carried on by autograd's own Jacobian of h(t) by h(s)."""
    config, frame = trained()
    one = probe(config, 5)
    share = belt(Opened(config, frame), "rnn", one.inputs)
    model = Opened(config, frame).exact("rnn")
    x = model.embed(one.inputs[:, None])
    h = model.cell.steps(x).h[:, 0]
    s, t = 3, 6
    wrote = (1 - h[s] ** 2) * (x[s, 0] @ model.cell.weight_ih_l0.T)

    def later(state: torch.Tensor) -> torch.Tensor:
        for step in range(s + 1, t + 1):
            state = torch.tanh(
                x[step, 0] @ model.cell.weight_ih_l0.T + state @ model.cell.weight_hh_l0.T + model.cell.bias
            )
        return state

    carried = torch.autograd.functional.jvp(later, h[s], wrote)[1]
    assert share[s, t] == pytest.approx(float(carried.abs().sum() / wrote.abs().sum()), rel=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_the_chain_is_its_factors(cell: str) -> None:
    config, frame = trained()
    found = chain(Opened(config, frame), cell, probe(config, 5).inputs)
    assert found.running[-1] == 1.0 and np.isnan(found.factors[-1])
    np.testing.assert_allclose(np.cumprod(found.factors[:-1][::-1])[::-1], found.running[:-1], rtol=1e-9)


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_carriers_against_a_model_without_the_unit(cell: str) -> None:
    """Zeroing what the unit receives in the weights gives the same answer as taking it away: a candidate of 0 is all that a
    GRU's unit ever mixes."""
    config, frame = trained()
    one = probe(config, 5)
    found = Opened(config, frame).carriers(cell, one.inputs, one.answer)
    unit = int(np.argmax(np.abs(found)))
    model = Opened(config, frame).reader(cell)
    row = unit - config.hidden  # of the last block, the candidate's
    for tensor in (model.cell.weight_ih_l0, model.cell.bias_ih_l0, model.cell.bias_hh_l0, model.cell.weight_hh_l0):
        tensor[row] = 0.0

    def lead(logits: torch.Tensor) -> float:
        others = torch.cat((logits[: one.answer], logits[one.answer + 1 :]))
        return float(logits[one.answer] - others.logsumexp(0))

    whole = Opened(config, frame).reader(cell)(one.inputs[:, None]).answers[-1, 0]
    part = model(one.inputs[:, None]).answers[-1, 0]
    assert found[unit] == pytest.approx(lead(whole) - lead(part), abs=1e-4)


def test_a_forced_update_gate_keeps_what_was_before() -> None:
    config, frame = trained()
    one = probe(config, 5)
    clamps = clamps_of(len(one.written), config.hidden, {"z": 1.0}, [1], range(3, 5))
    held = Opened(config, frame).trace("gru", one.inputs, clamps=clamps)
    free = Opened(config, frame).trace("gru", one.inputs)
    assert (held["h"][3:5, 1] == free["h"][2, 1]).all() and (held["z"][:3] == free["z"][:3]).all()
    assert not np.array_equal(held["h"][4], free["h"][4])


def test_forced_gates_and_cut_peepholes() -> None:
    config, frame = trained()
    one = probe(config, 5)
    length = len(one.written)
    clamps = clamps_of(length, config.hidden, {"f": 0.0}, [1], range(3, 5))
    held = Opened(config, frame).trace("lstm", one.inputs, clamps=clamps)
    free = Opened(config, frame).trace("lstm", one.inputs)
    assert (held["f"][3:5, 1] == 0).all() and (held["f"][:3] == free["f"][:3]).all()
    assert not np.array_equal(held["c"][4], free["c"][4])
    cut = Opened(config, frame).trace("peephole", one.inputs, without=("i", "f", "o"))
    assert not cut["peep_f"].any() and not cut["peep_o"].any()
    wrong = Opened(config, frame).trace("peephole", one.inputs, output_sees_old_cell=True)
    assert not np.array_equal(wrong["o"], Opened(config, frame).trace("peephole", one.inputs)["o"])


def test_thinned_moments_say_so() -> None:
    config, frame = trained()
    with pytest.raises(UserError, match="keeps no parameters"):
        Opened(config, Frame(frame.step, frame.metrics)).trace("lstm", probe(config, 3).inputs)


@pytest.mark.parametrize("task", TASKS)
def test_views_end_together_and_come_from_traces(task: str) -> None:
    config, frame = trained(task)
    at = distances(config)
    shown = [probe(config, distance) for distance in at]
    units = dict.fromkeys(CELLS, 2)
    found = views(Opened(config, frame), shown, units)
    width = max(len(one.written) for one in shown)
    for s, one in enumerate(shown):
        begin = width - len(one.written)
        for cell in CELLS:
            traced = Opened(config, frame).trace(cell, one.inputs)
            assert np.isnan(found[f"{cell}.answer"][s, :begin]).all()
            np.testing.assert_array_equal(found[f"{cell}.answer"][s, begin:], traced["probabilities"][:, one.answer])
            numbers = found[f"{cell}.unit"][s, begin:]
            np.testing.assert_array_equal(numbers[:, LADDER[cell].numbers.index("h")], traced["h"][:, 2])
            np.testing.assert_array_equal(numbers[1:, LADDER[cell].numbers.index("before_h")], traced["h"][:-1, 2])


def test_own_sentences() -> None:
    config, _ = trained()
    one = own_probe(config, "I grew up in Japan so I speak fluent")
    assert one.written[one.told] == "Japan" and one.answer == 5
    with pytest.raises(UserError, match=r"Not in the vocabulary: Atlantis"):
        own_probe(config, "I grew up in Atlantis")
    for text in ("", "so " * 500):
        with pytest.raises(UserError):
            own_probe(config, text)


def test_the_gradient_table() -> None:
    """facts: RNN and torch's LSTM vanish alike, bias 1 and 3 repair it. Medians of 7 seeds, T = 100, lag 99."""

    def at(cell: str, bias: float | None) -> float:
        ratios = []
        for seed in range(7):
            found = untrained_flow(cell, 100, 32, bias, seed).h
            ratios.append(found[0] / found[-1])
        return float(np.median(ratios))

    rnn, default, one, three = at("rnn", None), at("lstm", None), at("lstm", 1.0), at("lstm", 3.0)
    assert rnn < default < 1e-14 < 1e-10 < one < 1e-5 < 1e-3 < three < 1
    assert at("peephole", 3.0) > 1e-3
    assert at("gru", None) < at("gru", 1.0) < at("gru", 3.0)
