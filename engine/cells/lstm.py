"""The LSTM with a forget gate (Gers, Schmidhuber & Cummins 2000), and with peepholes (Gers et al. 2002)."""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor, nn

from engine.cells.fused import fused_lstm
from engine.cells.rnn import Cell, at_length
from engine.cells.steps import Clamps, LSTMSteps, Nudges, lstm_steps

State = tuple[Tensor, Tensor]


class LSTM(Cell):
    """A cell state C beside h, changed only by a product and a sum; gates i, f, o decide. Equations in `steps`.

    forget_bias  bias of the forget gate at the start; None leaves torch's random one
    """

    sums = ("i", "f", "g", "o", "c", "h")
    gates = ("f", "i", "o")
    states = ("h", "c")
    writes = ("i", "f")  # nothing written, nothing kept: C = h = 0

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        forget_bias: float | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        self.forget_bias = forget_bias
        super().__init__(input_size, hidden_size, 4, generator)

    @classmethod
    def of(cls, input_size: int, hidden_size: int, forget_bias: float | None) -> Self:
        return cls(input_size, hidden_size, forget_bias)

    @torch.no_grad()
    def reset_parameters(self, source: torch.Generator | None = None) -> None:
        """Uniform in ±1/√H; the forget gate's two biases sum to `forget_bias`."""
        super().reset_parameters(source)
        if self.forget_bias is not None:
            forget = slice(self.hidden_size, 2 * self.hidden_size)
            self.bias_ih_l0[forget] = self.forget_bias
            self.bias_hh_l0[forget] = 0.0

    @property
    def peepholes(self) -> Tensor | None:
        """(3, H) in the order i, f, o; None where the gates do not see the cell."""
        return None

    def forward(self, x: Tensor, hx: State | None = None, lengths: Tensor | None = None) -> tuple[Tensor, State]:
        """x (L, B, D) → output (L, B, H) and (h, c), each (1, B, H), taken at each sequence's true length (B,)."""
        h0, c0 = self._start(x, hx)
        weights = (self.weight_ih_l0, self.weight_hh_l0, self.bias, self.peepholes)
        h, c, *_ = fused_lstm(x.mT, *weights, h0.T, c0.T)
        output, cells = h.mT, c.mT  # (L, B, H)
        return output, (at_length(output, lengths), at_length(cells, lengths))

    def steps(
        self,
        x: Tensor,
        clamps: Clamps | None = None,
        nudges: Nudges | None = None,
        output_sees_old_cell: bool = False,
    ) -> LSTMSteps:
        """Every step in the plain form, from a state of zeros: x (L, B, D), gates forced or states nudged (L, B, H)."""
        p = x.new_zeros(3, self.hidden_size) if self.peepholes is None else self.peepholes
        w, r, zero = self.weight_ih_l0, self.weight_hh_l0, self.start(x)
        return lstm_steps(x, zero, zero, w, r, self.bias, p, clamps, nudges, output_sees_old_cell)

    def written(self, steps: LSTMSteps, x: Tensor) -> Tensor:
        """i ⊙ g of one sequence (L, H)."""
        return (steps.i * steps.g)[:, 0]

    def jacobians(self, steps: LSTMSteps) -> Tensor:
        """diag(f(t)) of one sequence (L, H, H)."""
        return torch.diag_embed(steps.f[:, 0])

    def _start(self, x: Tensor, hx: State | None) -> State:
        return (self.start(x), self.start(x)) if hx is None else (hx[0][0], hx[1][0])


class PeepholeLSTM(LSTM):
    """Three more lines: i and f also see C(t-1), o sees C(t), each unit its own (p is diagonal).

    weight_peephole_l0 (3, H) in the order i, f, o; all else is named as in `torch.nn.LSTM`, whose state
    dict loads with `strict=False`.
    """

    peeping = ("i", "f", "o")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        forget_bias: float | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, forget_bias, generator)
        self.weight_peephole_l0 = nn.Parameter(torch.empty(3, hidden_size))
        self.reset_parameters(generator)  # all of them, now that the peepholes are there

    @property
    def peepholes(self) -> Tensor:
        """p (3, H) in the order i, f, o."""
        return self.weight_peephole_l0
