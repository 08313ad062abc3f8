"""Which structure should I pick, and how sure are we?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from engine.multitask.own_data.plain import PLAIN
from engine.runs.frame import Array

SMALLEST = 1e-6
"""An error of 0 has no ratio."""
PRESENT = "present"
"""The model that is in use today, by its scores."""
POWER = 0.8
"""The chance of being seen that the smallest difference has."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A structure's error relative to another's: 0.02 is 2 % more error."""

    name: str
    mean: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval excludes no difference."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Answer:
    """best has the lowest error, mean of the tasks; rivals are the others against it.

    clear   every other structure's interval excludes 0; else there is no difference that matters to those in `tied`
    plain   the plain models, and the present one, against the best: one below 0 beats them all
    choice  among the best and those in `tied` the one with fewest parameters
    shown   the smallest difference of errors that so many rows and seeds would show four times of five, as a share of the error
    """

    best: str
    rivals: tuple[Difference, ...]
    plain: tuple[Difference, ...]
    choice: str = ""
    shown: float = float("nan")

    @property
    def tied(self) -> tuple[str, ...]:
        return tuple(rival.name for rival in self.rivals if not rival.clear)

    @property
    def clear(self) -> bool:
        return not self.tied

    @property
    def plainest(self) -> Difference | None:
        """The plain model with the lowest error; None before any is trained."""
        return min((one for one in self.plain if one.name in PLAIN), key=lambda one: one.mean, default=None)

    @property
    def present(self) -> Difference | None:
        """The model that is in use today, where its scores were given."""
        return next((one for one in self.plain if one.name == PRESENT), None)


def difference(metrics: Mapping[str, Array], name: str, base: str, task: int | None = None) -> Difference:
    """The error of `name` relative to that of `base`: of one task, else the geometric mean of all, by the tasks' weights.

    Ratios are averaged as logarithms: the plain mean of 2 and ½ would call each of two structures that win
    a task each worse than the other. No error of a binary task counts as less than half a test row: so many rows tell no smaller
    one apart from 0.
    """
    drawn = _log_ratio(metrics, name, base, task, "resampled")  # (R,)
    mean = float(_log_ratio(metrics, name, base, task, "error"))
    low, high = np.expm1(np.quantile(drawn, (0.025, 0.975)))
    return Difference(name, float(np.expm1(mean)), float(low), float(high))


def _log_ratio(metrics: Mapping[str, Array], name: str, base: str, task: int | None, which: str) -> Array:
    """log(error of `name` / error of `base`), mean of the tasks: of the errors (), or of their resamples (R,)."""
    own, other = (metrics[f"{one}.{which}"] for one in (name, base))  # (S, T) or (R, T)
    if which == "error":
        own, other = own.mean(0), other.mean(0)
    least = np.full(own.shape[-1], SMALLEST)
    if "test_rows" in metrics and "binary" in metrics:
        least = np.where(metrics["binary"], 0.5 / float(metrics["test_rows"]), least)
    ratio = np.log(np.maximum(own, least) / np.maximum(other, least))
    if task is not None:
        return np.asarray(ratio[..., task])
    weights = metrics.get("task_weights", np.ones(own.shape[-1]))
    return np.asarray(ratio @ (weights / weights.sum()))


def answer(metrics: Mapping[str, Array], structures: Sequence[str], task: int | None = None) -> Answer:
    """Which structure to take, from the last result of a comparison: for one task, else for the mean of all. metrics (S, T)
    and (R, T)."""
    best = min(structures, key=lambda s: difference(metrics, s, structures[0], task).mean)
    rivals = tuple(difference(metrics, s, best, task) for s in structures if s != best)
    others = (*PLAIN, PRESENT)
    plain = tuple(difference(metrics, name, best, task) for name in others if _judged(metrics, name, task))
    alike = (best, *(rival.name for rival in rivals if not rival.clear))
    choice = min(alike, key=lambda name: float(metrics[f"{name}.parameters"])) if f"{best}.parameters" in metrics else best  # fmt: skip
    return Answer(best, rivals, plain, choice, _shown(metrics, best, [rival.name for rival in rivals], task))


def constant(metrics: Mapping[str, Array], structure: str, task: int) -> int:
    """How many seeds of a structure predict the same for every row of a task: no unit of their tower answers any more. 0 where
    that was not looked at."""
    found = metrics.get(f"{structure}.constant")
    return 0 if found is None else int(found[:, task].sum())


def _judged(metrics: Mapping[str, Array], name: str, task: int | None) -> bool:
    """Whether a model has an error on what is asked about."""
    if f"{name}.error" not in metrics:
        return False
    errors = np.atleast_2d(metrics[f"{name}.error"])
    return not bool(np.isnan(errors if task is None else errors[:, task]).any())


def _shown(metrics: Mapping[str, Array], best: str, others: Sequence[str], task: int | None) -> float:
    """How far two errors must lie apart to be told apart at 5 % in `POWER` of all draws: the median over the others, whose
    spread beside the best is what the resamples have."""
    spreads = [float(np.std(_log_ratio(metrics, name, best, task, "resampled"))) for name in others]
    return float(np.expm1((ndtri(0.975) + ndtri(POWER)) * np.median(spreads)))
