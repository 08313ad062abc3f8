"""Tuning: each setting of a study gets the learning rate that does best on seeds that judge nothing.

What was found is written to `engine.tuned`, a table for each playground, from which the claims take their rates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from engine.files import ROOT, write_whole
from engine.runs.config import Config
from engine.runs.frame import Array
from engine.runs.studies.stored import Results

C = TypeVar("C", bound=Config)
Rates: TypeAlias = tuple[float, ...]
Found: TypeAlias = Mapping[str, tuple[float, Rates]]
"""By `name_of` a setting its rate, and those that were tried for it, ascending."""
FREE = frozenset({"learning_rate", "seed", "runs", "frames", "steps", "ranking_steps", "test_rows"})
"""What has no part in a setting's name: a setting that is trained longer has the rate of the shorter one."""
FURTHER = 2.5
"""A rate beyond an end of those that were tried is so many times as high, or as low."""
MOST = 12
"""Rates that are tried at most: where the best is still at an end then, nothing is learnt better at any."""
WIDTH = 120
TEXT = '''"""The learning rates of the studies of {playground}, and those that were tried for each. Written by `make claims`."""

from __future__ import annotations

from engine.runs.studies.tuning import Found

FOUND: Found = {{
{rows}
}}
'''


@dataclass(frozen=True, slots=True)
class Tuning(Generic[C]):
    """A model in a setting, whose rate is chosen.

    setting  it, at whatever rate; rung  which model
    rates    that are tried in any case, ascending
    cells    what is trained for a rate, on seeds that judge nothing
    loss     of the metrics of these cells: what is lowest at the best rate; the second number decides between equal ones
    """

    setting: C
    rung: str
    rates: Rates
    cells: Callable[[float], tuple[Any, ...]]
    loss: Callable[[Sequence[Mapping[str, Array]]], tuple[float, ...]]

    @property
    def name(self) -> str:
        """Under which its rate is written."""
        return name_of(self.setting, self.rung)

    @property
    def every(self) -> tuple[Any, ...]:
        """All cells of all its rates."""
        return tuple(cell for rate in self.rates for cell in self.cells(rate))

    def best(self, results: Results) -> float:
        """The best of its rates. KeyError where a result is missing."""
        return min(self.rates, key=lambda rate: self.loss([results[cell] for cell in self.cells(rate)]))

    def further(self, results: Results) -> Tuning[C] | None:
        """A grid with a rate more where the best is the first or the last of them; None where it lies inside, or `MOST` were
        tried. KeyError where a result is missing."""
        best = self.best(results)
        if len(self.rates) >= MOST:
            return None
        if best == self.rates[-1]:
            return replace(self, rates=(*self.rates, float(f"{best * FURTHER:.3g}")))
        if best == self.rates[0]:
            return replace(self, rates=(float(f"{best / FURTHER:.3g}"), *self.rates))
        return None


def every_cell(tunings: Iterable[Tuning[Any]]) -> Iterator[Any]:
    """What is trained to choose rates."""
    return (cell for tuning in tunings for cell in tuning.every)


def name_of(setting: Config, rung: str) -> str:
    """A model in a setting: what of it is not the default, whatever its seeds, rate and steps."""
    free = FREE | {setting.ladder}
    differences = setting.differences(type(setting)())
    return ", ".join((rung, *(f"{name} {_plain(mine)}" for name, (mine, _) in differences.items() if name not in free)))


def _plain(value: Any) -> str:
    return ("+".join(map(str, value)) or "none") if isinstance(value, (tuple, list)) else str(value)


def nearest(tunings: Iterable[Tuning[Any]], setting: Config, rung: str) -> str:
    """The name of the tuned setting of a model that lies nearest to another: fewest fields apart, of these the least. "" where
    the model was tuned in none."""
    mine = {one.name: _apart(setting, one.setting) for one in tunings if one.rung == rung}
    return min(mine, key=mine.__getitem__, default="")


def _apart(one: Config, other: Config) -> tuple[int, float]:
    free = FREE | {one.ladder}
    pairs = [pair for name, pair in one.differences(other).items() if name not in free]
    return len(pairs), sum(abs(a - b) for a, b in pairs if isinstance(a, int | float) and isinstance(b, int | float))


def tuned(found: Found, setting: Config, rung: str, otherwise: float) -> float:
    """The rate of a model in a setting; another where none was found yet."""
    rate, _ = found.get(name_of(setting, rung), (otherwise, ()))
    return rate


def tried(found: Found, setting: Config, rung: str, rates: Rates) -> Rates:
    """The rates that are tried for a model in a setting: those that were, and in any case some."""
    _, before = found.get(name_of(setting, rung), (0.0, ()))
    return tuple(sorted({*rates, *before}))


def chosen(tunings: Iterable[Tuning[Any]], results: Results) -> dict[str, tuple[float, Rates]]:
    """What is to be written, of results that are whole."""
    return {tuning.name: (tuning.best(results), tuning.rates) for tuning in tunings}


def write_found(playground: str, found: Found, folder: Path = ROOT / "engine" / "tuned") -> None:
    """Write a playground's table."""
    rows = "\n".join(_row(name, *one) for name, one in found.items())
    write_whole(folder / f"{playground}.py", TEXT.format(playground=playground, rows=rows).encode())


def _row(name: str, rate: float, rates: Rates) -> str:
    """A line, or four where one would be too long for the house."""
    row = f'    "{name}": ({rate!r}, {rates!r}),'
    return row if len(row) <= WIDTH else f'    "{name}": (\n        {rate!r},\n        {rates!r},\n    ),'
