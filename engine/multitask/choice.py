"""Choice: which structure to take at a correlation, by one rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.measures import parameter_count
from engine.multitask.claims import CORRELATIONS, LOSS_THAT_MATTERS, PAPER, Seeds
from engine.multitask.config import LIVE, STRUCTURES
from engine.multitask.models import build
from engine.runs.frame import Array
from engine.runs.studies.verdict import Judged, Outcome, judge_together

AMONG = LIVE
"""What the page's sentence chooses among: the structures that are trained where nobody chose. One that joins the ladder beyond
them changes neither the choice nor, by being judged together with them, what is said of the others; that it is better is told
where it is judged so (`beyond`)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is taken, what has the lowest median loss, and what is judged worse than that one."""

    taken: str
    best: str
    worse: tuple[str, ...]


def choose(losses: Mapping[float, Mapping[str, Array]], parameters: Mapping[str, int]) -> dict[float, Choice]:
    """At each correlation, of the structures that are not judged worse than the best there, the one with the fewest
    parameters. `losses` are by correlation and structure (S,), of the same seeds; all of them are judged together."""
    best = {p: min(some, key=lambda name: float(np.median(some[name]))) for p, some in losses.items()}
    rivals = [(p, name) for p, some in losses.items() for name in some if name != best[p]]
    verdicts = judge_together([Judged(losses[p][name] - losses[p][best[p]], LOSS_THAT_MATTERS) for p, name in rivals])
    worse = {rival for rival, verdict in zip(rivals, verdicts, strict=True) if verdict.outcome == Outcome.HOLDS}
    found = {}
    for p, some in losses.items():
        left = [name for name in some if (p, name) not in worse]
        found[p] = Choice(
            min(left, key=parameters.__getitem__), best[p], tuple(name for name in some if (p, name) in worse)
        )
    return found


def choices(
    stored: Seeds, correlations: Sequence[float] = CORRELATIONS, among: Sequence[str] = AMONG
) -> dict[float, Choice]:
    """What is taken at each correlation that has a study. KeyError where results are missing."""
    sizes = {structure: parameter_count(build(PAPER, structure)) for structure in among}
    losses = {p: {structure: stored.loss(PAPER, structure, p) for structure in among} for p in correlations}
    return choose(losses, sizes)


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
