"""What a recommender run depends on: a world, its samples, two models and what serves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from engine.errors import UserError
from engine.rates import DECAYS, check_rates, rate_of
from engine.runs.config import Choice, Config, FloatRange, IntRange, ListOf, setting

POLICIES = ("model", "popular", "random")
"""What can fill the pages of a day."""
ORDERS = ("minutes", "clicks", "recall", "popular")
"""What candidates can be ordered by: the ranker of the config, which learns minutes by default; one that learns clicks alone;
recall's score; minutes watched by all in the last days."""
STAGES = ("recall", "rank")
"""What is trained, in that order."""
TOPICS = 16
LARGEST_FULL = 20_000
"""Videos up to which the softmax over all of them is offered."""

NEW = 7.0
"""Days that a video counts as new."""


@dataclass(frozen=True, slots=True)
class WorldConfig(Config):
    """A simulated video site, and which watch of each user is held out: all that what needs no training depends on."""

    playground: ClassVar[str] = "recommender"

    videos: int = setting(20_000, IntRange(2_000, 1_000_000))
    users: int = setting(5_000, IntRange(50, 20_000))
    days: int = setting(60, IntRange(10, 120))
    head: float = setting(
        2.2, FloatRange(0.0, 3.0)
    )  # how far watches gather on few videos: 0 evenly, 3 a licensed catalogue
    bait: float = setting(0.15, FloatRange(0.0, 0.6))  # share of videos that promise more than they hold
    appetite: float = setting(
        0.0, FloatRange(-6.0, 2.0)
    )  # added to the log-odds of every click: at 0 about a third are clicked, at -3 some four in a hundred
    fewest: int = setting(3, IntRange(1, 100))  # watches that a video needs to have a vector
    test: str = setting("last", Choice(("last", "random")))  # which watch of each user is held out
    seed: int = setting(0, IntRange(0, 999_999))


@dataclass(frozen=True, slots=True)
class RecommenderConfig(WorldConfig):
    """A simulated video site and the YouTube DNN that learns from its log (Covington, Adams & Sargin 2016)."""

    older: ClassVar[Mapping[str, Any]] = {"decay": "none", "appetite": 0.0}

    # samples
    per_user: str = setting("equal", Choice(("equal", "all")))
    examples: int = setting(30, IntRange(1, 200))  # of each user, where they are equal
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
    layers: tuple[int, ...] = setting((128, 64, 32), ListOf(IntRange(4, 2_048), 0, 4))
    powers: str = setting("on", Choice(("on", "off")))  # x², √x beside x
    recent: int = setting(10, IntRange(1, 50))  # watches averaged for ranking

    # serving
    index: str = setting("exact", Choice(("exact", "ivf", "hnsw")))
    recalled: int = setting(300, IntRange(20, 2_000))
    shown: int = setting(20, IntRange(1, 100))

    # training
    learning_rate: tuple[float, ...] = setting(
        (0.006, 0.01), ListOf(FloatRange(1e-6, 1e9), 1, len(STAGES))
    )  # one for both stages, or one for each
    decay: str = setting("cosine", Choice(DECAYS))  # of the rate, to 0 over each stage's steps
    batch_size: int = setting(256, IntRange(16, 4_096))
    steps: int = setting(1_500, IntRange(1, 20_000))
    ranking_steps: int = setting(1_500, IntRange(1, 20_000))
    frames: int = setting(20, IntRange(2, 120))

    def check(self) -> None:
        """Raises UserError for too few learning rates, and for a full softmax that costs too much."""
        check_rates(self.learning_rate, STAGES)
        if self.sampler == "full" and self.videos > LARGEST_FULL:
            raise UserError("The full softmax is for catalogues of up to {most} videos.", most=f"{LARGEST_FULL:,}")

    def rate(self, stage: str) -> float:
        """The learning rate that a stage begins with."""
        return rate_of(stage, self.learning_rate, STAGES)

    @classmethod
    def of(cls, world: WorldConfig) -> Self:
        """A run on a site, at the defaults."""
        return cls(**{field.name: getattr(world, field.name) for field in fields(WorldConfig)})

    @property
    def world(self) -> WorldConfig:
        """The site alone: runs that differ in training share it."""
        return WorldConfig(**{field.name: getattr(self, field.name) for field in fields(WorldConfig)})


@dataclass(frozen=True, slots=True)
class DaysConfig(RecommenderConfig):
    """A world that goes on when its log ends; a small one by default, since models are trained many times."""

    videos: int = setting(4_000, IntRange(2_000, 1_000_000))
    users: int = setting(600, IntRange(50, 20_000))
    days: int = setting(30, IntRange(10, 120))

    horizon: int = setting(14, IntRange(1, 60))  # days after the log
    retrain: int = setting(3, IntRange(1, 60))  # days between trainings
    mix: float = setting(0.1, FloatRange(0.0, 1.0))  # share of places that stay as they were before the log ended


@dataclass(frozen=True, slots=True)
class SimulationConfig(DaysConfig):
    """Days that one policy fills."""

    policy: str = setting("model", Choice(POLICIES))


@dataclass(frozen=True, slots=True)
class AbConfig(DaysConfig):
    """Users of a simulated site split by lot: arm A's pages are drawn by `minutes`, arm B's by the challenger's order. Every
    page is drawn by Plackett-Luce, so that the log of arm A knows how probable each was."""

    users: int = setting(2_000, IntRange(50, 20_000))
    horizon: int = setting(14, IntRange(1, 60))  # days of the test
    retrain: int = setting(60, IntRange(1, 60))  # days between trainings, on the log of both arms
    mix: float = setting(0.0, FloatRange(0.0, 1.0))  # share of places that stay as they were before the log ended

    temperature: float = setting(0.5, FloatRange(0.05, 5.0))  # of arm A's draw: 1 is in proportion to expected minutes
    challenger: str = setting("clicks", Choice(ORDERS))
    challenger_temperature: float = setting(0.5, FloatRange(0.0, 5.0))  # of arm B's; 0 is the best first, always
    clicks_rate: float = setting(0.025, FloatRange(1e-6, 1e3))  # of the ranker that learns clicks alone
