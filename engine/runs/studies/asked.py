"""Asked: claims of a playground, asked again on a viewer's settings and seeds."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic

import numpy as np

from engine.runs.config import Config
from engine.runs.frame import Array
from engine.runs.studies.claims import C, Claim, S
from engine.runs.studies.fingerprint import key
from engine.runs.studies.shipped import Shipped
from engine.runs.studies.stored import Results
from engine.runs.studies.verdict import Verdict

PREVIEW = 8
"""Seeds that are trained at first: enough for a preview."""
GROUP = 4
"""Seeds that are trained as one where a config has several: few, so that there is soon something to see."""
SEEDED = frozenset({"seed", "runs", "frames"})
"""What a study says of its own."""
PACE = frozenset({"learning_rate", "decay", "steps", "batch_size", "clip"})
"""What is a viewer's wherever it was touched, also where the compared ones differ in it."""


class Asked(Generic[C, S]):
    """Claims on a viewer's settings: which cells that takes, and how they are judged by those that are done.

    claims    those of the ones named that have a verdict of their own; where none has, all that are named
    changes   the viewer's settings that they are asked with
    kept      the viewer's further changes, which the claims themselves say or vary
    first     the first seed: the viewer's own, or one beyond those of the stored study
    """

    def __init__(self, shipped: Shipped[C, S], ids: Collection[str], theirs: C) -> None:
        self._shipped = shipped
        named = tuple(claim for claim in shipped.claims if claim.id in ids)
        own = tuple(claim for claim in named if claim.id in shipped.family)
        self.claims: tuple[Claim[C, S], ...] = own or named
        default = type(theirs)()
        self._compared: Mapping[C, Sequence[C]]
        self._compared, differ = _compared(shipped, tuple(claim.id for claim in self.claims))
        said = shipped.asks | differ - PACE
        changed = {
            name: mine
            for name, (mine, _) in theirs.differences(default).items()
            if name not in SEEDED | {theirs.ladder}
        }
        self.changes = {name: value for name, value in changed.items() if name not in said}
        self.kept = tuple(name for name in changed if name in said)
        self.first: int = theirs.seed or _beyond(shipped)  # type: ignore[attr-defined]

    def cells(self, seeds: range) -> tuple[C, ...]:
        """What is to be trained for these seeds, counted from 0, those of the first seeds first."""
        return tuple(self._own(one, some) for some in self._groups(seeds) for one in self._compared)

    @property
    def steps(self) -> tuple[int, ...]:
        """How long is trained: the viewer's steps where they were touched, else as the study does; () where nothing is."""
        each = self.cells(range(self._size))
        return tuple(sorted({_steps(cell) for cell in each if hasattr(cell, "steps")}))

    def seconds(self, seeds: int) -> float | None:
        """About how long so many take one process, by the time that cells of the study took; None where nothing is known of
        one that is compared."""
        each = [self._pace(one, needs) for one, needs in self._compared.items()]
        return None if None in each else seeds * sum(pace for pace in each if pace is not None)

    def _pace(self, one: C, needs: Collection[C]) -> float | None:
        """Seconds that one seed takes: of the study's cells of the same, else of any of the same rung, by their steps."""
        known = self._shipped.seconds
        same: list[Config] = [cell for cell in needs if cell in known]
        same = same or [cell for cell in known if key(cell) == key(one)]
        paces = [known[cell] / _steps(cell) / getattr(cell, "runs", 1) for cell in same]
        return _steps(self._own(one, range(1))) * float(np.mean(paces)) if paces else None

    def verdicts(self, done: Results) -> tuple[int, dict[str, Verdict]]:
        """How many seeds all that is compared has so far, counted from the first, and how each claim is judged by them, alone."""
        so_far = self._so_far(done)
        if so_far < 2:
            return so_far, {}
        stored = self._shipped.stored(
            _Single({one: self._joined(done, one, so_far) for one in self._compared}), range(so_far)
        )
        return so_far, {claim.id: claim.verdict(stored) for claim in self.claims}

    @property
    def _size(self) -> int:
        """Seeds of a cell."""
        return GROUP if self._several else 1

    @functools.cached_property
    def _several(self) -> bool:
        """Whether a cell trains several seeds at once."""
        return "runs" in self._shipped.config().to_dict()

    def _own(self, one: C, seeds: range) -> C:
        own: dict[str, Any] = {"seed": self.first + seeds[0]} | ({"runs": len(seeds)} if self._several else {})
        mine = {name: value for name, value in self.changes.items() if hasattr(one, name)}
        return replace(one, **mine, **own)

    def _so_far(self, done: Results) -> int:
        count, size = 0, self._size
        while self.claims and all(self._own(one, range(count, count + size)) in done for one in self._compared):
            count += size
        return count

    def _groups(self, seeds: range) -> list[range]:
        """Seeds as they are trained together. ValueError where they would have to be taken apart."""
        if len(seeds) % self._size:
            raise ValueError(f"{len(seeds)} seeds are not groups of {self._size}")
        return [seeds[at : at + self._size] for at in range(0, len(seeds), self._size)]

    def _joined(self, done: Results, one: C, count: int) -> dict[str, Array]:
        """Its metrics with a leading axis of seeds."""
        parts = [done[self._own(one, some)] for some in self._groups(range(count))]
        if not self._several:
            return {name: np.stack([part[name] for part in parts]) for name in parts[0]}
        return {
            name: np.concatenate([part[name] for part in parts])
            for name, value in parts[0].items()
            if value.ndim and len(value) == GROUP
        }


@functools.lru_cache(maxsize=64)  # asked at every turn of a page, for each open experiment
def _compared(shipped: Shipped[C, S], ids: tuple[str, ...]) -> tuple[Mapping[C, Sequence[C]], frozenset[str]]:
    """What these claims compare, without seeds, and the study's cells of it; and in which settings a cell is not the default."""
    found: dict[C, list[C]] = {}
    differ, default = set[str](), shipped.config()
    for claim in shipped.claims:
        for cell in claim.needs if claim.id in ids else ():
            found.setdefault(_without_seed(cell), []).append(cell)
            differ.update(cell.differences(default))
    return found, frozenset(differ)


class _Single(Mapping[Config, Mapping[str, Array]]):
    """Metrics with a leading axis of seeds, found by a study's cells: as many of them as a cell has, from its seed on."""

    def __init__(self, metrics: Mapping[Config, Mapping[str, Array]]) -> None:
        self._metrics = metrics

    def __getitem__(self, cell: Config) -> Mapping[str, Array]:
        values, first = self._metrics[_without_seed(cell)], cell.seed  # type: ignore[attr-defined]
        runs = getattr(cell, "runs", None)
        return {name: value[first] if runs is None else value[first : first + runs] for name, value in values.items()}

    def __iter__(self) -> Iterator[Config]:
        return iter(self._metrics)

    def __len__(self) -> int:
        return len(self._metrics)


def _steps(cell: Config) -> int:
    """How many steps the longest training of a cell takes; 1 for one that is not trained."""
    return max(getattr(cell, name, 1) for name in ("steps", "ranking_steps"))


def _without_seed(cell: C) -> C:
    first: dict[str, Any] = {"seed": 0} | ({"runs": 1} if hasattr(cell, "runs") else {})
    return replace(cell, **first)


def _beyond(shipped: Shipped[Any, Any]) -> int:
    """A round seed that the study has not used."""
    used = max(cell.seed + getattr(cell, "runs", 1) for claim in shipped.claims for cell in claim.needs)
    return -(-used // 100) * 100
