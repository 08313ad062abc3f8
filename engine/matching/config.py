"""What a matching run depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.errors import UserError
from engine.rates import DECAYS, check_rates, rate_of
from engine.runs.config import Choice, Config, FloatRange, IntRange, ListOf, Text, setting

MODELS = ("dssm", "clsm", "lstm")
"""The ladder, lowest rung first."""
SKILLS = ("order", "spelling", "evidence", "beyond")
"""What a query of the generated log can ask of a model; `engine.matching.data.wordings` says what each is."""


@dataclass(frozen=True, slots=True)
class MatchingConfig(Config):
    """One click log and the models that learn from it.

    The defaults are small. `PAPER` has the papers' shapes: 30K trigrams, 300 units, 300 filters, 128 semantic units.
    """

    playground: ClassVar[str] = "matching"
    ladder: ClassVar[str] = "models"
    older: ClassVar[Mapping[str, Any]] = {"decay": "none"}

    # data
    language: str = setting("en", Choice(("en", "zh")))
    skills: tuple[str, ...] = setting(SKILLS, ListOf(Choice(SKILLS), 1, len(SKILLS), distinct=True))
    queries: int = setting(1_600, IntRange(40, 10_000))  # of training; a tenth as many are held out
    distance: int = setting(10, IntRange(1, 60))  # words between the two halves of a long document, at most

    # model
    models: tuple[str, ...] = setting(MODELS, ListOf(Choice(MODELS), 1, len(MODELS), distinct=True))
    input: str = setting("hashed", Choice(("hashed", "words")))  # letter trigrams or characters; or whole words
    dimensions: int = setting(2_048, IntRange(64, 40_000))  # buckets of the word hash
    towers: str = setting("shared", Choice(("shared", "separate")))
    hidden: int = setting(48, IntRange(1, 512))  # DSSM's two hidden layers
    window: int = setting(3, IntRange(1, 5))  # words under CLSM's kernel
    filters: int = setting(48, IntRange(1, 512))
    semantic: int = setting(32, IntRange(2, 256))  # the semantic vector of DSSM and CLSM
    embedding: int = setting(24, IntRange(1, 300))  # what the LSTM reads of a word
    units: int = setting(32, IntRange(2, 256))  # the LSTM's; its last state is the semantic vector
    longest: int = setting(302, IntRange(8, 302))  # positions with <s>; longer texts are truncated
    pooling: str = setting("masked", Choice(("masked", "unmasked")))  # unmasked: padding takes part

    # training
    gamma: float = setting(10.0, FloatRange(0.01, 1e4))
    unclicked: int = setting(4, IntRange(1, 50))  # J
    learning_rate: tuple[float, ...] = setting(
        (0.0025, 0.006, 0.015), ListOf(FloatRange(1e-6, 1e9), 1, len(MODELS))
    )  # one for all models, or one for each
    decay: str = setting("cosine", Choice(DECAYS))  # of the rate, to 0 over the run
    clip: float = setting(1.0, FloatRange(0.01, 1e6))
    batch_size: int = setting(32, IntRange(4, 1_024))
    steps: int = setting(800, IntRange(1, 10_000))
    frames: int = setting(30, IntRange(2, 120))
    seed: int = setting(0, IntRange(0, 999_999))

    def check(self) -> None:
        """Raises UserError for whole words in Chinese, and for too few learning rates."""
        check_rates(self.learning_rate, MODELS)
        if self.language == "zh" and self.input == "words":
            raise UserError("Chinese is read character by character: whole words would need a segmentation first.")

    def rate(self, model: str) -> float:
        """The learning rate that a model begins with."""
        return rate_of(model, self.learning_rate, MODELS)


PAPER = {"dimensions": 30_621, "hidden": 300, "filters": 300, "semantic": 128, "embedding": 300, "units": 128}
"""Shapes of the papers (Huang et al. 2013, Shen et al. 2014, Palangi et al. 2016)."""
PAPERS = {"en": PAPER, "zh": PAPER | {"dimensions": 15_000}}
"""By language: in Chinese a feature is a character, of which there are about 15K."""


@dataclass(frozen=True, slots=True)
class PairsConfig(MatchingConfig):
    """The user's own queries and documents: the table travels beside the config, which names it by its hash."""

    skills: tuple[str, ...] = setting((), ListOf(Choice(SKILLS), 0, 0))
    queries: int = setting(10_000, IntRange(10_000, 10_000))
    distance: int = setting(1, IntRange(1, 1))
    models: tuple[str, ...] = setting(MODELS, ListOf(Choice(MODELS), 1, len(MODELS), distinct=True))
    dimensions: int = setting(30_621, IntRange(64, 40_000))
    hidden: int = setting(300, IntRange(1, 512))
    filters: int = setting(100, IntRange(1, 512))
    semantic: int = setting(128, IntRange(2, 256))
    embedding: int = setting(64, IntRange(1, 300))
    units: int = setting(64, IntRange(2, 256))
    learning_rate: tuple[float, ...] = setting((0.001, 0.001, 0.002), ListOf(FloatRange(1e-6, 1e9), 1, len(MODELS)))
    tried: int = setting(2, IntRange(1, 3))  # rates of each model: its own, a third of it, three times as much
    steps: int = setting(600, IntRange(1, 50_000))  # of each seed, at most: validation queries stop it
    frames: int = setting(12, IntRange(2, 120))
    question: str = setting("", Choice(("", "own", "pairs", "search")))  # "": as the file's labels and lists tell
    runs: int = setting(3, IntRange(1, 12))  # seeds
    resamples: int = setting(400, IntRange(50, 2_000))
    told: str = setting("", Text(2_000))  # what was decided about the file: `engine.tables.told`
    table: str = setting("", Text(64))  # SHA-256 of the bytes; "" takes any
