"""Weighted logistic regression with an intercept alone: what its odds are (Covington et al. 2016, §4.2).

N impressions, k of them clicked and watched for T_i
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.runs.frame import Array

IMPRESSIONS = 100_000


@dataclass(frozen=True, slots=True)
class Fit:
    """learnt   e^b of the intercept that minimises -Σ T_i log σ(b) - Σ log(1 - σ(b))
    ratio      Σ T_i / (N - k)
    expected   E[T] = Σ T_i / N, watch time of an impression
    paper      E[T] (1 + P), the approximation of the paper
    exact      E[T] / (1 - P), the same as the ratio
    """

    rate: float
    learnt: float
    ratio: float
    expected: float
    paper: float
    exact: float


def fit(rate: float, minutes: Array, seed: int = 0) -> Fit:
    """Fit weighted logistic regression by Newton's method to `IMPRESSIONS` with a click rate, their watch times drawn from
    `minutes` (N,)."""
    rng = np.random.default_rng(seed)
    clicked = round(IMPRESSIONS * rate)
    watched = float(rng.choice(minutes, clicked).sum())
    others = IMPRESSIONS - clicked
    b = 0.0
    for _ in range(50):
        share = 1.0 / (1.0 + np.exp(-b))
        slope = others * share - watched * (1.0 - share)
        b -= float(np.clip(slope / ((others + watched) * share * (1.0 - share)), -1.0, 1.0))
    share, expected = clicked / IMPRESSIONS, watched / IMPRESSIONS
    return Fit(
        rate, float(np.exp(b)), watched / others, expected, expected * (1.0 + share), expected / (1.0 - share)
    )  # fmt: skip
