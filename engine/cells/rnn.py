"""The RNN: one network copied along the sequence, each copy handing a message to the next (Elman 1990)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.cells.steps import Clamps, Nudges, RNNSteps, rnn_steps


class Cell(nn.Module):
    """What the cells share: parameters named and laid out as in `torch.nn.RNN` and `torch.nn.LSTM`.

    gates  blocks of H rows in every weight: 1 for the RNN, 4 for the LSTM

    Initialised when built (`reset_parameters`), and the same again where the same `generator` is given.
    """

    def __init__(self, input_size: int, hidden_size: int, gates: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.zeros(gates * hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.zeros(gates * hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.zeros(gates * hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.zeros(gates * hidden_size))
        self.reset_parameters(generator)

    @torch.no_grad()
    def reset_parameters(self, source: torch.Generator | None = None) -> None:
        """Uniform in ±1/√H, torch's default."""
        bound = self.hidden_size**-0.5
        for parameter in self.parameters():
            parameter.uniform_(-bound, bound, generator=source)

    @property
    def bias(self) -> Tensor:
        """The two biases of torch's layout add up."""
        return self.bias_ih_l0 + self.bias_hh_l0

    def start(self, x: Tensor) -> Tensor:
        """Zeros (B, H) for x (L, B, D)."""
        return x.new_zeros(x.shape[1], self.hidden_size)


class RNN(Cell):
    """h(t) = tanh(W x(t) + R h(t-1) + b), with [h(t-1), x(t)] concatenated the same product."""

    def __init__(self, input_size: int, hidden_size: int, generator: torch.Generator | None = None) -> None:
        super().__init__(input_size, hidden_size, 1, generator)

    def forward(self, x: Tensor, hx: Tensor | None = None, lengths: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (L, B, D) → output (L, B, H) and h (1, B, H), taken at each sequence's true length (B,)."""
        h = self.start(x) if hx is None else hx[0]
        a = x @ self.weight_ih_l0.T + self.bias  # W x + b of all steps at once
        outputs = []
        for a_t in a:
            h = torch.tanh(a_t + h @ self.weight_hh_l0.T)
            outputs.append(h)
        output = torch.stack(outputs)
        return output, at_length(output, lengths)

    def steps(self, x: Tensor, clamps: Clamps | None = None, nudges: Nudges | None = None) -> RNNSteps:
        """Every step in the plain form, from a state of zeros, with outputs forced or nudged."""
        return rnn_steps(x, self.start(x), self.weight_ih_l0, self.weight_hh_l0, self.bias, clamps, nudges)


def at_length(states: Tensor, lengths: Tensor | None) -> Tensor:
    """The last true step of each sequence: states (L, B, H), lengths (B,) ≥ 1 → (1, B, H)."""
    if lengths is None:
        return states[-1:]
    last = (lengths - 1).view(1, -1, 1).expand(1, -1, states.shape[-1])
    return states.gather(0, last)
