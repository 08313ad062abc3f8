"""What a recurrent run depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.rates import DECAYS, check_rates, rate_of
from engine.runs.config import Choice, Config, FloatRange, IntRange, ListOf, Text, setting

CELLS = ("rnn", "gru", "lstm", "peephole")
"""The ladder, lowest rung first."""
LIVE = ("rnn", "lstm", "peephole")
"""What is trained where nobody chose: a fourth cell would take the run on the stage too long."""
TESTED = (0.0, 0.25, 0.5, 0.75, 1.0, 2.0, 4.0)
"""Where held-out accuracy is measured, in longest distances of training; 0 stands for a distance of 1."""
TASKS = ("language", "adding", "order", "counting", "delays")


DEFAULT_RATES = (0.0025, 0.04, 0.04, 0.015)


@dataclass(frozen=True, slots=True)
class Rates(ListOf):
    """One learning rate for all cells, or one for each. Three, in a link from before the GRU, are those of the other cells."""

    def validate(self, name: str, value: Any) -> tuple[Any, ...]:
        rates = ListOf.validate(self, name, value)
        if len(rates) != len(LIVE):
            return rates
        return tuple(dict(zip(LIVE, rates, strict=True)).get(cell, DEFAULT_RATES[CELLS.index(cell)]) for cell in CELLS)


@dataclass(frozen=True, slots=True)
class RecurrentConfig(Config):
    """One task, the cells that learn it, and the distances they are trained on.

    What `distance` counts depends on the task: words between country and question (language), steps between
    the first and the last number or symbol (adding, order), the a's (counting), steps between two spikes (delays).
    """

    playground: ClassVar[str] = "recurrent"
    ladder: ClassVar[str] = "cells"
    older: ClassVar[Mapping[str, Any]] = {"decay": "none"}

    # data
    task: str = setting("language", Choice(TASKS))
    sentences: str = setting("en", Choice(("en", "zh")))
    distance: int = setting(40, IntRange(1, 100))  # the longest in training
    distances: str = setting("growing", Choice(("growing", "mixed", "single")))  # "growing": from near to far

    # model
    cells: tuple[str, ...] = setting(LIVE, ListOf(Choice(CELLS), 1, len(CELLS), distinct=True))
    hidden: int = setting(32, IntRange(1, 96))
    embedding: int = setting(16, IntRange(1, 64))
    forget_bias: float = setting(1.0, FloatRange(-5.0, 5.0))

    # training
    learning_rate: tuple[float, ...] = setting(DEFAULT_RATES, Rates(FloatRange(1e-6, 1e9), 1, len(CELLS)))
    decay: str = setting("cosine", Choice(DECAYS))  # of the rate, to 0 over the run
    clip: float = setting(1.0, FloatRange(0.01, 1e6))  # longest gradient of one model; the RNN's explodes now and then
    batch_size: int = setting(64, IntRange(8, 256))
    steps: int = setting(1_200, IntRange(1, 10_000))
    frames: int = setting(40, IntRange(2, 120))
    runs: int = setting(1, IntRange(1, 32))  # seeds trained at once, from `seed` on; the first is followed
    seed: int = setting(0, IntRange(0, 999_999))

    def check(self) -> None:
        check_rates(self.learning_rate, self.every_rung)

    def rate(self, cell: str) -> float:
        """The learning rate that a cell begins with."""
        return rate_of(cell, self.learning_rate, self.every_rung)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds trained at once; the first is the one the stage follows."""
        return tuple(range(self.seed, self.seed + self.runs))

    @property
    def test_distances(self) -> tuple[int, ...]:
        """Where held-out accuracy is measured: from 1 to the longest distance of training in quarters, then far beyond it."""
        return _tested(self.distance)


def _tested(distance: int, most: float = TESTED[-1]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(max(round(distance * part), 1) for part in TESTED if part <= most))


@dataclass(frozen=True, slots=True)
class TextConfig(RecurrentConfig):
    """Next-character prediction on a user's text: `distance` is the length of a window.

    The text travels beside the config; what a trace needs of it is here: the alphabet, and a piece to read.
    """

    task: str = setting("text", Choice(("text",)))
    distance: int = setting(48, IntRange(8, 100))
    distances: str = setting("single", Choice(("single",)))
    hidden: int = setting(64, IntRange(1, 96))
    cells: tuple[str, ...] = setting(CELLS, ListOf(Choice(CELLS), 1, len(CELLS), distinct=True))
    learning_rate: tuple[float, ...] = setting((0.005,), Rates(FloatRange(1e-6, 1e9), 1, len(CELLS)))
    batch_size: int = setting(32, IntRange(8, 256))
    steps: int = setting(500, IntRange(1, 10_000))
    alphabet: str = setting("ab", Text(401))
    excerpt: str = setting("abababababab", Text(202))
    told: str = setting("", Text(2_000))  # what was decided about the file: `engine.tables.told`
    table: str = setting("", Text(64))  # SHA-256 of the bytes; "" takes any

    @property
    def test_distances(self) -> tuple[int, ...]:
        """Up to twice a window: the held-out tenth of a short text has no longer ones."""
        return _tested(self.distance, 2.0)
