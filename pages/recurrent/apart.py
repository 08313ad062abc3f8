"""What the stored study of single distances says: how often a cell is right that was trained at one distance alone."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from engine.recurrent.claims import SINGLE
from engine.recurrent.config import RecurrentConfig
from engine.recurrent.ladder import TITLES
from engine.recurrent.shipped import SHIPPED
from engine.recurrent.tasks import task_of


def measured(config: RecurrentConfig) -> tuple[int, ...]:
    """The distances of the study that sentences of this config reach; none where it has other sequences."""
    return tuple(d for d in SINGLE if config.task == "language" and d <= config.distance)


@functools.cache
def alone(distance: int) -> Mapping[str, float]:
    """Mean accuracy over the seeds of each cell that was trained at this distance alone, lowest rung first."""
    base = SINGLE[distance]
    return {cell: float(SHIPPED.results.at(base, cell, distance).mean()) for cell in TITLES if cell in base.cells}


def halfway(config: RecurrentConfig) -> float:
    """The accuracy halfway from guessing to always right: below it a cell is said not to have learnt."""
    return (1 + chance(config)) / 2


def chance(config: RecurrentConfig) -> float:
    """What guessing reaches."""
    return 1 / len(task_of(config).answers)


def lines() -> Iterator[tuple[str, tuple[tuple[int, float], ...]]]:
    """For each cell that the study has: the distances at which it was trained, with its accuracy there."""
    found = {distance: alone(distance) for distance in SINGLE}
    for cell in TITLES:
        if points := tuple((d, shares[cell]) for d, shares in found.items() if cell in shares):
            yield cell, points
