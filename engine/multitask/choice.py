"""Choice: which structure to take at a correlation, by one rule."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import binom

from engine.measures import parameter_count
from engine.multitask.claims import CORRELATIONS, LOSS_THAT_MATTERS, PAPER, Seeds
from engine.multitask.config import LIVE, STRUCTURES, MultitaskConfig
from engine.multitask.models import build
from engine.runs.frame import Array
from engine.runs.studies.verdict import LEVEL, Judged, Outcome, judge_together

AMONG = LIVE
"""What the page's sentence chooses among: the structures that are trained where nobody chose. One that joins the ladder beyond
them changes neither the choice nor, by being judged together with them, what is said of the others; that it is better is told
where it is judged so (`beyond`)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is taken, what has the lowest median loss, and what is judged worse than that one.

    doubt  what is said of "the taken one is worse than the best"; None where they are the same
    """

    taken: str
    best: str
    worse: tuple[str, ...]
    doubt: Outcome | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Against:
    """How losses lie against those of another structure, run by run, in per cent of these: below 0 where they are lower.

    percent      (S,) of each run
    median       of the runs
    low, high    its 95 % interval, by order alone; nan where so few runs have none
    ahead        runs in which the loss is lower
    """

    percent: Array
    median: float
    low: float
    high: float
    ahead: int


def choose(losses: Mapping[float, Mapping[str, Array]], parameters: Mapping[str, int]) -> dict[float, Choice]:
    """At each correlation, of the structures that are not judged worse than the best there, the one with the fewest
    parameters. `losses` are by correlation and structure (S,), of the same seeds; all of them are judged together."""
    best = {p: min(some, key=lambda name: float(np.median(some[name]))) for p, some in losses.items()}
    rivals = [(p, name) for p, some in losses.items() for name in some if name != best[p]]
    verdicts = judge_together([Judged(losses[p][name] - losses[p][best[p]], LOSS_THAT_MATTERS) for p, name in rivals])
    said = {rival: verdict.outcome for rival, verdict in zip(rivals, verdicts, strict=True)}
    worse = {rival for rival, outcome in said.items() if outcome == Outcome.HOLDS}
    found = {}
    for p, some in losses.items():
        taken = min((name for name in some if (p, name) not in worse), key=parameters.__getitem__)
        found[p] = Choice(taken, best[p], tuple(name for name in some if (p, name) in worse), said.get((p, taken)))
    return found


def against(losses: Array, others: Array) -> Against:
    """Losses (S,) against `others` (S,) of the same runs."""
    percent = 100 * (np.asarray(losses, np.float64) / np.asarray(others, np.float64) - 1)
    low, high = median_interval(percent)
    return Against(percent, float(np.median(percent)), low, high, int((percent < 0).sum()))


def median_interval(values: Array) -> tuple[float, float]:
    """An interval that holds the median with 95 % or more, whatever the distribution: between the k-th of the values (S,) from
    below and the k-th from above, for the largest k that does. nan with fewer than six values."""
    ordered = np.sort(values)
    k = int(binom.ppf(LEVEL / 2, len(ordered), 0.5))
    if k < 1:
        return float("nan"), float("nan")
    return float(ordered[k - 1]), float(ordered[-k])


def choices(
    stored: Seeds, correlations: Sequence[float] = CORRELATIONS, among: Sequence[str] = AMONG
) -> dict[float, Choice]:
    """What is taken at each correlation that has a study. KeyError where results are missing."""
    sizes = {structure: parameters(PAPER, structure) for structure in among}
    losses = {p: {structure: stored.loss(PAPER, structure, p) for structure in among} for p in correlations}
    return choose(losses, sizes)


@functools.cache
def parameters(config: MultitaskConfig, structure: str) -> int:
    """All trainable numbers of a structure of this shape."""
    return parameter_count(build(config, structure))


def beyond(stored: Seeds, correlations: Sequence[float] = CORRELATIONS) -> dict[float, tuple[str, ...]]:
    """At each correlation the structures beyond `AMONG` that are judged better than what is taken there, all of them together.
    KeyError where results are missing."""
    taken = {p: choice.taken for p, choice in choices(stored, correlations).items()}
    asked = [(p, structure) for p in correlations for structure in STRUCTURES if structure not in AMONG]
    judged = judge_together([
        Judged(stored.loss(PAPER, taken[p], p) - stored.loss(PAPER, structure, p), LOSS_THAT_MATTERS)
        for p, structure in asked
    ])  # fmt: skip
    better = {one for one, verdict in zip(asked, judged, strict=True) if verdict.outcome == Outcome.HOLDS}
    return {
        p: tuple(structure for at, structure in asked if at == p and (at, structure) in better) for p in correlations
    }
