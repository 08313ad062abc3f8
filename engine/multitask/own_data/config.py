"""What a comparison on a user's table depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.multitask.config import STRUCTURES
from engine.runs.config import Choice, Config, FloatRange, IntRange, ListOf, Text, setting


@dataclass(frozen=True, slots=True)
class TableConfig(Config):
    """`table` is the SHA-256 of the file, "" for any; the file itself travels beside the config."""

    playground: ClassVar[str] = "multitask"

    table: str = setting("", Text(64))
    told: str = setting("", Text(2_000))  # what was decided about the file: `engine.tables.told`
    labels: tuple[str, ...] = setting(("label_a", "label_b"), ListOf(Text(200), 2, 6, distinct=True))
    features: tuple[str, ...] = setting(("feature",), ListOf(Text(200), 1, 100, distinct=True))
    categories: tuple[str, ...] = setting((), ListOf(Text(200), 0, 100))  # numbers that are names, such as ids
    split: str = setting("random", Choice(("random", "last rows")))
    structures: tuple[str, ...] = setting(STRUCTURES, ListOf(Choice(STRUCTURES), 2, len(STRUCTURES), distinct=True))
    num_experts: int = setting(8, IntRange(2, 16))
    shared_experts: int = setting(3, IntRange(1, 8))
    specific_experts: int = setting(2, IntRange(1, 4))
    extraction_levels: int = setting(2, IntRange(1, 2))
    expert_units: int = setting(16, IntRange(2, 64))
    tower_units: int = setting(8, IntRange(2, 64))
    bottom_units: int = setting(113, IntRange(2, 512))
    learning_rate: float = setting(0.002, FloatRange(1e-6, 1.0))
    batch_size: int = setting(256, IntRange(32, 1_024))
    epochs: int = setting(6, IntRange(1, 40))
    runs: int = setting(8, IntRange(2, 16))
    resamples: int = setting(200, IntRange(50, 1_000))
    seed: int = setting(0, IntRange(0, 999_999))

    @property
    def seeds(self) -> tuple[int, ...]:
        return tuple(range(self.seed, self.seed + self.runs))
