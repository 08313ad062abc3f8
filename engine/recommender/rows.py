"""Adam for tables of which a step touches few rows: torch's SparseAdam to the bit, with less walking through memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class RowAdam(torch.optim.Optimizer):
    """Tables (V, D) with sparse gradients: Adam of the rows that occur in a step (Kingma & Ba 2015), the others stand still.

    torch.optim.SparseAdam finds the same rows again in each of seven passes over three tables as large as the parameter;
    at 1,000,000 rows each of them waits for memory. Here both moments of a row stand side by side, (V, 2D), and are
    read once and written once.
    """

    def __init__(self, tables: Iterable[Tensor], lr: float, betas: tuple[float, float] = (0.9, 0.999)) -> None:
        super().__init__(tables, {"lr": lr, "betas": betas, "eps": 1e-8})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """One step of each table that has a gradient."""
        for group in self.param_groups:
            for table in group["params"]:
                if table.grad is not None:
                    self._step(table, group["lr"], group["betas"], group["eps"])

    def _step(self, table: Tensor, lr: float, betas: tuple[float, float], eps: float) -> None:
        first, second = betas
        state = self.state[table]
        if not state:
            state |= {"step": 0, "moments": torch.zeros(len(table), 2 * table.shape[1])}
        state["step"] += 1
        gradient = table.grad.coalesce()  # type: ignore[union-attr]
        rows, g = gradient.indices()[0], gradient.values()  # (n,), (n, D)
        both = state["moments"].index_select(0, rows)  # (n, 2D)
        m, v = both.chunk(2, 1)
        m += (g - m) * (1 - first)  # m = β₁m + (1 - β₁)g
        v += (g * g - v) * (1 - second)  # v = β₂v + (1 - β₂)g²
        size = lr * (1 - second ** state["step"]) ** 0.5 / (1 - first ** state["step"])
        moved = table.index_select(0, rows) + m / (v.sqrt() + eps) * -size
        at = rows.numpy()  # numpy writes whole rows, torch number by number: half the time
        state["moments"].numpy()[at] = both.numpy()
        table.detach().numpy()[at] = moved.numpy()
