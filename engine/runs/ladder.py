"""Ladder: a playground's rungs by id, lowest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")
Ladder: TypeAlias = Mapping[str, T]
"""Rungs by id, lowest first. In a table annotated with it only those rungs that a stored result names belong to what the
result rests on (`engine.runs.studies.fingerprint`): another rung beside them ages nothing."""


@dataclass(frozen=True, slots=True)
class Rung(Generic[T]):
    """One rung of a ladder, as whoever shows it speaks of it.

    title  the literature's name, the same in every language unless it is a sentence of the catalogues
    hue    its place among the six colours of the palette
    dash   lengths of its line's dashes and gaps, "6 3" say; None for a solid line
    parts  names of its numbers that have a sum behind them, from the input upwards
    model  what computes them; its class says more: whether it is gated, and so on
    """

    title: str
    hue: int
    dash: str | None
    parts: tuple[str, ...]
    model: type[T]


def titles(ladder: Mapping[str, Rung[T]]) -> dict[str, str]:
    """The titles of a ladder's rungs, by id."""
    return {name: rung.title for name, rung in ladder.items()}
