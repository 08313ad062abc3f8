"""How long each rung of a run takes to train, measured beside the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from engine.runs.config import Config
from engine.runs.frame import Frame
from engine.runs.work import Tick

C = TypeVar("C", bound=Config)
STEPS, TURNS = 60, 3
"""Steps of one turn; a run that grows its task over its steps does so within a turn. Turns of each rung, in alternation."""


def time_training(
    train: Callable[[C, Tick | None], Iterator[Frame]], config: C, tick: Tick | None = None
) -> Iterator[Frame]:
    """Train every rung of a config alone, one seed for `STEPS` steps, in turns; a frame after each turn of all.

    metrics: by rung, "seconds_a_step" () of the fastest turn so far, without what the frames take. What other work on the
    machine adds is not the model's.
    """
    fastest: dict[str, float] = {}
    count, done = TURNS * len(config.rungs), 0
    for turn in range(1, TURNS + 1):
        for rung in config.rungs:
            spent = _seconds_a_step(train, _alone(config, rung))
            fastest[rung] = min(spent, fastest.get(rung, spent))
            done += 1
            if tick is not None:
                tick(done, count)
        yield Frame(turn, {f"{rung}.seconds_a_step": np.asarray(one) for rung, one in fastest.items()})


def _alone(config: C, rung: str) -> C:
    fewer: dict[str, Any] = {config.ladder: (rung,), "steps": STEPS, "frames": 2}
    if "runs" in config.to_dict():
        fewer["runs"] = 1
    return replace(config, **fewer)


def _seconds_a_step(train: Callable[[C, Tick | None], Iterator[Frame]], config: C) -> float:
    at: list[float] = []
    for _ in train(config, lambda step, steps: at.append(time.perf_counter())):
        pass
    return (at[-1] - at[1]) / (len(at) - 2)  # before the first step and after the last a frame is made
