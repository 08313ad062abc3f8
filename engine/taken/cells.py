"""A recurrent cell as the one operator that ONNX has for it: a sequence of any length, where a loop would have one length."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from engine.cells import Cell
from engine.cells.rnn import at_length

FLOAT = 1
"""ONNX's number for float32."""


class Operator(NamedTuple):
    """ONNX's name, the place in torch's layout of each of its blocks, and further attributes."""

    name: str
    blocks: tuple[int, ...]
    attributes: dict[str, int]


OPERATORS = {
    1: Operator("RNN", (0,), {}),
    3: Operator("GRU", (1, 0, 2), {"linear_before_reset": 1}),  # z, r, n of torch's r, z, n
    4: Operator("LSTM", (0, 3, 1, 2), {}),  # i, o, f, g of torch's i, f, g, o
}
"""By how many blocks of H rows the cell's weights have, which are laid out as torch's. A peephole's rows, i, f, o here, are
i, o, f there."""


class OperatorCell(nn.Module):
    """A trained cell's parameters in ONNX's order. It only writes the operator down: what it returns here is no answer."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.w: Tensor
        self.r: Tensor
        self.b: Tensor
        self.p: Tensor | None
        hidden = cell.hidden_size
        self.input_size, self.hidden_size, self._states = cell.input_size, hidden, cell.states
        self._operator = OPERATORS[len(cell.weight_ih_l0) // hidden]

        def ordered(parameter: Tensor) -> Tensor:
            blocks = parameter.detach().split(hidden)
            return torch.cat([blocks[n] for n in self._operator.blocks])

        peepholes: Tensor | None = getattr(cell, "peepholes", None)
        both = torch.cat((ordered(cell.bias_ih_l0), ordered(cell.bias_hh_l0)))
        self.register_buffer("w", ordered(cell.weight_ih_l0)[None])  # (1, blocks · H, D)
        self.register_buffer("r", ordered(cell.weight_hh_l0)[None])  # (1, blocks · H, H)
        self.register_buffer("b", both[None])  # (1, 2 · blocks · H)
        self.register_buffer("p", None if peepholes is None else peepholes.detach()[[0, 2, 1]].flatten()[None])

    def forward(self, x: Tensor, hx: None = None, lengths: Tensor | None = None) -> tuple[Tensor, Any]:
        """x (L, B, D) → output (L, B, H), and the output after each sequence's true length (B,) with what else is handed
        on, which nobody asks for."""
        length, batch, hidden = x.shape[0], x.shape[1], self.hidden_size
        inputs: list[Tensor | None] = [x, self.w, self.r, self.b]
        if self.p is not None:
            inputs += [None, None, None, self.p]  # lengths and the state at the start: all steps, from zeros
        states = [(1, batch, hidden)] * len(self._states)
        found = torch.onnx.ops.symbolic_multi_out(
            self._operator.name, inputs, {"hidden_size": hidden, **self._operator.attributes},
            dtypes=[FLOAT] * (1 + len(states)), shapes=[(length, 1, batch, hidden), *states],
        )  # fmt: skip
        output: Tensor = found[0].squeeze(1)
        last = at_length(output, lengths)
        return output, last if len(states) == 1 else (last, *found[2:])
