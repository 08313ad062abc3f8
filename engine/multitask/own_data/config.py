"""What a comparison on a user's table depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.errors import UserError
from engine.multitask.config import STRUCTURES
from engine.runs.config import Choice, Config, FloatRange, IntRange, ListOf, Text, setting
from engine.tables.written.file import MOST_COLUMNS

SPLITS = ("random", "last rows", "time", "group", "second file")
"""How the test rows are chosen."""
RATES = (0.001, 0.003, 0.01)
"""Learning rates that each structure is tried at; the validation rows choose, and ask for further ones where the best is the
lowest or the highest."""


@dataclass(frozen=True, slots=True)
class TableConfig(Config):
    """`table` is the SHA-256 of the file, "" for any; the file itself travels beside the config.

    group, time, weight  columns with these roles, "" for none
    scores               for each label the column of scores that another model gave, "" for none; () for none at all
    task_weights         how much each label's loss counts; () for 1 each
    positive_weights     how much a positive row of each binary label counts in training; () for 1 each
    learning_rate        rates that are tried at first; a single one is taken as it is
    patience             epochs without a gain on the validation rows after which a structure is trained no further
    """

    playground: ClassVar[str] = "multitask"

    table: str = setting("", Text(64))
    told: str = setting("", Text(2_000))  # what was decided about the file: `engine.tables.told`
    labels: tuple[str, ...] = setting(("label_a", "label_b"), ListOf(Text(200), 2, 6, distinct=True))
    features: tuple[str, ...] = setting(("feature",), ListOf(Text(200), 1, MOST_COLUMNS, distinct=True))
    categories: tuple[str, ...] = setting((), ListOf(Text(200), 0, MOST_COLUMNS))  # numbers that are names, such as ids
    group: str = setting("", Text(200))
    time: str = setting("", Text(200))
    weight: str = setting("", Text(200))
    scores: tuple[str, ...] = setting((), ListOf(Text(200), 0, 6))
    split: str = setting("random", Choice(SPLITS))
    structures: tuple[str, ...] = setting(STRUCTURES, ListOf(Choice(STRUCTURES), 2, len(STRUCTURES), distinct=True))
    num_experts: int = setting(8, IntRange(2, 16))
    shared_experts: int = setting(3, IntRange(1, 8))
    specific_experts: int = setting(2, IntRange(1, 4))
    extraction_levels: int = setting(2, IntRange(1, 2))
    expert_units: int = setting(16, IntRange(2, 64))
    tower_units: int = setting(8, IntRange(2, 64))
    tower_slope: float = setting(0.0, FloatRange(0.0, 0.5))  # as in `MultitaskConfig`
    bottom_units: int = setting(113, IntRange(2, 512))
    task_weights: tuple[float, ...] = setting((), ListOf(FloatRange(0.01, 100.0), 0, 6))
    positive_weights: tuple[float, ...] = setting((), ListOf(FloatRange(0.01, 1_000.0), 0, 6))
    learning_rate: tuple[float, ...] = setting(RATES, ListOf(FloatRange(1e-6, 1.0), 1, 5, distinct=True))
    batch_size: int = setting(256, IntRange(32, 1_024))
    epochs: int = setting(6, IntRange(1, 40))
    patience: int = setting(2, IntRange(1, 40))
    runs: int = setting(8, IntRange(2, 16))
    resamples: int = setting(200, IntRange(50, 1_000))
    seed: int = setting(0, IntRange(0, 999_999))

    def check(self) -> None:
        for name in ("scores", "task_weights", "positive_weights"):
            if len(getattr(self, name)) not in (0, len(self.labels)):
                raise UserError("{name} must have one value for each of the {count} labels.", name=name, count=len(self.labels))  # fmt: skip
        if self.split in ("time", "group") and not getattr(self, self.split):
            raise UserError("Choose the column by which the test rows are taken.")
        both = set(self.labels) & {*self.features, self.weight, *self.scores}
        if both:
            raise UserError(
                "Column {column} is both a label and a feature: a model would read the answer.", column=min(both)
            )
        both = set(self.features) & {self.weight, *self.scores}
        if both:
            raise UserError("Column {column} is a weight or a score: leave it out of the features.", column=min(both))

    @property
    def seeds(self) -> tuple[int, ...]:
        return tuple(range(self.seed, self.seed + self.runs))

    def of_label(self, name: str, task: int) -> float:
        """One of the weights of a label: 1 where none was chosen."""
        given: tuple[float, ...] = getattr(self, name)
        return given[task] if given else 1.0
