"""The learning rate of one rung at one step: each may have its own, and it may fall to 0 over the run."""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.errors import UserError

DECAYS = ("cosine", "none")
"""How the rate goes on: half a cosine down to 0 at the last step, or constant."""


def rate_of(rung: str, rates: Sequence[float], ladder: Sequence[str]) -> float:
    """The rate that a rung begins with: `rates` are one for all, or one for each of the ladder."""
    return rates[ladder.index(rung) if len(rates) > 1 else 0]


def check_rates(rates: Sequence[float], ladder: Sequence[str]) -> None:
    """Raises UserError where there is neither one rate for all rungs nor one for each."""
    if len(rates) not in (1, len(ladder)):
        raise UserError("There must be one learning rate for all, or one for each of the {count}.", count=len(ladder))


def at_step(rate: float, decay: str, learnt: int, steps: int) -> float:
    """The rate of the next step after `learnt` of `steps`, which began at `rate`."""
    return rate if decay == "none" else rate * 0.5 * (1.0 + math.cos(math.pi * learnt / steps))
