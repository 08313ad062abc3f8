"""What a run on a viewer's own log depends on."""

from __future__ import annotations

from dataclasses import dataclass

from engine.recommender.config import STAGES, RecommenderConfig
from engine.runs.config import Choice, FloatRange, IntRange, ListOf, Text, setting


@dataclass(frozen=True, slots=True)
class OwnLogConfig(RecommenderConfig):
    """The user's own log: the file travels beside the config, which names it by its hash.

    `videos`, `users` and `days` are those of the file (`engine.recommender.own_log.site.own_config` fills them in), and training
    takes them from there whatever stands here. `head` and `bait` belong to the simulation: they say nothing here.

    The shapes were chosen on KuaiRand-Pure's watches, examples and negatives on MovieLens', both without the last of each user,
    which the benchmark tests by.
    """

    videos: int = setting(2_000, IntRange(1, 2_000_000))
    users: int = setting(5_000, IntRange(1, 2_000_000))
    days: int = setting(60, IntRange(1, 50_000))
    fewest: int = setting(1, IntRange(1, 100))
    examples: int = setting(100, IntRange(1, 200))
    negatives: int = setting(1_000, IntRange(1, 20_000))
    learning_rate: tuple[float, ...] = setting((0.003,), ListOf(FloatRange(1e-6, 1e9), 1, len(STAGES)))
    dimensions: int = setting(64, IntRange(4, 256))
    tower: tuple[int, ...] = setting((128,), ListOf(IntRange(4, 2_048), 0, 4))
    asked: str = setting(
        "last", Choice(("last", "moment"))
    )  # each user's last watch, or what comes after one moment for all
    stop: str = setting(
        "steps", Choice(("steps", "validation"))
    )  # validation: no further than hits on the watch before rise
    rated: str = setting("all", Choice(("all", "liked")))  # which ratings are watches: every one, or from 4 of 5 up
    steps: int = setting(3_000, IntRange(1, 20_000))
    ranking_steps: int = setting(3_000, IntRange(1, 20_000))
    told: str = setting("", Text(2_000))  # what was decided about the file: `engine.tables.told`
    table: str = setting("", Text(64))  # SHA-256 of the bytes; "" takes any
