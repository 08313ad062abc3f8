"""The RNN: one network copied along the sequence, each copy handing a message to the next (Elman 1990)."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

from engine.cells.fused_rnn import fused_rnn
from engine.cells.steps import Clamps, Nudges, RNNSteps, Steps, rnn_steps


class Cell(nn.Module):
    """What the cells share: parameters named and laid out as in `torch.nn.RNN`, `torch.nn.GRU` and `torch.nn.LSTM`.

    blocks  of H rows in every weight: 1 for the RNN, 3 for the GRU, 4 for the LSTM

    Initialised when built (`reset_parameters`), and the same again where the same `generator` is given.
    """

    sums: ClassVar[tuple[str, ...]] = ("h",)
    """The numbers of a step that have a sum behind them, in the order in which they are computed."""
    gates: ClassVar[tuple[str, ...]] = ()
    """Those of them between 0 and 1 that let something through."""
    peeping: ClassVar[tuple[str, ...]] = ()
    """Gates that see the cell state, in the order of the peepholes' rows."""
    states: ClassVar[tuple[str, ...]] = ("h",)
    """What one step hands to the next; the last of them is the one that remembers."""
    writes: ClassVar[tuple[str, ...]] = ("h",)
    """What must be 0 at every step for a unit to write nothing and keep nothing: to be as good as gone."""

    def __init__(
        self, input_size: int, hidden_size: int, blocks: int, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.zeros(blocks * hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.zeros(blocks * hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.zeros(blocks * hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.zeros(blocks * hidden_size))
        self.reset_parameters(generator)

    @classmethod
    def of(cls, input_size: int, hidden_size: int, forget_bias: float | None) -> Self:
        """A cell of this kind by a reader's settings; one without a forget gate has no use for its bias."""
        raise NotImplementedError

    @torch.no_grad()
    def reset_parameters(self, source: torch.Generator | None = None) -> None:
        """Uniform in ±1/√H, torch's default."""
        bound = self.hidden_size**-0.5
        for parameter in self.parameters():
            parameter.uniform_(-bound, bound, generator=source)

    @property
    def bias(self) -> Tensor:
        """b (blocks · H): the two biases of torch's layout add up."""
        return self.bias_ih_l0 + self.bias_hh_l0

    def start(self, x: Tensor) -> Tensor:
        """Zeros (B, H) for x (L, B, D)."""
        return x.new_zeros(x.shape[1], self.hidden_size)

    def forward(self, x: Tensor, hx: Any = None, lengths: Tensor | None = None) -> tuple[Tensor, Any]:
        """x (L, B, D) → output (L, B, H), and the state after each sequence's true length (B,)."""
        raise NotImplementedError

    def steps(self, x: Tensor, clamps: Clamps | None = None, nudges: Nudges | None = None) -> Steps:
        """Every step in the plain form, from a state of zeros, with gates forced or states nudged: x (L, B, D)."""
        raise NotImplementedError

    def written(self, steps: Any, x: Tensor) -> Tensor:
        """What each step of one sequence adds to the state that remembers (L, H): x (L, D) what the cell read."""
        raise NotImplementedError

    def jacobians(self, steps: Any) -> Tensor:
        """∂ state(t) / ∂ state(t-1) of the state that remembers, of one sequence (L, H, H), along the direct path."""
        raise NotImplementedError


class RNN(Cell):
    """h(t) = tanh(W x(t) + R h(t-1) + b), with [h(t-1), x(t)] concatenated the same product."""

    def __init__(self, input_size: int, hidden_size: int, generator: torch.Generator | None = None) -> None:
        super().__init__(input_size, hidden_size, 1, generator)

    @classmethod
    def of(cls, input_size: int, hidden_size: int, forget_bias: float | None) -> Self:
        return cls(input_size, hidden_size)

    def forward(self, x: Tensor, hx: Tensor | None = None, lengths: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (L, B, D) → output (L, B, H) and h (1, B, H), taken at each sequence's true length (B,)."""
        h0 = self.start(x) if hx is None else hx[0]
        a = x @ self.weight_ih_l0.T + self.bias  # W x + b of all steps at once
        output = fused_rnn(a, self.weight_hh_l0, h0)
        return output, at_length(output, lengths)

    def steps(self, x: Tensor, clamps: Clamps | None = None, nudges: Nudges | None = None) -> RNNSteps:
        """Every step in the plain form, from a state of zeros: x (L, B, D), outputs forced or nudged (L, B, H)."""
        return rnn_steps(x, self.start(x), self.weight_ih_l0, self.weight_hh_l0, self.bias, clamps, nudges)

    def written(self, steps: RNNSteps, x: Tensor) -> Tensor:
        """(1 - h²) ⊙ W x of one sequence (L, H): x (L, D)."""
        return (1 - steps.h[:, 0] ** 2) * (x @ self.weight_ih_l0.T)

    def jacobians(self, steps: RNNSteps) -> Tensor:
        """diag(1 - h(t)²) R of one sequence (L, H, H)."""
        return (1 - steps.h[:, 0] ** 2)[:, :, None] * self.weight_hh_l0


def at_length(states: Tensor, lengths: Tensor | None) -> Tensor:
    """The last true step of each sequence: states (L, B, H), lengths (B,) ≥ 1 → (1, B, H)."""
    if lengths is None:
        return states[-1:]
    last = (lengths - 1).view(1, -1, 1).expand(1, -1, states.shape[-1])
    return states.gather(0, last)
