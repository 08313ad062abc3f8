"""What must hold whatever the weights are."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.measures import parameter_count
from engine.multitask import PLE, MMoE, MultitaskConfig, OMoE, SharedBottom, SingleTask
from engine.multitask.config import STRUCTURES
from engine.multitask.layers import renormalise
from engine.multitask.models import build, initialise
from engine.runs.stack import Stack
from tests.multitask.test_oracle import filled

EXACT = {"atol": 1e-12, "rtol": 1e-12}  # float64: nothing but the order of sums


def rows(count: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, width, generator=torch.Generator().manual_seed(seed)).double()


def test_one_expert_is_a_shared_bottom() -> None:
    bottom = filled(SharedBottom(20, 16)).double()
    for mixture in (OMoE(20, 1, 16).double(), MMoE(20, 1, 16).double()):
        mixture.load_state_dict(bottom.state_dict(), strict=False)
        assert torch.allclose(mixture(rows(9, 20)).predictions, bottom(rows(9, 20)).predictions, **EXACT)


def test_tied_gates_make_an_mmoe_an_omoe() -> None:
    one = filled(OMoE(20, 4, 8)).double()
    state = one.state_dict()
    state["gates.weight"] = state["gates.weight"].expand(2, -1, -1)
    many = MMoE(20, 4, 8).double()
    many.load_state_dict(state)
    assert torch.allclose(many(rows(9, 20)).predictions, one(rows(9, 20)).predictions, **EXACT)


def test_ple_without_experts_of_a_task_is_an_mmoe_on_its_one_level() -> None:
    mixture = filled(MMoE(20, 4, 8)).double()
    layered = PLE(20, shared_experts=4, specific_experts=0, levels=1, expert_units=8).double()
    layered.load_state_dict(mixture.state_dict())
    mine, theirs = layered(rows(9, 20)), mixture(rows(9, 20))
    for name in ("experts", "gates", "mixtures", "towers", "predictions"):
        assert torch.allclose(getattr(mine, name), getattr(theirs, name), **EXACT), name


@pytest.mark.parametrize("levels", [1, 2])
def test_ple_without_shared_experts_is_single_task_networks(levels: int) -> None:
    """Each task's own experts behind its own gate: no weight of one task moves another, and one expert each on one level is
    the Single-Task rung itself."""
    model = filled(PLE(20, shared_experts=0, specific_experts=3, levels=levels, expert_units=8)).double()
    before = model(rows(9, 20))
    assert torch.equal(before.gates[:, 0, 3:], torch.zeros(9, 3)) and torch.equal(
        before.gates[:, 1, :3], torch.zeros(9, 3)
    )
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter[: len(parameter) // 2] += 1.0  # experts stand by owner, gates and towers by task
            assert len(parameter) in (2, 6), name
    after = model(rows(9, 20)).predictions
    assert torch.equal(after[:, 1], before.predictions[:, 1])
    assert not torch.allclose(after[:, 0], before.predictions[:, 0])
    alone = filled(SingleTask(20, 8)).double()
    one_each = PLE(20, shared_experts=0, specific_experts=1, levels=1, expert_units=8).double()
    one_each.load_state_dict(alone.state_dict(), strict=False)
    assert torch.allclose(one_each(rows(9, 20)).predictions, alone(rows(9, 20)).predictions, **EXACT)


def test_ple_looks_at_its_own_and_the_shared_experts_on_every_level() -> None:
    """And the gate of the shared experts at all of them."""
    found = filled(PLE(20, shared_experts=3, specific_experts=2, num_tasks=3)).double()(rows(9, 20))
    own = torch.tensor([[k == e // 2 or e >= 6 for e in range(9)] for k in range(3)])  # (T, E)
    (below,) = found.lower_gates
    assert found.gates.shape == (9, 3, 9) and below.shape == (9, 4, 9)
    for gates in (found.gates, below[:, :3]):
        assert torch.equal(gates > 0, own.expand(9, -1, -1))
    assert (below[:, 3] > 0).all()
    for gates in (found.gates, below):
        assert torch.allclose(gates.sum(-1), torch.ones(9, gates.shape[1]).double(), **EXACT)
    assert not PLE(20, levels=1)(rows(9, 20).float()).lower_gates


def test_permuting_experts_with_their_gate_rows_changes_nothing() -> None:
    model = filled(MMoE(20, 5, 8)).double()
    before = model(rows(9, 20)).predictions
    order = torch.tensor([3, 0, 4, 1, 2])
    with torch.no_grad():
        model.experts.weight.copy_(model.experts.weight[order])
        model.experts.bias.copy_(model.experts.bias[order])
        model.gates.weight.copy_(model.gates.weight[:, order])
    assert torch.allclose(model(rows(9, 20)).predictions, before, **EXACT)


def test_single_task_shares_nothing() -> None:
    model = filled(SingleTask(20, 8)).double()
    before = model(rows(9, 20)).predictions
    with torch.no_grad():
        model.experts.weight[0] += 1.0
    after = model(rows(9, 20)).predictions
    assert torch.equal(after[:, 1], before[:, 1]) and not torch.equal(after[:, 0], before[:, 0])


@settings(deadline=None, max_examples=30)
@given(
    structure=st.sampled_from(STRUCTURES),
    tasks=st.integers(2, 6),
    experts=st.integers(1, 9),
    units=st.integers(1, 9),
    shared=st.sampled_from((0, 7)),
    seed=st.integers(0, 99),
)
def test_gates_are_weights(structure: str, tasks: int, experts: int, units: int, shared: int, seed: int) -> None:
    config = MultitaskConfig(
        tasks=("regression",) * tasks,
        num_experts=experts,
        shared_experts=experts % 4,
        specific_experts=1 + seed % 3,
        extraction_levels=1 + seed % 2,
        expert_units=units,
        bottom_units=units,
        shared_units=shared,
        input_dim=12,
    )
    forward = initialise(build(config, structure), config, structure, seed)(rows(5, 12).float())
    assert (forward.gates >= 0).all()
    assert torch.allclose(forward.gates.sum(-1), torch.ones(5, tasks), atol=1e-6)
    assert forward.predictions.shape == (5, tasks)
    assert torch.allclose(forward.mixtures, torch.einsum("bte,beu->btu", forward.gates, forward.experts), atol=1e-5)


def test_dropped_gates_sum_to_one_again() -> None:
    gates = torch.tensor([[[0.5, 0.3, 0.2]]])
    kept = renormalise(gates * torch.tensor([1.0, 0.0, 1.0]))
    assert torch.allclose(kept, torch.tensor([[[5 / 7, 0.0, 2 / 7]]]))


@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_leaky_tower_is_torchs_and_no_unit_of_it_is_lost(structure: str) -> None:
    """Off, the paper's ReLU, the parameters are the same; a unit far below 0 for every row learns with a slope alone."""
    paper = MultitaskConfig(input_dim=12, bottom_units=9, expert_units=4)
    assert paper.tower_slope == 0
    for slope in (0.0, 0.01):
        config = replace(paper, tower_slope=slope)
        model = initialise(build(config, structure), config, structure, 0)
        before = initialise(build(paper, structure), paper, structure, 0).state_dict()
        assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
        with torch.no_grad():
            model.towers.hidden.bias[1, 2] = -100.0
        found = model(rows(9, 12).float())
        inner = model.towers.hidden.forward_each(found.mixtures)
        assert torch.equal(found.towers, torch.nn.LeakyReLU(slope)(inner)) and (inner[:, 1, 2] < 0).all()
        found.predictions.sum().backward()
        gradient = model.towers.hidden.weight.grad
        assert gradient is not None and bool(gradient[1, 2].any()) == bool(slope)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_stack_is_its_models_one_by_one(structure: str) -> None:
    """Forward, and one step of Adam: the stacked optimiser works elementwise."""
    config = MultitaskConfig(input_dim=12, bottom_units=9, expert_units=4)
    seeds = (0, 1, 2)
    x, y = rows(3 * 16, 12).float().view(3, 16, 12), rows(3 * 16, 2, seed=1).float().view(3, 16, 2)
    stack = Stack([initialise(build(config, structure), config, structure, seed) for seed in seeds])
    adam = stack.optimiser(0.01)
    first = stack(x).predictions
    ((first - y) ** 2).mean(1).sum().backward()
    adam.step()
    compared = 0
    for i, seed in enumerate(seeds):
        model = initialise(build(config, structure), config, structure, seed)
        alone = torch.optim.Adam(model.parameters(), lr=0.01)
        predictions = model(x[i]).predictions
        assert torch.allclose(first[i], predictions, atol=1e-6)  # float32, other order of sums
        ((predictions - y[i]) ** 2).mean(0).sum().backward()
        alone.step()
        for name, parameter in model.named_parameters():
            # Adam's first step is lr · sign(gradient): only where a gradient is rounding noise may its sign differ.
            difference, sure = (stack.state(i)[name] - parameter).abs(), parameter.grad.abs() > 1e-5
            assert (difference[sure] <= 1e-6).all() and (difference <= 2 * 0.01 + 1e-6).all(), name
            compared += int(sure.sum())
    assert compared > parameter_count(model)  # of three models: dead units leave a share without gradient


@pytest.mark.parametrize("structure", ["omoe", "mmoe"])
def test_gate_dropout_takes_experts_out_of_the_mixture(structure: str) -> None:
    model = filled(OMoE(20, 4, 8) if structure == "omoe" else MMoE(20, 4, 8)).double()
    whole, keep = model(rows(9, 20)), torch.ones(9, 2, 4).double()
    keep[:, 0, 1] = keep[:, 1, 2] = 0.0
    keep[8] = 0.0  # a row whose experts are all dropped
    dropped = model(rows(9, 20), keep)
    expected = whole.gates[:8] * keep[:8]
    assert torch.allclose(dropped.gates[:8], expected / expected.sum(-1, keepdim=True), **EXACT)
    assert (dropped.gates[8] == 0).all() and (dropped.mixtures[8] == 0).all()
