"""Claim: a sentence about a ladder that stored results can confirm or refute, seed by seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from engine.runs.config import Config
from engine.runs.frame import Array
from engine.runs.studies.stored import Results
from engine.runs.studies.verdict import ENOUGH_COSTLY_SEEDS, Verdict, judge

C = TypeVar("C", bound=Config)
S = TypeVar("S", bound="Stored[Any]")


class Stored(Generic[C]):
    """Results of trained cells, looked up by config. A playground's own kind looks them up by setting, over its seeds."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def metric_of(self, cell: C, name: str) -> Array:
        """One metric of one cell, in its stored shape and float64. KeyError where the cell or the metric is missing."""
        return np.asarray(self._results[cell][name], np.float64)


@dataclass(frozen=True, slots=True)
class Claim(Generic[C, S]):
    """id, the cells whose results it needs, and its differences (S,), one for each seed, negative where it is right.

    score   (S,) what is held against a threshold, where one is
    enough  seeds from which on its verdict is more than a preview
    """

    id: str
    needs: tuple[C, ...]
    differences: Callable[[S], Array]
    score: Callable[[S], Array] | None = None
    enough: int = ENOUGH_COSTLY_SEEDS

    def verdict(self, stored: S) -> Verdict:
        """How it is judged by these results. KeyError where one that it needs is missing."""
        return judge(self.differences(stored), enough=self.enough)


def needed(claims: Iterable[Claim[C, S]], others: Iterable[C] = ()) -> tuple[C, ...]:
    """Every cell that the claims need, and others that their charts show, each once."""
    return tuple(dict.fromkeys([*(cell for claim in claims for cell in claim.needs), *others]))


def longest_first(cells: Iterable[C], length: Callable[[C], float]) -> tuple[C, ...]:
    """Cells in the order in which several workers are done soonest."""
    return tuple(sorted(cells, key=lambda cell: -length(cell)))


def by_id(claims: Sequence[Claim[C, S]]) -> dict[str, Claim[C, S]]:
    """Claims by their ids."""
    return {claim.id: claim for claim in claims}
