"""Adam for tables of which a step touches few rows: what torch's SparseAdam computes, with less walking through memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from scipy.sparse import csc_array
from torch import Tensor

from engine.runs.frame import Array

AT_ONCE = 2_048
"""Rows that are moved together: with their moments they stay in the fastest memory until they are written."""


class RowAdam(torch.optim.Optimizer):
    """Tables (V, D) with sparse gradients: Adam of the rows that occur in a step (Kingma & Ba 2015), the others stand still.

    torch.optim.SparseAdam sorts the rows of a gradient and finds them again in each of seven passes over three tables as
    large as the parameter; at 1,000,000 rows each of them waits for memory. Here a step marks its rows in a list of the
    whole table instead of sorting, both moments of a row stand side by side, (V, 2D), and every row is read once and
    written once, as one block.
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
            moments = np.zeros((len(table), 2 * table.shape[1]), np.float32)
            state |= {"step": 0, "moments": moments, "place": np.empty(len(table), np.int32)}
        state["step"] += 1
        size = lr * (1 - second ** state["step"]) ** 0.5 / (1 - first ** state["step"])
        rows, summed = _summed(table.grad, state["place"])  # type: ignore[arg-type]
        weights, moments = _blocks(table.detach().numpy()), _blocks(state["moments"])
        for begin in range(0, len(rows), AT_ONCE):
            some, g = rows[begin : begin + AT_ONCE], torch.from_numpy(summed[begin : begin + AT_ONCE])
            both, w = (torch.from_numpy(_numbers(blocks[some])) for blocks in (moments, weights))
            m, v = both.chunk(2, 1)  # (n, D) each
            m.lerp_(g, 1 - first)  # m = β₁m + (1 - β₁)g
            v.mul_(second).addcmul_(g, g, value=1 - second)  # v = β₂v + (1 - β₂)g²
            w.addcdiv_(m, v.sqrt().add_(eps), value=-size)
            moments[some], weights[some] = _blocks(both.numpy()), _blocks(w.numpy())


def _summed(gradient: Tensor, place: Array) -> tuple[Array, Array]:
    """(n,) the rows that occur, in no order, and (n, D) what each was given in all. `place` (V,) is written over."""
    ids, given = gradient._indices()[0].numpy(), gradient._values().numpy()
    number = np.arange(len(ids) + 1, dtype=np.int32)
    place[ids] = number[:-1]
    rows = ids[place[ids] == number[:-1]]  # where it occurred last
    place[rows] = number[: len(rows)]
    occurs = csc_array((np.ones(len(ids), np.float32), place[ids], number), shape=(len(rows), len(ids)))
    return rows, occurs @ given


def _blocks(table: Array) -> Array:
    """(V, D) float32 as (V,) blocks of bytes: numpy copies a block at once, and the numbers of a row one by one."""
    return table.view(f"V{table.itemsize * table.shape[1]}")[:, 0]


def _numbers(blocks: Array) -> Array:
    """The numbers again."""
    return blocks.view(np.float32).reshape(len(blocks), -1)
