"""Rows of a log that stand there twice."""

from __future__ import annotations

import numpy as np

from engine.runs.frame import Array


def again_of(user: Array, item: Array, moments: Array, clicked: Array, watched: Array | None) -> Array:
    """(N,) rows whose user, item and time stand there once more: the watched one, and the longest watch, is kept."""
    longest = watched if watched is not None else np.zeros(len(user))
    order = np.lexsort((-longest, ~clicked, item, user, moments))
    same = np.ones(max(len(order) - 1, 0), bool)
    for part in (user, item, moments):
        same &= part[order][1:] == part[order][:-1]
    again = np.zeros(len(order), bool)
    again[order[1:]] = same
    return again
