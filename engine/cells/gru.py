"""The GRU (Cho et al. 2014), in the variant of cuDNN and torch: the reset gate acts on R h(t-1) + b, not on h(t-1)."""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor

from engine.cells.fused_gru import fused_gru
from engine.cells.rnn import Cell, at_length
from engine.cells.steps import Clamps, GRUSteps, Nudges, gru_steps


class GRU(Cell):
    """One state h, a mixture of its old self and a candidate: the update gate z keeps, 1 - z writes. Equations in `steps`.

    forget_bias  bias of the update gate at the start, which keeps here what the forget gate keeps in an LSTM; None leaves
                 torch's random one
    """

    sums = ("r", "z", "m", "g", "h")
    gates = ("z", "r")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        forget_bias: float | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        self.forget_bias = forget_bias
        super().__init__(input_size, hidden_size, 3, generator)

    @classmethod
    def of(cls, input_size: int, hidden_size: int, forget_bias: float | None) -> Self:
        return cls(input_size, hidden_size, forget_bias)

    @torch.no_grad()
    def reset_parameters(self, source: torch.Generator | None = None) -> None:
        """Uniform in ±1/√H; the update gate's two biases sum to `forget_bias`."""
        super().reset_parameters(source)
        if self.forget_bias is not None:
            update = slice(self.hidden_size, 2 * self.hidden_size)
            self.bias_ih_l0[update] = self.forget_bias
            self.bias_hh_l0[update] = 0.0

    def forward(self, x: Tensor, hx: Tensor | None = None, lengths: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (L, B, D) → output (L, B, H) and h (1, B, H), taken at each sequence's true length (B,)."""
        h0, inside = self.start(x) if hx is None else hx[0], 2 * self.hidden_size
        rz, b_m = self.bias_hh_l0[:inside], self.bias_hh_l0[inside:]
        b = self.bias_ih_l0 + torch.cat((rz, torch.zeros_like(b_m)))
        h, *_ = fused_gru(x.mT, self.weight_ih_l0, self.weight_hh_l0, b, b_m, h0.T)
        output = h.mT  # (L, B, H)
        return output, at_length(output, lengths)

    def steps(self, x: Tensor, clamps: Clamps | None = None, nudges: Nudges | None = None) -> GRUSteps:
        """Every step in the plain form, from a state of zeros: x (L, B, D), gates forced or states nudged (L, B, H)."""
        weights = (self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0, self.bias_hh_l0)
        return gru_steps(x, self.start(x), *weights, clamps, nudges)

    def written(self, steps: GRUSteps, x: Tensor) -> Tensor:
        """(1 - z) ⊙ g of one sequence (L, H)."""
        return ((1 - steps.z) * steps.g)[:, 0]

    def jacobians(self, steps: GRUSteps) -> Tensor:
        """diag(z(t)) of one sequence (L, H, H)."""
        return torch.diag_embed(steps.z[:, 0])
