"""Stack: many models of one shape trained as one.

`torch.func.stack_module_state` + `vmap` over the same textbook module: a loop over models would
spend its time in dispatch (measured in `make bench`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap


class Stack:
    """`S` models with a leading axis on every parameter.

    parameters  name → (S, …), leaves that an optimiser can update; Adam works elementwise, so one
                Adam over the stack equals S Adams
    """

    def __init__(self, models: Sequence[nn.Module]) -> None:
        self.parameters, _ = stack_module_state(list(models))
        self._module = models[0]
        self._forward = vmap(self._one)

    def _one(self, parameters: dict[str, Tensor], *inputs: Tensor) -> Any:
        return functional_call(self._module, parameters, inputs)

    def __call__(self, *inputs: Tensor) -> Any:
        """Each model on its own slice of the inputs, which all start with (S, …)."""
        return self._forward(self.parameters, *inputs)

    def state(self, index: int) -> dict[str, Tensor]:
        """One model's parameters, copied, each in its own shape (…), without the leading S."""
        return {name: tensor[index].detach().clone() for name, tensor in self.parameters.items()}

    def optimiser(self, learning_rate: float) -> torch.optim.Adam:
        """Adam over all of them; fused on the CPU too, which halves the time of its step."""
        return torch.optim.Adam(list(self.parameters.values()), lr=learning_rate, fused=True)
