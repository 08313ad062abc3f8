"""Which structure should I pick, and how sure are we?

Seeds and test rows are both samples: the interval resamples the two together (Efron's bootstrap).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.runs.frame import Array


def errors(
    predictions: Array, labels: Array, binary: Sequence[bool], scale: Array, weights: Array | None = None
) -> Array:
    """1 - AUC of a binary task, RMSE in its own units of another: (S, N, T), (N, T) → (S, T).

    `weights` (N,) are how often each row counts.
    """
    counts = np.ones(len(labels)) if weights is None else weights
    return np.stack([
        np.array([
            1 - auc(seed[:, task], labels[:, task], counts) if is_binary
            else scale[task] * np.sqrt(np.average((seed[:, task] - labels[:, task]) ** 2, weights=counts))
            for seed in predictions
        ])
        for task, is_binary in enumerate(binary)
    ], axis=1)  # fmt: skip


def auc(scores: Array, labels: Array, weights: Array) -> float:
    """Area under the ROC curve with row weights; equal scores count half."""
    order = np.argsort(scores, kind="stable")
    ranked, positive = scores[order], weights[order] * labels[order]
    negative = weights[order] - positive
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    up, down = np.add.reduceat(positive, starts), np.add.reduceat(negative, starts)
    below = np.cumsum(down) - down
    total = up.sum() * down.sum()
    return float((up * (below + down / 2)).sum() / total) if total else 0.5


def resample(
    everyone: Mapping[str, Array],
    labels: Array,
    binary: Sequence[bool],
    scale: Array,
    count: int,
    source: np.random.Generator,
) -> dict[str, Array]:
    """Errors under `count` resamples of rows and seeds, each model on the same rows: name → (R, T)."""
    rows = len(labels)
    found: dict[str, list[Array]] = {name: [] for name in everyone}
    for _ in range(count):
        weights = source.multinomial(rows, np.full(rows, 1 / rows)).astype(np.float64)
        seeds = {len(p): source.integers(len(p), size=len(p)) for p in everyone.values()}
        for name, predictions in everyone.items():
            each = errors(predictions, labels, binary, scale, weights)  # (S, T)
            found[name].append(each[seeds[len(predictions)]].mean(0))
    return {name: np.stack(each) for name, each in found.items()}


@dataclass(frozen=True, slots=True)
class Difference:
    """A structure's error relative to the best one's, mean of the tasks: 0.02 is 2 % more error."""

    name: str
    mean: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval excludes no difference."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Answer:
    """best has the lowest error, mean of the tasks; rivals are the others against it.

    clear  every other structure's interval excludes 0; else there is no difference that matters to those in `tied`
    linear the plain baseline against the best: below 0 it beats them all
    """

    best: str
    rivals: tuple[Difference, ...]
    linear: Difference

    @property
    def tied(self) -> tuple[str, ...]:
        return tuple(rival.name for rival in self.rivals if not rival.clear)

    @property
    def clear(self) -> bool:
        return not self.tied


def answer(metrics: Mapping[str, Array], structures: Sequence[str]) -> Answer:
    """From the last frame of a comparison."""
    relative = {s: metrics[f"{s}.error"].mean(0) for s in structures}
    best = min(structures, key=lambda s: float((relative[s] / relative[structures[0]]).mean()))

    def against(name: str) -> Difference:
        base = metrics[f"{best}.resampled"]
        drawn = (metrics[f"{name}.resampled"] / np.maximum(base, 1e-12) - 1).mean(-1)  # (R,)
        own = np.atleast_2d(metrics[f"{name}.error"]).mean(0) / np.maximum(relative[best], 1e-12) - 1
        low, high = np.quantile(drawn, (0.025, 0.975))
        return Difference(name, float(own.mean()), float(low), float(high))

    return Answer(best, tuple(against(s) for s in structures if s != best), against("linear"))
