"""How long a rung trains is measured alone, in turns, without what frames take."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from engine import training_time
from engine.multitask import MultitaskConfig
from engine.runs.frame import Frame
from engine.runs.playground import engines
from engine.runs.work import Tick
from engine.training_time import STEPS, TURNS, time_training

SECONDS = {"mmoe": 0.5, "omoe": 0.25}
FRAME = 1_000.0


def test_turns_of_steps_without_their_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [0.0], list[MultitaskConfig]()

    class Clock:
        perf_counter = staticmethod(lambda: now[0])

    def train(config: MultitaskConfig, tick: Tick | None) -> Iterator[Frame]:
        asked.append(config)
        slower = 1.0 if len(asked) > 2 else 3.0  # the first turn meets a busy machine
        for step in range(config.steps + 1):
            now[0] += slower * SECONDS[config.structures[0]] if step else 0.0
            assert tick is not None
            tick(step, config.steps)
            if step in (0, config.steps):
                now[0] += FRAME
                yield Frame(step, {})

    monkeypatch.setattr(training_time, "time", Clock)
    ticks: list[tuple[int, int]] = []
    config = MultitaskConfig(structures=("omoe", "mmoe"), steps=777, runs=4)
    frames = list(time_training(train, config, lambda done, of: ticks.append((done, of))))
    assert [one.structures[0] for one in asked] == ["omoe", "mmoe"] * TURNS
    assert {(one.steps, one.runs, one.correlation) for one in asked} == {(STEPS, 1, config.correlation)}
    assert {name: float(one) for name, one in frames[-1].metrics.items()} == pytest.approx(
        {f"{name}.seconds_a_step": one for name, one in SECONDS.items()}
    )
    assert float(frames[0].metrics["mmoe.seconds_a_step"]) == pytest.approx(3 * SECONDS["mmoe"])
    assert ticks[-1] == (2 * TURNS, 2 * TURNS)


@pytest.mark.parametrize("name", [name for name, one in engines().items() if one.config.ladder])
def test_every_rung_of_a_run_is_timed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_time, "STEPS", 3)
    engine = engines()[name]
    config = engine.config()
    *_, last = engine.works["time"].run(config)
    assert set(last.metrics) == {f"{rung}.seconds_a_step" for rung in config.rungs}
    assert all(np.isfinite(one) and one > 0 for one in last.metrics.values())
