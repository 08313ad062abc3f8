"""What a model costs whoever serves it: the numbers that it keeps, and the time of answering many rows at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

ROWS = 1_000
"""Rows that are answered at once."""
REPEATS = 5


class Served(NamedTuple):
    """parameters of one model, and one forward pass of it for `ROWS` rows, what a page would serve and nothing else."""

    parameters: int
    answer: Callable[[], object]


def milliseconds(served: Served) -> float:
    """How many milliseconds one pass takes: the fastest of `REPEATS` after one that does not count. What other work on the
    machine adds is not the model's."""
    served.answer()
    spent = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        served.answer()
        spent.append(time.perf_counter() - began)
    return 1_000 * min(spent)
