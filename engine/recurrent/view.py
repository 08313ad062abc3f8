"""What the stage shows of one moment of training, as arrays over distances and steps.

`S` distances · `F` steps of the longest sequence; shorter ones end at the same step and are nan before they begin
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.recurrent.config import RecurrentConfig
from engine.recurrent.gradients import belt
from engine.recurrent.ladder import LADDER
from engine.recurrent.opened import Opened
from engine.recurrent.probe import Probe, probe
from engine.runs.frame import Array


def distances(config: RecurrentConfig, most: int = 21) -> tuple[int, ...]:
    """The distances that the stage can show: up to `most`, evenly from 1 to the longest of training."""
    count = min(config.distance, most)
    if count == 1:
        return (config.distance,)
    return tuple(dict.fromkeys(round(1 + (config.distance - 1) * n / (count - 1)) for n in range(count)))


def first_units(at: Opened, distance: int) -> dict[str, int]:
    """For every cell the unit that carries the answer most."""
    shown = probe(at.config, distance)
    return {cell: int(np.argmax(at.carriers(cell, shown.inputs, shown.answer))) for cell in at.config.cells}


def views(at: Opened, probes: Sequence[Probe], units: Mapping[str, int]) -> dict[str, Array]:
    """Per cell: "{cell}.answer" (S, F) what it says of the answer after each step, "{cell}.unit" (S, F, N) the numbers
    of one unit as its rung lists them, "{cell}.belt" (S, 1, F, F) what is left at each step (column) of what each
    step (row) wrote.
    """
    width = max(len(one.written) for one in probes)
    found: dict[str, Array] = {}
    for cell in at.config.cells:
        said = np.full((len(probes), width), np.nan, np.float32)
        unit = np.full((len(probes), width, len(LADDER[cell].numbers)), np.nan, np.float32)
        left = np.full((len(probes), 1, width, width), np.nan, np.float32)
        for s, one in enumerate(probes):
            begin = width - len(one.written)
            traced = at.trace(cell, one.inputs)
            said[s, begin:] = said_of(traced, one)
            unit[s, begin:] = _numbers(traced, cell, units[cell])
            left[s, 0, begin:, begin:] = belt(at, cell, one.inputs)
        found |= {f"{cell}.answer": said, f"{cell}.unit": unit, f"{cell}.belt": left}
    return found


def said_of(traced: Mapping[str, Array], one: Probe) -> Array:
    """What is said of the answer after every step (L,)."""
    return traced["probabilities"][np.arange(len(one.answers)), list(one.answers)]


def _numbers(traced: Mapping[str, Array], cell: str, unit: int) -> Array:
    columns = {}
    for name in LADDER[cell].numbers:
        if name.startswith("before_"):
            values = traced[name.removeprefix("before_")][:, unit]
            columns[name] = np.concatenate(([0.0], values[:-1]))
        elif name == "tanh_c":
            columns[name] = np.tanh(traced["c"][:, unit])
        else:
            columns[name] = traced[name][:, unit]
    return np.stack(list(columns.values()), -1)
