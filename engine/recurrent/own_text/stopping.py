"""Reading a text for as long as it helps: its validation part says when each cell stops, and the test is read once, at the end.

S seeds · K test distances
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from engine.recurrent.config import TextConfig
from engine.recurrent.tasks import Examples, Task
from engine.recurrent.training import Batches, Trainee, refuse_divergence
from engine.runs.frame import Array, Frame, frame_steps, kept_steps
from engine.runs.work import Tick

PATIENCE = 8
"""Looks at the validation windows without a better one, after which a cell stops: a fifth of all looks."""
Windows = tuple[Examples, ...]


class Best:
    """A cell that learns for as long as the validation windows like it better, and then goes back to where they liked it best."""

    def __init__(self, trainee: Trainee, at: int) -> None:
        self.trainee, self._at = trainee, at
        self.step, self.done, self._loss, self._looks = 0, False, np.inf, 0
        self._kept: dict[str, Tensor] = {}

    def look(self, step: int, validation: Windows, last: bool) -> dict[str, Array]:
        """The cell's share of a frame, of validation windows; it ends where it has been better for `PATIENCE` looks, or at the
        last step."""
        found = self.trainee.metrics(validation)
        if self.done:
            return found
        loss = float(found[f"{self.trainee.cell}.test_loss"][:, self._at].mean())
        self._looks += 1
        if loss < self._loss:
            self._loss, self.step, self._looks = loss, step, 0
            self._kept = {name: one.detach().clone() for name, one in self.trainee.stack.parameters.items()}
        self.done = last or self._looks >= PATIENCE
        if self.done:
            self._back()
        return found

    @torch.no_grad()
    def _back(self) -> None:
        for name, one in self.trainee.stack.parameters.items():
            one.copy_(self._kept[name])


def train_until(
    config: TextConfig,
    trained: Task,
    parts: tuple[Task, Task],
    beside: Callable[[Windows], dict[str, Array]],
    tick: Tick | None,
) -> Iterator[Frame]:
    """Train each cell until the validation part, the first of `parts`, likes it no better; then the test, the second, is read.

    metrics as `train`, of the validation windows, with what is known `beside` of the same windows; in the last frame of the
    test's, and "{cell}.stopped" () the step that a cell went back to.
    """
    lessons = Batches(config, trained, parts[0], config.seeds)
    at = config.test_distances.index(config.distance)
    cells = [Best(Trainee(config, trained, cell), at) for cell in config.cells]
    moments, known = frame_steps(config.steps, config.frames), beside(lessons.tests)
    keeping = kept_steps(moments, sum(one.trainee.nbytes() for one in cells))
    for step in range(config.steps + 1):
        if step:
            batch = lessons.batch()
            for one in cells:
                if not one.done:
                    one.trainee.learn(batch)
        if tick is not None:
            tick(step, config.steps)
        if step not in moments:
            continue
        looked = {name: value for one in cells for name, value in one.look(step, lessons.tests, step == config.steps).items()}  # fmt: skip
        refuse_divergence(Frame(step, looked), config)
        if all(one.done for one in cells):
            break
        yield Frame(step, looked | known, _parameters(cells) if step in keeping else {})
    tests = Batches(config, trained, parts[1], config.seeds).tests
    last = {name: value for one in cells for name, value in one.trainee.metrics(tests).items()}
    losses = {name: value for name, value in looked.items() if name.endswith("train_loss")}
    stopped = {f"{one.trainee.cell}.stopped": np.array(one.step) for one in cells}
    yield Frame(step, last | losses | beside(tests) | stopped, _parameters(cells))


def _parameters(cells: list[Best]) -> dict[str, Array]:
    return {name: value for one in cells for name, value in one.trainee.parameters().items()}
