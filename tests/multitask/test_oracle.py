"""Shared-Bottom, MMoE and PLE against deepctr-torch, an independent implementation, with copied weights."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import Tensor, nn

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from deepctr_torch.inputs import DenseFeat
    from deepctr_torch.models import MMOE
    from deepctr_torch.models import PLE as TheirPLE
    from deepctr_torch.models.multitask.sharedbottom import SharedBottom as TheirSharedBottom

from engine.measures import parameter_count
from engine.multitask import PLE, MMoE, OMoE, SharedBottom
from engine.multitask.layers import Parallel
from engine.multitask.structures.structure import Structure

SHAPE = {"input_dim": 100, "tower_units": 8, "num_tasks": 2}
FEATURES = [DenseFeat(f"x{i}", 1) for i in range(100)]
COMMON = {"task_types": ["regression", "regression"], "task_names": ["a", "b"], "init_std": 0.1, "device": "cpu"}


def filled(model: Structure) -> Structure:
    """Random weights and biases, so that nothing agrees by being zero."""
    source = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3, generator=source)
    return model


@torch.no_grad()
def copy_linear(theirs: nn.Linear, weight: Tensor, bias: Tensor | None) -> None:
    theirs.weight.copy_(weight)
    if bias is not None:
        theirs.bias.copy_(bias)


@torch.no_grad()
def copy_towers(theirs: nn.Module, ours: Structure) -> None:
    """Tower, last layer without bias, and the bias of the prediction layer."""
    hidden, output = ours.towers.hidden, ours.towers.output
    for k in range(ours.num_tasks):
        copy_linear(theirs.tower_dnn[k].linears[0], hidden.weight[k], hidden.bias[k])
        copy_linear(theirs.tower_dnn_final_layer[k], output.weight[k], None)
        theirs.out[k].bias.copy_(output.bias[k])


def agree(ours: Structure, theirs: nn.Module, seed: int) -> None:
    """float64, where nothing but the order of sums can differ; float32 would need 1e-5 at these sizes."""
    x = torch.randn(32, 100, generator=torch.Generator().manual_seed(seed)).double()
    predictions = ours(x).predictions
    assert predictions.std() > 0.1  # not equal by being constant
    assert torch.allclose(predictions, theirs.eval()(x), atol=1e-12, rtol=1e-12)


def test_mmoe_agrees_with_deepctr() -> None:
    ours = filled(MMoE(num_experts=8, expert_units=16, **SHAPE)).double()
    theirs = MMOE(
        FEATURES,
        num_experts=8,
        expert_dnn_hidden_units=(16,),
        gate_dnn_hidden_units=(),
        tower_dnn_hidden_units=(8,),
        **COMMON,
    ).double()
    assert parameter_count(theirs) == parameter_count(ours) == 14_818
    for i in range(8):
        copy_linear(theirs.expert_dnn[i].linears[0], ours.experts.weight[i], ours.experts.bias[i])
    for k in range(2):
        copy_linear(theirs.gate_dnn_final_layer[k], ours.gates.weight[k], None)
    copy_towers(theirs, ours)
    agree(ours, theirs, seed=1)


def test_shared_bottom_agrees_with_deepctr() -> None:
    ours = filled(SharedBottom(bottom_units=113, **SHAPE)).double()
    theirs = TheirSharedBottom(FEATURES, bottom_dnn_hidden_units=(113,), tower_dnn_hidden_units=(8,), **COMMON).double()
    assert parameter_count(theirs) == parameter_count(ours) == 13_255
    copy_linear(theirs.bottom_dnn.linears[0], ours.experts.weight[0], ours.experts.bias[0])
    copy_towers(theirs, ours)
    agree(ours, theirs, seed=2)


@torch.no_grad()
def copy_level(theirs: nn.Module, ours: PLE, level: int, tasks: int, each: int) -> None:
    """Experts of one level, the tasks' gates of it, and the gate of what its shared experts make for those above."""
    experts, gates = (ours.experts, ours.gates) if level == 0 else (ours.upper_experts, ours.upper_gates)
    for k in range(tasks):
        for j in range(each):
            at = k * each + j
            copy_linear(theirs.specific_experts[level][k][j].linears[0], experts.weight[at], experts.bias[at])
        copy_linear(theirs.specific_gate_dnn_final_layer[level][k], gates.weight[k], None)
    for j in range(each):
        at = tasks * each + j
        copy_linear(theirs.shared_experts[level][0][j].linears[0], experts.weight[at], experts.bias[at])
    if level == 0 and ours.levels == 2:
        copy_linear(theirs.shared_gate_dnn_final_layer[0], ours.shared_gate.weight[0], None)


@pytest.mark.parametrize(("levels", "tasks", "each"), [(1, 2, 2), (2, 2, 2), (2, 2, 3), (2, 3, 2), (1, 3, 1)])
def test_ple_agrees_with_deepctr(levels: int, tasks: int, each: int) -> None:
    """It builds as many shared experts as each task has of its own (0.3.0), and a gate of the shared experts on the highest
    level too, which nothing above looks at: those weights are left out of the count."""
    ours = filled(
        PLE(shared_experts=each, specific_experts=each, levels=levels, **SHAPE | {"num_tasks": tasks})
    ).double()
    theirs = TheirPLE(
        FEATURES,
        shared_expert_num=each,
        specific_expert_num=each,
        num_levels=levels,
        expert_dnn_hidden_units=(16,),
        gate_dnn_hidden_units=(),
        tower_dnn_hidden_units=(8,),
        **COMMON | {"task_types": ["regression"] * tasks, "task_names": [f"task {k}" for k in range(tasks)]},
    ).double()
    unused = theirs.shared_gate_dnn_final_layer[levels - 1].weight.numel()
    assert parameter_count(theirs) - unused == parameter_count(ours)
    for level in range(levels):
        copy_level(theirs, ours, level, tasks, each)
    copy_towers(theirs, ours)
    agree(ours, theirs, seed=3)


@pytest.mark.parametrize(
    ("model", "count"), [(SharedBottom(), 13_255), (OMoE(), 14_018), (MMoE(), 14_818), (PLE(), 15_366)]
)
def test_parameter_counts_of_the_papers_shape(model: Structure, count: int) -> None:
    assert parameter_count(model) == count


def test_equal_size_leaves_the_gates_out() -> None:
    """What the page says: at the paper's "equal size" MMoE has 11.8 % more parameters."""
    assert parameter_count(MMoE()) / parameter_count(SharedBottom()) == pytest.approx(1.118, abs=5e-4)


def test_ple_is_compared_with_mmoe_at_about_its_size() -> None:
    assert parameter_count(PLE()) / parameter_count(MMoE()) == pytest.approx(1.037, abs=5e-4)
    assert parameter_count(PLE(shared_experts=4, levels=1)) / parameter_count(MMoE()) == pytest.approx(0.973, abs=5e-4)


def test_parallel_is_its_linears_side_by_side() -> None:
    layer = Parallel(3, 5, 4)
    torch.nn.init.normal_(layer.weight)
    torch.nn.init.normal_(layer.bias)
    x = torch.randn(7, 5)
    for i in range(3):
        expected = torch.nn.functional.linear(x, layer.weight[i], layer.bias[i])
        assert torch.allclose(layer(x)[:, i], expected, atol=1e-6)
        assert torch.allclose(layer.forward_each(x[:, None].expand(-1, 3, -1))[:, i], expected, atol=1e-6)
