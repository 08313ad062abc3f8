"""Single-Task, Shared-Bottom, OMoE, MMoE (Ma et al., KDD 2018, §4) and PLE: one rung fixes what the one below lacks.

    Single-Task     y_k = h_k(f_k(x))                        a network for each task
    Shared-Bottom   y_k = h_k(f(x))                          one bottom for all tasks
    OMoE            y_k = h_k(Σ_i g(x)_i f_i(x))             n experts, one gate
    MMoE            y_k = h_k(Σ_i g^k(x)_i f_i(x))           n experts, a gate for each task
    PLE             the same, over experts of its own and shared ones, on one or two levels: `structures.ple`

Each stands whole in its class, so that it can be read without the others.

B batch · D input · D' features · E experts · U units of an expert · T tasks · H units of a tower
"""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor

from engine.multitask.config import MultitaskConfig
from engine.multitask.layers import Parallel, Towers, glorot, renormalise
from engine.multitask.structures.ple import PLE
from engine.multitask.structures.structure import Forward, Structure
from engine.runs.ladder import Ladder
from engine.runs.seeds import generator


class SingleTask(Structure):
    """y_k = h_k(f_k(x)): a whole network for each task, nothing is shared, nothing can conflict."""

    shares = False

    def __init__(
        self,
        input_dim: int = 100,
        bottom_units: int = 113,
        tower_units: int = 8,
        num_tasks: int = 2,
        shared_units: int = 0,
        tower_slope: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(input_dim, num_tasks, shared_units)
        self.experts = Parallel(num_tasks, self.width, bottom_units)  # f_k
        self.towers = Towers(num_tasks, bottom_units, tower_units, tower_slope)  # h_k
        glorot(self, generator)

    @classmethod
    def of(cls, config: MultitaskConfig) -> Self:
        shape = config.input_dim, config.bottom_units, config.tower_units
        return cls(*shape, config.num_tasks, config.shared_units, config.tower_slope)

    @classmethod
    def owners(cls, config: MultitaskConfig) -> tuple[int | None, ...]:
        return tuple(range(config.num_tasks))

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Forward:
        features = self.features(x)
        bottoms = self.experts(features).relu()  # f_k(x)                     (B, T, U)
        gates = torch.eye(self.num_tasks, dtype=x.dtype).expand(len(x), -1, -1)  # task k takes bottom k alone
        if keep is not None:
            gates = renormalise(gates * keep)
        mixtures = bottoms.expand(-1, self.num_tasks, -1)  # each its own: 1 · f_k(x), no sum to take
        towers, predictions = self.towers(mixtures)  # y_k = h_k(f_k(x))      (B, T)
        return Forward(features, bottoms, gates, mixtures, towers, predictions)


class SharedBottom(Structure):
    """y_k = h_k(f(x)): one bottom, which every task must agree on. 13,255 parameters by default."""

    def __init__(
        self,
        input_dim: int = 100,
        bottom_units: int = 113,
        tower_units: int = 8,
        num_tasks: int = 2,
        shared_units: int = 0,
        tower_slope: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(input_dim, num_tasks, shared_units)
        self.experts = Parallel(1, self.width, bottom_units)  # f
        self.towers = Towers(num_tasks, bottom_units, tower_units, tower_slope)  # h_k
        glorot(self, generator)

    @classmethod
    def of(cls, config: MultitaskConfig) -> Self:
        shape = config.input_dim, config.bottom_units, config.tower_units
        return cls(*shape, config.num_tasks, config.shared_units, config.tower_slope)

    @classmethod
    def owners(cls, config: MultitaskConfig) -> tuple[int | None, ...]:
        return (None,)

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Forward:
        features = self.features(x)
        bottom = self.experts(features).relu()  # f(x)                        (B, 1, U)
        gates = torch.ones(self.num_tasks, 1, dtype=x.dtype).expand(len(x), -1, -1)
        if keep is not None:
            gates = renormalise(gates * keep)
        mixtures = bottom.expand(-1, self.num_tasks, -1)  # 1 · f(x) for each task: a sum would take a third of a step
        towers, predictions = self.towers(mixtures)  # y_k = h_k(f(x))        (B, T)
        return Forward(features, bottom, gates, mixtures, towers, predictions)


class OMoE(Structure):
    """y_k = h_k(Σ_i g(x)_i f_i(x)): every task gets the same mixture. 14,018 parameters by default."""

    gated = True

    def __init__(
        self,
        input_dim: int = 100,
        num_experts: int = 8,
        expert_units: int = 16,
        tower_units: int = 8,
        num_tasks: int = 2,
        shared_units: int = 0,
        tower_slope: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(input_dim, num_tasks, shared_units)
        self.experts = Parallel(num_experts, self.width, expert_units)  # f_i
        self.towers = Towers(num_tasks, expert_units, tower_units, tower_slope)  # h_k
        self.gates = Parallel(1, self.width, num_experts, bias=False)  # W_g: linear, no bias, one for all tasks
        glorot(self, generator)

    @classmethod
    def of(cls, config: MultitaskConfig) -> Self:
        shape = config.input_dim, config.num_experts, config.expert_units, config.tower_units
        return cls(*shape, config.num_tasks, config.shared_units, config.tower_slope)

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Forward:
        features = self.features(x)
        experts = self.experts(features).relu()  # f_i(x)                     (B, E, U)
        gates = self.gates(features).softmax(-1).expand(-1, self.num_tasks, -1)  # g(x) = softmax(W_g x)  (B, T, E)
        if keep is not None:
            gates = renormalise(gates * keep)
        mixtures = gates @ experts  # Σ_i g(x)_i f_i(x)                       (B, T, U)
        towers, predictions = self.towers(mixtures)  # y_k = h_k(…)           (B, T)
        return Forward(features, experts, gates, mixtures, towers, predictions)


class MMoE(Structure):
    """y_k = h_k(Σ_i g^k(x)_i f_i(x)): each task takes the experts that serve it. 14,818 parameters by default."""

    gated = True
    gate_per_task = True

    def __init__(
        self,
        input_dim: int = 100,
        num_experts: int = 8,
        expert_units: int = 16,
        tower_units: int = 8,
        num_tasks: int = 2,
        shared_units: int = 0,
        tower_slope: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(input_dim, num_tasks, shared_units)
        self.experts = Parallel(num_experts, self.width, expert_units)  # f_i
        self.towers = Towers(num_tasks, expert_units, tower_units, tower_slope)  # h_k
        self.gates = Parallel(
            num_tasks, self.width, num_experts, bias=False
        )  # W_gk: linear, no bias, one for each task
        glorot(self, generator)

    @classmethod
    def of(cls, config: MultitaskConfig) -> Self:
        shape = config.input_dim, config.num_experts, config.expert_units, config.tower_units
        return cls(*shape, config.num_tasks, config.shared_units, config.tower_slope)

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Forward:
        features = self.features(x)
        experts = self.experts(features).relu()  # f_i(x)                     (B, E, U)
        gates = self.gates(features).softmax(-1)  # g^k(x) = softmax(W_gk x)  (B, T, E)
        if keep is not None:
            gates = renormalise(gates * keep)
        mixtures = gates @ experts  # Σ_i g^k(x)_i f_i(x)                     (B, T, U)
        towers, predictions = self.towers(mixtures)  # y_k = h_k(…)           (B, T)
        return Forward(features, experts, gates, mixtures, towers, predictions)


RUNGS: Ladder[type[Structure]] = {
    "single_task": SingleTask,
    "shared_bottom": SharedBottom,
    "omoe": OMoE,
    "mmoe": MMoE,
    "ple": PLE,
}
"""By id, lowest first."""
MIXTURES = tuple(name for name, rung in RUNGS.items() if rung.gated)


def build(config: MultitaskConfig, structure: str) -> Structure:
    """The structure in the config's shape; `initialise` makes it that of a seed."""
    return RUNGS[structure].of(config)


@torch.no_grad()
def initialise(model: Structure, config: MultitaskConfig, structure: str, seed: int) -> Structure:
    """Glorot-uniform weights and zero biases, drawn for a seed, in place.

    "constant" gives all units of all experts the same weights: nothing tells the experts apart but the
    gate and the towers, which is measured to break the tie within some 50 steps.
    """
    glorot(model, generator(seed, "initialisation", structure))
    if config.initialisation == "constant":
        fan_out, fan_in = model.experts.weight.shape[-2:]
        model.experts.weight.fill_((6.0 / (fan_in + fan_out)) ** 0.5 / 4)
    return model


def multiply_adds(model: Structure) -> int:
    """Multiplications of one row's forward pass: every weight once, and the mixing of experts."""
    weights = sum(p.numel() for name, p in model.named_parameters() if name.endswith("weight"))
    return weights + model.mixed() * model.experts.weight.shape[1]
