"""What the frames say of the gates and of what experts learnt."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.runs.frame import Array

HELD_BACK = 3.0
"""So many times the usual loss is that of a task whose tower has lost most of its units."""


def entropy(gates: Tensor) -> Tensor:
    """Mean entropy of the rows' gates in nats: (…, B, T, E) → (…, T); ln E is even use."""
    return -(gates * gates.clamp_min(1e-12).log()).sum(-1).mean(-2)


def total_variation(p: Tensor, q: Tensor) -> Tensor:
    """½ Σ |p_i - q_i| over the last axis, (…, E) → (…): 0 the same, 1 disjoint."""
    return (p - q).abs().sum(-1) / 2


def gate_distance(gates: Tensor) -> Tensor:
    """Distance between the tasks' gates, row by row, mean over rows and task pairs: (…, B, T, E) → (…)."""
    first, second = task_pairs(gates.shape[-2])
    return total_variation(gates[..., first, :], gates[..., second, :]).mean((-1, -2))


def mean_gate_distance(gates: Tensor) -> Tensor:
    """How far the tasks' mean gates lie apart, averaged over rows first: (…, B, T, E) → (…)."""
    mean = gates.mean(-3)
    first, second = task_pairs(gates.shape[-2])
    return total_variation(mean[..., first, :], mean[..., second, :]).mean(-1)


def task_pairs(tasks: int) -> tuple[Tensor, Tensor]:
    """Indices of all T(T - 1)/2 pairs of tasks, the first and the second of each (P,)."""
    first, second = torch.triu_indices(tasks, tasks, offset=1)
    return first, second


def directions(weight: Tensor, basis: Tensor) -> Tensor:
    """Where units look: cosine of each unit's input weights with each basis vector.

    weight (E, U, D), basis (T, D) orthonormal → (E, U, T). A unit of length 1 in the first two is
    blind to all else.
    """
    return weight @ basis.T / weight.norm(dim=-1, keepdim=True).clamp_min(1e-12)


def pearson(labels: Tensor) -> Tensor:
    """Measured correlation of the labels: (…, B, T) → (…, T, T). A constant label correlates with none."""
    centred = labels - labels.mean(-2, keepdim=True)
    unit = centred / centred.norm(dim=-2, keepdim=True).clamp_min(1e-12)
    return unit.mT @ unit


def held_back(losses: Array, usual: Array) -> Array:
    """The runs (K,), counted from 0, in which a task is held back: losses (S, T) of them, beside the usual ones (…)."""
    return np.flatnonzero((losses > HELD_BACK * np.median(usual)).any(-1))
