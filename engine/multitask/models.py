"""Single-Task, Shared-Bottom, OMoE and MMoE (Ma et al., KDD 2018, §4).

One rung fixes what the one below lacks:

    Single-Task     y_k = h_k(f_k(x))                        a network for each task
    Shared-Bottom   y_k = h_k(f(x))                          one bottom for all tasks
    OMoE            y_k = h_k(Σ_i g(x)_i f_i(x))             n experts, one gate
    MMoE            y_k = h_k(Σ_i g^k(x)_i f_i(x))           n experts, a gate for each task

    B batch · D input · E experts · U units of an expert · T tasks · H units of a tower
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.multitask.config import MultitaskConfig
from engine.runs.ladder import Ladder
from engine.runs.seeds import generator


class Forward(NamedTuple):
    """Everything one forward pass computes, named as in the paper.

    features      (B, D')    what experts and gates see: x, or the shared layer's output
    experts       (B, E, U)  f_i(x); Shared-Bottom has one, Single-Task one for each task
    gates         (B, T, E)  g^k(x)_i, non-negative, summing to 1 over E
    mixtures      (B, T, U)  Σ_i g^k(x)_i f_i(x), what the tower of task k sees
    towers        (B, T, H)  the hidden layer of h_k
    predictions   (B, T)     y_k; the logit where the task is binary
    """

    features: Tensor
    experts: Tensor
    gates: Tensor
    mixtures: Tensor
    towers: Tensor
    predictions: Tensor


class Parallel(nn.Module):
    """`n` linear layers side by side, one parameter for all of them.

    weight (n, out, in), bias (n, out). All see the same input, or each its own (`forward_each`).
    """

    def __init__(
        self, n: int, inputs: int, outputs: int, *, bias: bool = True, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n, outputs, inputs))
        self.bias = nn.Parameter(torch.empty(n, outputs)) if bias else None
        glorot(self, generator)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, in) → (B, n, out): every layer sees the same x."""
        n, outputs, _ = self.weight.shape
        bias = None if self.bias is None else self.bias.flatten()
        return functional.linear(x, self.weight.flatten(0, 1), bias).unflatten(-1, (n, outputs))

    def forward_each(self, x: Tensor) -> Tensor:
        """x (B, n, in) → (B, n, out): layer i sees x[:, i]."""
        y = torch.einsum("bni,noi->bno", x, self.weight)
        return y if self.bias is None else y + self.bias


@torch.no_grad()
def glorot(module: nn.Module, source: torch.Generator | None = None) -> None:
    """Draw all parameters anew, in place: weights uniform in ±√(6 / (inputs + outputs)), biases 0 (Glorot & Bengio 2010).

    Without `source` from torch's own generator, as torch's modules do when they are built.
    """
    for name, parameter in module.named_parameters():
        if name.endswith("bias"):
            parameter.zero_()
            continue
        fan_out, fan_in = parameter.shape[-2:]
        bound = (6.0 / (fan_in + fan_out)) ** 0.5
        parameter.uniform_(-bound, bound, generator=source)


class Towers(nn.Module):
    """h_k: one hidden ReLU layer and one output for each of `T` tasks."""

    def __init__(self, num_tasks: int, inputs: int, units: int) -> None:
        super().__init__()
        self.hidden = Parallel(num_tasks, inputs, units)
        self.output = Parallel(num_tasks, units, 1)

    def forward(self, mixtures: Tensor) -> tuple[Tensor, Tensor]:
        """mixtures (B, T, U) → hidden (B, T, H), predictions (B, T)."""
        hidden = self.hidden.forward_each(mixtures).relu()  # (B, T, H)
        return hidden, self.output.forward_each(hidden).squeeze(-1)  # (B, T)


class Structure(nn.Module):
    """What the rungs share: an optional layer beneath, experts, and a tower for each task.

    Initialised when built (`glorot`), and the same again where the same `generator` is given.
    """

    gated: ClassVar[bool] = False
    """Whether experts are mixed by gates that learn."""

    def __init__(
        self, input_dim: int, num_experts: int, expert_units: int, tower_units: int, num_tasks: int, shared_units: int
    ) -> None:
        super().__init__()
        self.num_tasks = num_tasks
        self.shared = nn.Linear(input_dim, shared_units) if shared_units else None
        self.experts = Parallel(num_experts, shared_units or input_dim, expert_units)
        self.towers = Towers(num_tasks, expert_units, tower_units)

    @classmethod
    def of(cls, config: MultitaskConfig) -> Self:
        """This structure in the config's shape."""
        raise NotImplementedError

    def gate_weights(self, features: Tensor) -> Tensor:
        """features (B, D') → (B, T, E), summing to 1 over E."""
        raise NotImplementedError

    def mix(self, gates: Tensor, experts: Tensor) -> Tensor:
        """Σ_i g^k(x)_i f_i(x): gates (B, T, E), experts (B, E, U) → (B, T, U)."""
        return gates @ experts

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Forward:
        """x (B, D) → Forward. `keep` (B, T, E) of 0 and 1 drops gate weights (gate dropout)."""
        features = x if self.shared is None else self.shared(x).relu()
        experts = self.experts(features).relu()  # f_i(x)               (B, E, U)
        gates = self.gate_weights(features)  # g^k(x)                   (B, T, E)
        if keep is not None:
            gates = renormalise(gates * keep)
        mixtures = self.mix(gates, experts)  #                          (B, T, U)
        towers, predictions = self.towers(mixtures)  # y_k = h_k(…)     (B, T)
        return Forward(features, experts, gates, mixtures, towers, predictions)


class Bottoms(Structure):
    """Wide layers in the experts' place and nothing to mix: a bottom for each task, or one for all."""

    one_for_all: ClassVar[bool]

    def __init__(
        self,
        input_dim: int = 100,
        bottom_units: int = 113,
        tower_units: int = 8,
        num_tasks: int = 2,
        shared_units: int = 0,
        generator: torch.Generator | None = None,
    ) -> None:
        bottoms = 1 if self.one_for_all else num_tasks
        super().__init__(input_dim, bottoms, bottom_units, tower_units, num_tasks, shared_units)
        glorot(self, generator)

    @classmethod
    def of(cls, config: MultitaskConfig) -> Self:
        return cls(config.input_dim, config.bottom_units, config.tower_units, config.num_tasks, config.shared_units)

    def gate_weights(self, features: Tensor) -> Tensor:
        own = torch.ones(self.num_tasks, 1) if self.one_for_all else torch.eye(self.num_tasks)
        return own.to(features.dtype).expand(features.shape[0], -1, -1)  # task k takes bottom k alone

    def mix(self, gates: Tensor, experts: Tensor) -> Tensor:
        return experts.expand(-1, self.num_tasks, -1)  # 1 · f(x) and no sum, which took a third of the step's time


class SingleTask(Bottoms):
    """y_k = h_k(f_k(x)): a whole network for each task, nothing is shared, nothing can conflict."""

    one_for_all = False


class SharedBottom(Bottoms):
    """y_k = h_k(f(x)): one bottom, which every task must agree on. 13,255 parameters by default."""

    one_for_all = True


class Mixture(Structure):
    """Experts and gates g(x) = softmax(W x), linear, no bias: a gate for each task, or one for all."""

    gated = True
    one_for_all: ClassVar[bool]

    def __init__(
        self,
        input_dim: int = 100,
        num_experts: int = 8,
        expert_units: int = 16,
        tower_units: int = 8,
        num_tasks: int = 2,
        shared_units: int = 0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(input_dim, num_experts, expert_units, tower_units, num_tasks, shared_units)
        gates = 1 if self.one_for_all else num_tasks
        self.gates = Parallel(gates, shared_units or input_dim, num_experts, bias=False)
        glorot(self, generator)

    @classmethod
    def of(cls, config: MultitaskConfig) -> Self:
        shape = config.input_dim, config.num_experts, config.expert_units, config.tower_units
        return cls(*shape, config.num_tasks, config.shared_units)

    def gate_weights(self, features: Tensor) -> Tensor:
        return self.gates(features).softmax(-1).expand(-1, self.num_tasks, -1)  # (B, T, E)


class OMoE(Mixture):
    """y_k = h_k(Σ_i g(x)_i f_i(x)): every task gets the same mixture. 14,018 parameters by default."""

    one_for_all = True


class MMoE(Mixture):
    """y_k = h_k(Σ_i g^k(x)_i f_i(x)): each task takes the experts that serve it. 14,818 parameters by default."""

    one_for_all = False


def renormalise(gates: Tensor) -> Tensor:
    """Weights that sum to 1 again over E after some were dropped; all dropped leaves all zero."""
    return gates / gates.sum(-1, keepdim=True).clamp_min(1e-9)


RUNGS: Ladder[type[Structure]] = {
    "single_task": SingleTask,
    "shared_bottom": SharedBottom,
    "omoe": OMoE,
    "mmoe": MMoE,
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


def parameter_count(model: nn.Module) -> int:
    """All trainable numbers, gates and biases included."""
    return sum(parameter.numel() for parameter in model.parameters())


def multiply_adds(model: Structure) -> int:
    """Multiplications of one row's forward pass: every weight once, and the mixing of experts."""
    weights = sum(p.numel() for name, p in model.named_parameters() if name.endswith("weight"))
    gated = getattr(model, "gates", None) is not None
    experts, units, _ = model.experts.weight.shape
    return weights + (model.num_tasks * experts * units if gated else 0)
