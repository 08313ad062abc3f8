"""train(config): the chosen cells, on the same examples.

for frame in train(RecurrentConfig(seed=1)):
    print(frame.step, frame.metrics["lstm.accuracy"][0])
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor

from engine.errors import UserError
from engine.rates import at_step
from engine.recurrent.config import RecurrentConfig
from engine.recurrent.ladder import TITLES
from engine.recurrent.models import ReaderOutput, build, initialise
from engine.recurrent.tasks import Examples, Task, loss_of, right, task_of
from engine.runs.frame import Array, Frame, frame_steps, kept_steps
from engine.runs.seeds import generator
from engine.runs.stack import Stack
from engine.runs.work import Tick

TEST_EXAMPLES = 100
"""Held-out examples at each test distance."""
HOPELESS = 1e4
"""A loss beyond this will not come back: saturated gates keep it finite, so waiting for nan would be too late."""


class Batches:
    """Batches for a stack: every seed its own examples, all of one batch at the same distance.

    Equal lengths need no padding, and the distances are the same for every seed, so that a seed's run does not
    depend on which others it is stacked with.
    """

    def __init__(self, config: RecurrentConfig, task: Task, held_out: Task, seeds: Sequence[int]) -> None:
        self._config, self._task = config, task
        self._distances, self._drawn = generator(0, "distances"), 0
        self._sources = [generator(seed, "examples") for seed in seeds]
        tests = [
            [held_out.draw(distance, TEST_EXAMPLES, generator(seed, "test", str(distance))) for seed in seeds]
            for distance in config.test_distances
        ]
        self.tests = tuple(map(_stacked, tests))

    def batch(self) -> Examples:
        """inputs (S, L, B, …), targets (S, …)."""
        distance = self._distance()
        self._drawn += 1
        return _stacked([self._task.draw(distance, self._config.batch_size, source) for source in self._sources])

    def _distance(self) -> int:
        """Of the next batch. Growing: any up to the longest so far, which grows evenly from 1 to `distance` over the first
        half of the steps, so that what is too far to be learnt at once is reached from what is near (Bengio et al. 2009)."""
        config = self._config
        if config.distances == "single":
            return config.distance
        grown = 1.0 if config.distances == "mixed" else min(1.0, 2 * (self._drawn + 1) / config.steps)
        return int(torch.randint(1, math.ceil(config.distance * grown) + 1, (), generator=self._distances))


def _stacked(parts: Sequence[Examples]) -> Examples:
    return Examples(*(torch.stack(part) for part in zip(*parts, strict=True)))


class Trainee:
    """One kind of cell, its seeds stacked, with its optimiser."""

    def __init__(self, config: RecurrentConfig, task: Task, cell: str) -> None:
        self.config, self.task, self.cell = config, task, cell
        self.stack = Stack([initialise(build(config, cell, task), seed) for seed in config.seeds])
        self._rate, self._learnt = config.rate(cell), 0
        self.adam = self.stack.optimiser(self._rate)
        self._seen: list[Tensor] = []

    def learn(self, batch: Examples) -> None:
        """One step of Adam, each model's gradient cut to `clip`."""
        read: ReaderOutput = self.stack(batch.inputs)
        loss = loss_of(self.task.kind, read.answers, batch.targets)  # (S,)
        for group in self.adam.param_groups:
            group["lr"] = at_step(self._rate, self.config.decay, self._learnt, self.config.steps)
        self._learnt += 1
        self.adam.zero_grad(set_to_none=True)
        loss.sum().backward()
        cut(self.stack.parameters.values(), self.config.clip)
        self.adam.step()
        self._seen.append(loss.detach())

    @torch.no_grad()
    def metrics(self, tests: Sequence[Examples]) -> dict[str, Array]:
        """This cell's share of a frame: "accuracy", "test_loss" (S, K) at each test distance, "train_loss" (S,)."""
        answers = [self.stack(test.inputs).answers for test in tests]
        pairs = list(zip(answers, tests, strict=True))
        loss = torch.stack([loss_of(self.task.kind, answer, test.targets) for answer, test in pairs], 1)
        accuracy = torch.stack([right(self.task, answer, test.targets).mean(1) for answer, test in pairs], 1)
        seen = torch.stack(self._seen).mean(0) if self._seen else loss.mean(1)
        self._seen = []
        found = {"accuracy": accuracy, "test_loss": loss, "train_loss": seen}
        return {f"{self.cell}.{name}": tensor.numpy().copy() for name, tensor in found.items()}

    def nbytes(self) -> int:
        """Bytes of one seed's parameters."""
        return sum(tensor[0].nbytes for tensor in self.stack.parameters.values())

    def parameters(self) -> dict[str, Array]:
        """The followed seed's parameters, by "cell.name", each in its own shape."""
        return {f"{self.cell}.{name}": tensor.numpy() for name, tensor in self.stack.state(0).items()}


@torch.no_grad()
def cut(parameters: Iterable[Tensor], longest: float) -> None:
    """Shorten each model's gradient to `longest`: parameters (S, …), in place (Pascanu et al. 2013, §3.2)."""
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    lengths = torch.stack([gradient.flatten(1).square().sum(1) for gradient in gradients]).sum(0).sqrt()  # (S,)
    factor = (longest / lengths.clamp_min(1e-12)).clamp_max(1.0)
    for gradient in gradients:
        gradient.mul_(factor.view(-1, *[1] * (gradient.dim() - 1)))


def train(config: RecurrentConfig, tick: Tick | None = None) -> Iterator[Frame]:
    """Train every chosen cell on `config.runs` seeds and yield about `config.frames` frames.

    metrics: per cell "accuracy" and "test_loss" (S, K) at `config.test_distances`, "train_loss" (S,), the mean of
    the batches since the frame before. Raises UserError when a loss stops being a number.
    """
    task = task_of(config)
    yield from train_on(config, task, task, tick)


def train_on(config: RecurrentConfig, task: Task, held_out: Task, tick: Tick | None = None) -> Iterator[Frame]:
    """Train with examples from one task and tests from another, as two parts of one text are."""
    lessons = Batches(config, task, held_out, config.seeds)
    trainees = [Trainee(config, task, cell) for cell in config.cells]
    moments = frame_steps(config.steps, config.frames)
    keeping = kept_steps(moments, sum(map(Trainee.nbytes, trainees)))
    for step in range(config.steps + 1):
        if step:
            batch = lessons.batch()
            for trainee in trainees:
                trainee.learn(batch)
        if tick is not None:
            tick(step, config.steps)
        if step in moments:
            frame = _frame(step, trainees, lessons, whole=step in keeping)
            yield frame
            refuse_divergence(frame, config)


def _frame(step: int, trainees: Sequence[Trainee], lessons: Batches, *, whole: bool) -> Frame:
    metrics: dict[str, Array] = {}
    parameters: dict[str, Array] = {}
    for trainee in trainees:
        metrics |= trainee.metrics(lessons.tests)
        parameters |= trainee.parameters() if whole else {}
    return Frame(step, metrics, parameters)


def refuse_divergence(frame: Frame, config: RecurrentConfig) -> None:
    """Raise UserError where a loss has left all bounds."""
    for cell in config.cells:
        worst = float(frame.metrics[f"{cell}.train_loss"].max())
        if not worst < HOPELESS:
            raise UserError(
                "Training diverged: after {step} steps the loss of {cell} is {loss}. Lower the learning rate.",
                step=frame.step,
                cell=TITLES[cell],
                loss=f"{worst:.3g}",
            )
