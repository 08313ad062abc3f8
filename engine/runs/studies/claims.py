"""Claim: a sentence about a ladder that stored results can confirm or refute, seed by seed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np

from engine.runs.config import Config
from engine.runs.frame import Array
from engine.runs.studies.stored import Results
from engine.runs.studies.verdict import (
    AT_LEAST_TOGETHER,
    ENOUGH_COSTLY_SEEDS,
    Judged,
    Verdict,
    judge_together,
)

C = TypeVar("C", bound=Config)
S = TypeVar("S", bound="Stored[Any]")


class Stored(Generic[C]):
    """Results of trained cells, looked up by config. A playground's own kind looks them up by setting, over its seeds."""

    def __init__(self, results: Results) -> None:
        self._results = results

    def metric_of(self, cell: C, name: str) -> Array:
        """One metric of one cell, in its stored shape and float64. KeyError where the cell or the metric is missing."""
        return np.asarray(self._results[cell][name], np.float64)


@dataclass(frozen=True, slots=True)
class Claim(Generic[C, S]):
    """id, the cells whose results it needs, and its differences (S,), one for each seed, above 0 where it is right.

    smallest  the smallest difference that would matter to somebody who has to choose, named before it was measured
    score     (S,) what is held against a threshold, where one is
    enough    seeds from which on its verdict is more than a preview
    beside    it is the same claim as another at a further cut or setting: its numbers are shown, without a verdict of its own
    opponents what it compares, where its cells do not name it
    """

    id: str
    needs: tuple[C, ...]
    differences: Callable[[S], Array]
    smallest: float = 0.0
    score: Callable[[S], Array] | None = None
    enough: int = ENOUGH_COSTLY_SEEDS
    beside: bool = False
    opponents: tuple[str, ...] = ()

    def judged(self, stored: S) -> Judged:
        """What the claim is judged by in these results. KeyError where one that it needs is missing."""
        return Judged(self.differences(stored), self.smallest, self.enough)

    def verdict(self, stored: S) -> Verdict:
        """How it is judged alone by these results. KeyError where one that it needs is missing."""
        return judge_together([self.judged(stored)])[0]


def run_of(claim: Claim[C, S], seed: int) -> C:
    """One run of a claim as a training of its own: all that it compares, each at its own rate, in the setting that it names
    first. KeyError where the claim has no such run."""
    trained = [cell for cell in claim.needs if hasattr(cell, "frames")]
    same = [cell for cell in trained if cell.seed <= seed < cell.seed + getattr(cell, "runs", 1)]  # type: ignore[attr-defined]
    if not same:
        raise KeyError(f"{claim.id} has no seed {seed}")
    first, default = same[0], type(same[0])()
    fields: dict[str, Any] = {"seed": seed, "frames": default.frames} | ({"runs": 1} if hasattr(first, "runs") else {})
    if first.ladder:
        ladder = default.every_rung
        mine = {cell.rungs[0]: cell for cell in same if replace(cell, **_as(first)) == first}
        fields[first.ladder] = tuple(rung for rung in ladder if rung in mine)
        if isinstance(first.learning_rate, tuple):  # type: ignore[attr-defined]
            fields["learning_rate"] = tuple(mine[r].rate(r) if r in mine else default.rate(r) for r in ladder)  # type: ignore[attr-defined]
    return replace(first, **fields)


def _as(cell: Config) -> dict[str, Any]:
    """What one structure or cell has of its own in a comparison."""
    return {name: getattr(cell, name) for name in (cell.ladder, "learning_rate")}


def family_of(claims: Iterable[Claim[C, S]]) -> tuple[str, ...]:
    """The ids of those that have a verdict of their own."""
    return tuple(claim.id for claim in claims if not claim.beside)


def verdicts(claims: Sequence[Claim[C, S]], stored: S) -> dict[str, Verdict]:
    """By their ids the verdicts of a playground's claims; without those whose results are missing.

    Its family are all but those that stand beside another one. It is judged together, missing ones counted, where there are
    `AT_LEAST_TOGETHER` seeds of each that is there; with fewer each is judged alone.
    """
    found: dict[str, Judged] = {}
    for claim in claims:
        with contextlib.suppress(KeyError):
            found[claim.id] = claim.judged(stored)
    family = family_of(claims)
    told = {id_: judge_together([judged])[0] for id_, judged in found.items()}
    if all(len(found[id_].differences) >= AT_LEAST_TOGETHER for id_ in family if id_ in found):
        missing = Judged(np.array([]))
        together = judge_together([found.get(id_, missing) for id_ in family])
        told |= {id_: verdict for id_, verdict in zip(family, together, strict=True) if id_ in found}
    return told


FLAT = (
    "claim", "cut", "seeds", "mean", "low", "high", "median", "signed_rank_p", "holm_p", "verdict",
    "smallest_that_matters", "rates", "steps", "opponents",
)  # fmt: skip
"""What a line of JSON says of a claim."""
LENGTHS = ("steps", "ranking_steps")
"""Settings that say how long a cell is trained; the longest is its training, the other one of its stages is not judged."""

TOLD_APART = frozenset({"seed", "learning_rate", *LENGTHS})


def flat(claim: Claim[C, S], verdict: Verdict) -> dict[str, object]:
    """A claim with its verdict as plain values under flat keys, for a line of JSON. `signed_rank_p` is that of the claim
    alone; `holm_p` the larger of both tests' after Holm's correction, which decides whether it holds. A claim that stands
    beside another has no verdict: null."""
    configs = [cell.to_dict() for cell in claim.needs]
    lengths = [max(config[name] for name in LENGTHS if name in config) for config in configs if "steps" in config]
    return _named(claim.id) | {
        "seeds": verdict.runs,
        "mean": verdict.mean,
        "low": verdict.low,
        "high": verdict.high,
        "median": verdict.median,
        "signed_rank_p": verdict.signed_rank.p,
        "holm_p": max(verdict.t.holm, verdict.signed_rank.holm),
        "verdict": None if claim.beside else str(verdict.outcome),
        "smallest_that_matters": verdict.smallest,
        "rates": sorted({float(rate) for config in configs for rate in np.atleast_1d(config.get("learning_rate", []))}),
        "steps": sorted(set(lengths)),
        "opponents": list(claim.opponents or _opponents(claim.needs)),
    }


def _opponents(needs: Sequence[Config]) -> list[str]:
    """The rungs of some cells; of cells without any the settings in which they differ, with their values."""
    if rungs := sorted({rung for cell in needs for rung in cell.rungs}):
        return rungs
    said = [{name: value for name, value in cell.to_dict().items() if name not in TOLD_APART} for cell in needs]
    names = [name for name in said[0] if any(one.get(name) != said[0][name] for one in said)]
    return sorted({f"{name}={_plain(one[name])}" for one in said for name in names if name in one})


def _plain(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)


def flat_withdrawn(id_: str, why: str) -> dict[str, object]:
    """A claim that is made no more, under the same keys: no numbers, and why."""
    return dict.fromkeys(FLAT) | _named(id_) | {"verdict": "withdrawn", "why": why}


def _named(id_: str) -> dict[str, object]:
    name, _, cut = id_.partition("@")
    return {"claim": name, "cut": cut}


def needed(claims: Iterable[Claim[C, S]], others: Iterable[C] = ()) -> tuple[C, ...]:
    """Every cell that the claims need, and others that their charts show, each once."""
    return tuple(dict.fromkeys([*(cell for claim in claims for cell in claim.needs), *others]))


def longest_first(cells: Iterable[C], length: Callable[[C], float]) -> tuple[C, ...]:
    """Cells in the order in which several workers are done soonest."""
    return tuple(sorted(cells, key=lambda cell: -length(cell)))


def by_id(claims: Sequence[Claim[C, S]]) -> dict[str, Claim[C, S]]:
    """Claims by their ids."""
    return {claim.id: claim for claim in claims}
