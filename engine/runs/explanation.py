"""Explanation: the sum behind one traced number."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

RELATIVE, ABSOLUTE = 1e-5, 1e-6
"""How far a float32 trace may lie from the float64 sum; 100 terms were measured to differ by 2.5e-6."""

ACTIVATIONS: Mapping[str, Callable[[float], float]] = {
    "relu": lambda total: max(total, 0.0),
    "identity": lambda total: total,
    "sigmoid": lambda total: (1 + math.tanh(total / 2)) / 2,  # without overflow
    "tanh": math.tanh,
}
"""What may become of a sum, besides a softmax with its competitors."""


@dataclass(frozen=True, slots=True)
class Term:
    """weight · value, with the symbols of both. `alone` of its kind, it is listed however small it is."""

    symbol: str
    weight: float
    value: float
    alone: bool = False

    @property
    def product(self) -> float:
        return self.weight * self.value


@dataclass(frozen=True, slots=True)
class Explanation:
    """result = activation(Σ terms + bias), in float64 from the frame's parameters.

    symbol      what is explained, such as "f_3(x)_7"
    terms       every term of the sum
    bias        None where the layer has none
    activation  "softmax", one of ACTIVATIONS, or "leaky_relu": below 0 the sum times `slope`
    traced      the value in the float32 trace, which must agree
    others      all sums that compete in a softmax, this one among them
    factors     what weight and value are called
    """

    symbol: str
    terms: tuple[Term, ...]
    bias: float | None
    activation: str
    traced: float
    others: tuple[float, ...] = ()
    factors: tuple[str, str] = ("w", "x")
    slope: float = 0.0

    @property
    def total(self) -> float:
        """Σ terms + bias, before the activation."""
        return sum(term.product for term in self.terms) + (self.bias or 0.0)

    @property
    def result(self) -> float:
        """What becomes of the sum: the value, recomputed from the terms that are shown."""
        if self.activation == "softmax":
            return math.exp(self.total - max(self.others)) / sum(math.exp(z - max(self.others)) for z in self.others)
        if self.activation == "leaky_relu":
            return max(self.total, self.slope * self.total)
        return ACTIVATIONS[self.activation](self.total)

    @property
    def agrees(self) -> bool:
        """Whether trace and sum are the same number within float32."""
        return abs(self.result - self.traced) <= RELATIVE * abs(self.result) + ABSOLUTE

    def largest(self, count: int = 8) -> tuple[Term, ...]:
        """The terms of largest magnitude, and those alone of their kind, largest first."""
        kept = sorted(self.terms, key=lambda term: (not term.alone, -abs(term.product)))[:count]
        return tuple(sorted(kept, key=lambda term: -abs(term.product)))

    def rest(self, count: int = 8) -> tuple[int, float]:
        """How many terms `largest(count)` leaves out, and their sum."""
        shown = self.largest(count)
        return len(self.terms) - len(shown), self.total - (self.bias or 0.0) - sum(t.product for t in shown)
