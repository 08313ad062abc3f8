"""Pages drawn at random, what scores higher more often and further up, and how probable each draw was.

The first place goes to candidate c with probability e^(s_c / τ) / Σ e^(s / τ); each next one is drawn so among the rest
(Luce 1959; Plackett 1975). A temperature τ of 0 is the best first, always.

B pages · C candidates · K places
"""

from __future__ import annotations

import numpy as np

from engine.runs.frame import Array


def draw(scores: Array, temperature: float, places: int, rng: np.random.Generator) -> Array:
    """(B, K) places in `scores` (B, C) of what is shown, first place first; a score of -inf is never drawn before others.

    Adding Gumbel noise and sorting draws from it exactly (Yellott 1977).
    """
    noisy = scores / temperature + rng.gumbel(size=scores.shape) if temperature else scores
    return np.argsort(-noisy, axis=1, kind="stable")[:, :places]


def log_probabilities(scores: Array, temperature: float, pages: Array) -> Array:
    """(B, K) logarithm of the probability of what stands in each place of `pages` (B, K), given what stands before it."""
    left = np.array(scores, np.float64) / (temperature or 1.0)
    rows, found = np.arange(len(left)), np.empty(pages.shape)
    for place, taken in enumerate(pages.T):
        found[:, place] = _of_one(left, taken, rows, bool(temperature))
        left[rows, taken] = -np.inf
    return found


def _of_one(left: Array, taken: Array, rows: Array, drawn: bool) -> Array:
    """(B,) of the candidate that is taken, among those that are left (B, C)."""
    if not drawn:
        return np.where(left.argmax(1) == taken, 0.0, -np.inf)
    most = left.max(1)
    return left[rows, taken] - most - np.log(np.exp(left - most[:, None]).sum(1))
