"""What all structures of the ladder share: what they compute, and the parts that each has."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, Self

from torch import Tensor, nn

from engine.multitask.config import MultitaskConfig
from engine.multitask.layers import Parallel, Towers


class Forward(NamedTuple):
    """Everything one forward pass computes, named as in the paper.

    features      (B, D')    what experts and gates see: x, or the shared layer's output
    experts       (B, E, U)  f_i(x); Shared-Bottom has one, Single-Task one for each task
    gates         (B, T, E)  g^k(x)_i, non-negative, summing to 1 over E
    mixtures      (B, T, U)  Σ_i g^k(x)_i f_i(x), what the tower of task k sees
    towers        (B, T, H)  the hidden layer of h_k
    predictions   (B, T)     y_k; the logit where the task is binary

    Of the levels below, lowest first, where a structure has more than one; T + 1 of the tasks and, last, of what the shared
    experts above see:

    lower_experts   (B, E, U) each
    lower_gates     (B, T + 1, E) each; (B, T, E) where no expert is shared
    lower_mixtures  (B, T + 1, U) each; (B, T, U) where no expert is shared
    """

    features: Tensor
    experts: Tensor
    gates: Tensor
    mixtures: Tensor
    towers: Tensor
    predictions: Tensor
    lower_experts: tuple[Tensor, ...] = ()
    lower_gates: tuple[Tensor, ...] = ()
    lower_mixtures: tuple[Tensor, ...] = ()


class Structure(nn.Module):
    """What the rungs share: an optional layer beneath all, and their parts' names.

    x (B, D) → Forward; `keep` (B, T, E) of 0 and 1 drops gate weights (gate dropout, or an expert taken away).
    Initialised when built (`glorot`), and the same again where the same `generator` is given.
    """

    gated: ClassVar[bool] = False
    """Whether experts are mixed by gates that learn."""
    shares: ClassVar[bool] = True
    """Whether the tasks have anything but the input in common."""
    gate_per_task: ClassVar[bool] = False
    """Whether each task has a gate of its own."""
    own_experts: ClassVar[bool] = False
    """Whether a task has experts that no other may look at, beside shared ones."""
    experts: Parallel
    """Of the lowest level: those that see the features."""
    towers: Towers

    def __init__(self, input_dim: int, num_tasks: int, shared_units: int) -> None:
        super().__init__()
        self.num_tasks = num_tasks
        self.shared = nn.Linear(input_dim, shared_units) if shared_units else None
        self.width = shared_units or input_dim  # D'

    @classmethod
    def of(cls, config: MultitaskConfig) -> Self:
        """This structure in the config's shape."""
        raise NotImplementedError

    @classmethod
    def owners(cls, config: MultitaskConfig) -> tuple[int | None, ...]:
        """The task that each expert of a level belongs to (E,), None where all tasks share it."""
        return (None,) * config.num_experts

    def mixed(self) -> int:
        """How many times an expert's output is weighed by a gate for one row."""
        return self.num_tasks * self.experts.weight.shape[0] if self.gated else 0

    def features(self, x: Tensor) -> Tensor:
        """(B, D) → (B, D'): x itself, or what the shared layer makes of it."""
        return x if self.shared is None else self.shared(x).relu()

    def forward(self, x: Tensor, keep: Tensor | None = None) -> Forward:
        """x (B, D) → Forward; `keep` (B, T, E) of 0 and 1 takes gate weights away."""
        raise NotImplementedError
