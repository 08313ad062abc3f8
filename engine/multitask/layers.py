"""Layers that the structures are made of: linear layers side by side, and a tower for each task.

B batch · T tasks · U units of an expert · H units of a tower
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


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
    """h_k: one hidden ReLU layer and one output for each of `T` tasks.

    A ReLU unit that is below 0 for every row gets no gradient and never comes back; of a tower's few units Adam's first steps
    can leave three. With a `slope` above 0 they are leaky (Maas et al. 2013): below 0 they answer slope · z, and learn on.
    """

    def __init__(self, num_tasks: int, inputs: int, units: int, slope: float = 0.0) -> None:
        super().__init__()
        self.slope = slope
        self.hidden = Parallel(num_tasks, inputs, units)
        self.output = Parallel(num_tasks, units, 1)

    def forward(self, mixtures: Tensor) -> tuple[Tensor, Tensor]:
        """mixtures (B, T, U) → hidden (B, T, H), predictions (B, T)."""
        hidden = self.hidden.forward_each(mixtures)  # (B, T, H)
        hidden = functional.leaky_relu(hidden, self.slope) if self.slope else hidden.relu()
        return hidden, self.output.forward_each(hidden).squeeze(-1)  # (B, T)


def renormalise(gates: Tensor) -> Tensor:
    """Weights (B, T, E) that sum to 1 again over E after some were dropped; where all were dropped all are zero."""
    return gates / gates.sum(-1, keepdim=True).clamp_min(1e-9)
