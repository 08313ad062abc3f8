"""What a recommender run depends on: a world, its samples, two models and what serves them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.errors import UserError
from engine.runs.config import Choice, Config, FloatRange, IntRange, ListOf, setting

TOPICS = 16
LARGEST_FULL = 20_000
"""Videos up to which the softmax over all of them is offered."""

NEW = 7.0
"""Days that a video counts as new."""


@dataclass(frozen=True, slots=True)
class RecommenderConfig(Config):
    """A simulated video site and the YouTube DNN that learns from its log (Covington, Adams & Sargin 2016)."""

    playground: ClassVar[str] = "recommender"

    # world
    videos: int = setting(20_000, IntRange(2_000, 1_000_000))
    users: int = setting(5_000, IntRange(50, 20_000))
    days: int = setting(60, IntRange(10, 120))
    head: float = setting(
        2.2, FloatRange(0.0, 3.0)
    )  # how far watches gather on few videos: 0 evenly, 3 a licensed catalogue
    bait: float = setting(0.15, FloatRange(0.0, 0.6))  # share of videos that promise more than they hold

    fewest: int = setting(3, IntRange(1, 100))  # watches that a video needs to have a vector

    # samples
    per_user: str = setting("equal", Choice(("equal", "all")))
    examples: int = setting(30, IntRange(1, 200))  # of each user, where they are equal
    test: str = setting("last", Choice(("last", "random")))
    example_age: str = setting("on", Choice(("on", "off")))
    bends: str = setting("on", Choice(("on", "off")))  # squares of both ages, and the root, beside them
    watches: int = setting(50, IntRange(1, 50))
    searches: int = setting(50, IntRange(1, 50))

    # candidate generation
    dimensions: int = setting(16, IntRange(4, 256))
    tower: tuple[int, ...] = setting(
        (128, 64), ListOf(IntRange(4, 2_048), 0, 4)
    )  # before the last layer, `dimensions` wide
    pretrained: str = setting("on", Choice(("on", "off")))  # item2vec on watch and search sequences
    negatives: int = setting(200, IntRange(1, 20_000))
    sampler: str = setting(
        "popular", Choice(("popular", "uniform", "full"))
    )  # full: no sampling, small catalogues only
    correction: str = setting("on", Choice(("on", "off")))  # of the sampled softmax, by the logarithm of q

    # ranking
    weighting: str = setting("watch_time", Choice(("watch_time", "none")))
    layers: tuple[int, ...] = setting((64, 32), ListOf(IntRange(4, 2_048), 0, 4))
    powers: str = setting("on", Choice(("on", "off")))  # x², √x beside x
    recent: int = setting(10, IntRange(1, 50))  # watches averaged for ranking

    # serving
    index: str = setting("exact", Choice(("exact", "ivf", "hnsw")))
    recalled: int = setting(300, IntRange(20, 2_000))
    shown: int = setting(20, IntRange(1, 100))

    # training
    learning_rate: float = setting(0.004, FloatRange(1e-6, 1e9))
    batch_size: int = setting(256, IntRange(16, 4_096))
    steps: int = setting(1_500, IntRange(1, 20_000))
    ranking_steps: int = setting(1_500, IntRange(1, 20_000))
    frames: int = setting(20, IntRange(2, 120))
    seed: int = setting(0, IntRange(0, 999_999))

    def check(self) -> None:
        """The full softmax costs as much as the catalogue is long."""
        if self.sampler == "full" and self.videos > LARGEST_FULL:
            raise UserError("The full softmax is for catalogues of up to {most} videos.", most=f"{LARGEST_FULL:,}")
