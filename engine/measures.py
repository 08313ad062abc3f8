"""Measures that several playgrounds take: of a model, and of its scores."""

from __future__ import annotations

import numpy as np
from torch import nn

from engine.runs.frame import Array


def auc(scores: Array, positive: Array) -> float:
    """The share of pairs of a positive and a negative that scores (N,) put in the right order; a tie counts half.

    `positive` (N,) is boolean. nan without both kinds, or where a score is not a number.
    """
    if not 0 < int(positive.sum()) < len(positive) or not np.isfinite(scores).all():
        return float("nan")
    from sklearn.metrics import roc_auc_score  # here: it takes half a second, which a server's start would wait for

    return float(roc_auc_score(positive, scores))


def parameter_count(model: nn.Module) -> int:
    """All trainable numbers of a model, gates and biases included."""
    return sum(parameter.numel() for parameter in model.parameters())
