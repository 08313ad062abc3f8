"""The synthetic tasks of Ma et al. 2018, §3.2.

    w_k = c · Σ_j L_kj u_j          u_1 … u_T orthonormal in R^d, L the Cholesky factor of the
                                    T × T matrix with 1 on its diagonal and p elsewhere
    y_k = w_k·x + Σ_j sin(alpha_j w_k·x + beta_j) + ε_k,   x ~ N(0, I),  ε_k ~ N(0, noise²)

For two tasks the first line is the paper's w_1 = c·u_1, w_2 = c·(p·u_1 + √(1-p²)·u_2).
p is the cosine of the weight vectors, not the correlation of the labels: that one is measured.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from engine.multitask.config import MultitaskConfig
from engine.runs.seeds import generator


class Rows(NamedTuple):
    """x (…, B, D) and labels y (…, B, T)."""

    x: Tensor
    y: Tensor


class SyntheticTasks:
    """The tasks of one seed: `basis` (T, D) orthonormal, `weights` (T, D)."""

    def __init__(self, config: MultitaskConfig, seed: int) -> None:
        self.config = config
        gaussian = torch.randn(config.input_dim, config.num_tasks, generator=generator(seed, "basis"))
        self.basis = torch.linalg.qr(gaussian.double()).Q.T.float()  # (T, D)
        mixing = equicorrelation_factor(config.num_tasks, config.correlation)
        self.weights = config.scale * mixing @ self.basis  # (T, D)

    def rows(self, count: int, source: torch.Generator) -> Rows:
        """`count` fresh rows drawn from `source`."""
        x = torch.randn(count, self.config.input_dim, generator=source)
        noise = torch.randn(count, self.config.num_tasks, generator=source)
        return Rows(x, self.labels(x, noise))

    def labels(self, x: Tensor, noise: Tensor) -> Tensor:
        """y (…, B, T) from x (…, B, D) and standard normal noise (…, B, T)."""
        return label(x @ self.weights.T, noise, self.config)


def label(z: Tensor, noise: Tensor, config: MultitaskConfig) -> Tensor:
    """y from z = w·x, task by task (…, T); a binary task asks whether y is positive."""
    y = z + config.noise * noise
    for alpha, beta in zip(config.alpha, config.beta, strict=True):
        y = y + torch.sin(alpha * z + beta)
    binary = torch.tensor([kind == "binary" for kind in config.tasks])
    return torch.where(binary, (y > 0).to(y.dtype), y)


def equicorrelation_factor(tasks: int, p: float) -> Tensor:
    """Lower-triangular L with L Lᵀ = (1 - p) I + p 1 1ᵀ, also where that matrix is singular.

    `torch.linalg.cholesky` refuses p = 1 and p = -1/(T-1), the two ends that a viewer asks for.
    """
    factor = torch.zeros(tasks, tasks, dtype=torch.float64)
    for row in range(tasks):
        for column in range(row):
            rest = p - factor[row, :column] @ factor[column, :column]
            pivot = factor[column, column]
            factor[row, column] = rest / pivot if pivot > 1e-9 else 0.0
        factor[row, row] = math.sqrt(max(0.0, 1.0 - float(factor[row, :row] @ factor[row, :row])))
    return factor.float()


class Stream:
    """Training rows for `S` seeds at once: fresh ones, or batches of N fixed rows.

    Every seed draws from its own generator, so a seed sees the same rows alone and in a stack.
    """

    def __init__(self, config: MultitaskConfig, seeds: tuple[int, ...]) -> None:
        self.config = config
        self.seeds = seeds
        self.tasks = [SyntheticTasks(config, seed) for seed in seeds]
        self._sources = [generator(seed, "rows") for seed in seeds]
        self._weights = torch.stack([task.weights for task in self.tasks])  # (S, T, D)
        self._fixed = self._draw(config.rows) if config.rows else None

    def _draw(self, count: int) -> Rows:
        x = torch.stack([torch.randn(count, self.config.input_dim, generator=source) for source in self._sources])
        noise = torch.stack([torch.randn(count, self.config.num_tasks, generator=source) for source in self._sources])
        return Rows(x, label(x @ self._weights.mT, noise, self.config))  # (S, B, D), (S, B, T)

    def batch(self) -> Rows:
        """The next batch: x (S, B, D), y (S, B, T)."""
        if self._fixed is None:
            return self._draw(self.config.batch_size)
        picks = torch.stack(
            [torch.randint(self.config.rows, (self.config.batch_size,), generator=source) for source in self._sources]
        )  # (S, B)
        at = torch.arange(len(self._sources))[:, None]
        return Rows(self._fixed.x[at, picks], self._fixed.y[at, picks])

    def training_rows(self) -> Rows | None:
        """The N fixed rows (S, N, …); None when every batch is fresh."""
        return self._fixed

    def test_rows(self) -> Rows:
        """Held-out rows (S, test_rows, …): the same at every correlation for the same seed."""
        rows = [
            task.rows(self.config.test_rows, generator(seed, "test"))
            for task, seed in zip(self.tasks, self.seeds, strict=True)
        ]
        return Rows(torch.stack([r.x for r in rows]), torch.stack([r.y for r in rows]))
