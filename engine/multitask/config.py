"""What a multitask run depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.errors import UserError
from engine.rates import DECAYS, check_rates, rate_of
from engine.runs.config import Choice, Config, FloatRange, IntRange, ListOf, setting

STRUCTURES = ("single_task", "shared_bottom", "omoe", "mmoe", "ple")
"""The ladder, lowest rung first."""
LIVE = ("single_task", "shared_bottom", "omoe", "mmoe")
"""What is trained where nobody chose: PLE takes as long as two of these, and the run on the stage would be too long."""
RATES = (0.01, 0.01, 0.02, 0.02, 0.02)
LEAKY = 0.01
"""The slope below 0 of a leaky ReLU, as Maas et al. (2013) took it."""


@dataclass(frozen=True, slots=True)
class Rates(ListOf):
    """One learning rate for all structures, or one for each. Four, in a link from before PLE, are those of the others."""

    def validate(self, name: str, value: Any) -> tuple[Any, ...]:
        rates = ListOf.validate(self, name, value)
        return rates + RATES[len(LIVE) :] if len(rates) == len(LIVE) else rates


@dataclass(frozen=True, slots=True)
class MultitaskConfig(Config):
    """The synthetic study of Ma et al. 2018 (§3.2 and §5.1).

    The paper leaves c, m, alpha, beta, batch size, steps and the learning rate's course open. The rate is the best of
    `engine.multitask.claims.RATES` for every structure, found on seeds that judge nothing, and it falls to 0 over the run.
    """

    playground: ClassVar[str] = "multitask"
    ladder: ClassVar[str] = "structures"
    older: ClassVar[Mapping[str, Any]] = {
        "decay": "none",
        "shared_experts": 3,
        "specific_experts": 2,
        "extraction_levels": 2,
        "tower_slope": 0.0,
    }

    # data: y_k = w_k·x + Σ_j sin(alpha_j w_k·x + beta_j) + noise
    correlation: float = setting(0.0, FloatRange(-1.0, 1.0))  # p, the cosine of any two weight vectors
    tasks: tuple[str, ...] = setting(("regression",) * 2, ListOf(Choice(("regression", "binary")), 2, 6))
    input_dim: int = setting(100, IntRange(6, 256))  # d
    scale: float = setting(1.0, FloatRange(0.01, 10.0))  # c, the length of every weight vector
    alpha: tuple[float, ...] = setting((1.0, 2.0, 3.0, 4.0), ListOf(FloatRange(-20.0, 20.0), 0, 12))
    beta: tuple[float, ...] = setting((0.0, 0.0, 0.0, 0.0), ListOf(FloatRange(-20.0, 20.0), 0, 12))
    noise: float = setting(0.1, FloatRange(0.0, 10.0))  # a standard deviation
    rows: int = setting(0, IntRange(0, 20_000))  # 0: fresh rows at every step
    test_rows: int = setting(1_000, IntRange(200, 5_000))

    # model
    structures: tuple[str, ...] = setting(LIVE, ListOf(Choice(STRUCTURES), 1, len(STRUCTURES), distinct=True))
    num_experts: int = setting(8, IntRange(1, 16))
    shared_experts: int = setting(3, IntRange(0, 8))  # of PLE, on each level
    specific_experts: int = setting(2, IntRange(0, 4))  # of PLE, for each task, on each level
    extraction_levels: int = setting(2, IntRange(1, 2))  # of PLE; one is CGC
    expert_units: int = setting(16, IntRange(1, 64))
    tower_units: int = setting(8, IntRange(1, 64))
    tower_slope: float = setting(
        0.0, FloatRange(0.0, 0.5)
    )  # of a tower's units below 0 (leaky ReLU); 0 is the paper's ReLU
    bottom_units: int = setting(113, IntRange(1, 512))
    shared_units: int = setting(0, IntRange(0, 256))  # 0: no shared layer beneath
    initialisation: str = setting("glorot", Choice(("glorot", "constant")))
    gate_dropout: float = setting(0.0, FloatRange(0.0, 0.9))

    # training
    learning_rate: tuple[float, ...] = setting(RATES, Rates(FloatRange(1e-6, 1e9), 1, len(STRUCTURES)))
    decay: str = setting("cosine", Choice(DECAYS))  # of the rate, to 0 over the run
    batch_size: int = setting(128, IntRange(8, 512))
    steps: int = setting(1_250, IntRange(1, 5_000))
    frames: int = setting(60, IntRange(2, 120))
    runs: int = setting(8, IntRange(1, 32))  # seeds trained at once, from `seed` on; the first is followed
    seed: int = setting(0, IntRange(0, 999_999))

    def check(self) -> None:
        lowest = -1.0 / (len(self.tasks) - 1)
        if self.correlation < lowest:
            raise UserError(
                "With {tasks} tasks the common correlation cannot be below {lowest}.",
                tasks=len(self.tasks),
                lowest=f"{lowest:.2f}",
            )
        if len(self.alpha) != len(self.beta):
            raise UserError("alpha and beta must have the same number of values.")
        if self.rows and self.rows < self.batch_size:
            raise UserError("With fixed rows there must be at least one batch of {batch} rows.", batch=self.batch_size)
        if not self.shared_experts + self.specific_experts:
            raise UserError("PLE needs an expert: a shared one, or one for each task.")
        check_rates(self.learning_rate, self.every_rung)
        if self.input_dim < len(self.tasks):
            raise UserError("There must be at least as many inputs as tasks.")

    def rate(self, structure: str) -> float:
        """The learning rate that a structure begins with."""
        return rate_of(structure, self.learning_rate, self.every_rung)

    @property
    def num_tasks(self) -> int:
        return len(self.tasks)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds trained at once; the first is the one the stage follows."""
        return tuple(range(self.seed, self.seed + self.runs))
