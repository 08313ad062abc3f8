"""train(config): the chosen structures, several seeds of each, on the same rows.

for frame in train(MultitaskConfig(correlation=0.5, seed=1)):
    print(frame.step, frame.metrics["mmoe.test_loss"].mean())
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.errors import UserError
from engine.multitask import measures
from engine.multitask.config import MultitaskConfig
from engine.multitask.data import Rows, Stream
from engine.multitask.ladder import TITLES
from engine.multitask.models import RUNGS, build, initialise
from engine.multitask.structures.structure import Forward
from engine.rates import at_step
from engine.runs.frame import Array, Frame, frame_steps, kept_steps
from engine.runs.seeds import generator
from engine.runs.stack import Stack
from engine.runs.work import Tick


class Trainee:
    """One structure, its seeds stacked, with its optimiser."""

    def __init__(self, config: MultitaskConfig, structure: str, seeds: tuple[int, ...]) -> None:
        self.config = config
        self.structure = structure
        self.stack = Stack([initialise(build(config, structure), config, structure, seed) for seed in seeds])
        self._rate = config.rate(structure)
        self.adam = self.stack.optimiser(self._rate)
        self._learnt = 0
        self._binary = torch.tensor([kind == "binary" for kind in config.tasks])
        self._dropout = [generator(seed, "gate dropout", structure) for seed in seeds]
        self._running = torch.zeros(len(seeds), config.num_tasks)
        self._steps = 0

    def learn(self, rows: Rows) -> None:
        """One step of Adam on x (S, B, D), y (S, B, T)."""
        forward: Forward = self.stack(rows.x, *self._gate_masks(rows))
        loss = losses(forward.predictions, rows.y, self._binary)  # (S, T)
        for group in self.adam.param_groups:
            group["lr"] = at_step(self._rate, self.config.decay, self._learnt, self.config.steps)
        self.adam.zero_grad(set_to_none=True)
        loss.sum().backward()
        self.adam.step()
        self._running += loss.detach()
        self._steps += 1
        self._learnt += 1

    def _gate_masks(self, rows: Rows) -> tuple[Tensor, ...]:
        """Masks as inputs, since vmap refuses random operations inside the model."""
        if not self.config.gate_dropout or not RUNGS[self.structure].gated:
            return ()
        shape = (rows.x.shape[1], self.config.num_tasks, len(RUNGS[self.structure].owners(self.config)))
        drawn = torch.stack([torch.rand(shape, generator=source) for source in self._dropout])
        return ((drawn >= self.config.gate_dropout).float(),)

    @torch.no_grad()
    def metrics(self, test: Rows, fixed: Rows | None, basis: Tensor) -> dict[str, Array]:
        """This structure's share of a frame, by "structure.name"; `train` says which there are, and their shapes.

        test and fixed are rows (S, B, …), basis (T, D) spans the tasks' weight vectors.
        """
        forward: Forward = self.stack(test.x)
        found: dict[str, Tensor] = {"test_loss": losses(forward.predictions, test.y, self._binary)}  # (S, T)
        if fixed is not None:
            found["train_loss"] = losses(self.stack(fixed.x).predictions, fixed.y, self._binary)
        elif self._steps:
            found["train_loss"] = self._running / self._steps  # mean of the batches since the last frame
        else:
            found["train_loss"] = found["test_loss"]  # before the first step: rows never trained on
        self._running, self._steps = torch.zeros_like(self._running), 0
        if RUNGS[self.structure].gated:
            found["gates"] = forward.gates.mean(1)  # (S, T, E), over the held-out rows
            found["gate_entropy"] = measures.entropy(forward.gates)  # (S, T)
            found["gate_distance"] = measures.gate_distance(forward.gates)  # (S,)
            found["mean_gate_distance"] = measures.mean_gate_distance(forward.gates)  # (S,)
        if forward.lower_gates:
            found["lower_gates"] = forward.lower_gates[0].mean(1)  # (S, T + 1, E)
        if not self.config.shared_units:
            found["directions"] = measures.directions(self.stack.parameters["experts.weight"][0], basis)  # (E, U, T)
        return {f"{self.structure}.{name}": array(tensor) for name, tensor in found.items()}

    def nbytes(self) -> int:
        """Bytes of one seed's parameters."""
        return sum(tensor[0].nbytes for tensor in self.stack.parameters.values())

    def parameters(self) -> dict[str, Array]:
        """The followed seed's parameters, by "structure.name", each in its own shape."""
        return {f"{self.structure}.{name}": array(tensor) for name, tensor in self.stack.state(0).items()}


def losses(predictions: Tensor, labels: Tensor, binary: Tensor) -> Tensor:
    """Mean squared error, or log loss where the task is binary (T,): (S, B, T) → (S, T)."""
    squared = (predictions - labels) ** 2
    if not binary.any():
        return squared.mean(1)
    logistic = functional.binary_cross_entropy_with_logits(predictions, labels.clamp(0, 1), reduction="none")
    return torch.where(binary, logistic, squared).mean(1)


def train(config: MultitaskConfig, tick: Tick | None = None) -> Iterator[Frame]:
    """Train every chosen structure on `config.runs` seeds and yield about `config.frames` frames.

    metrics: per structure "test_loss", "train_loss" (S, T); for the mixtures "gates" (S, T, E),
    "gate_entropy" (S, T), "gate_distance" and "mean_gate_distance" (S,); "lower_gates" (S, T + 1, E) where
    there is a level below; "directions" (E, U, T) of the followed seed; and once for all "label_pearson" (S, T, T).
    Raises UserError when a loss stops being a number.
    """
    stream = Stream(config, config.seeds)
    test = stream.test_rows()
    pearson = array(measures.pearson(test.y))
    trainees = [Trainee(config, structure, config.seeds) for structure in config.structures]
    moments = frame_steps(config.steps, config.frames)
    keeping = kept_steps(moments, sum(trainee.nbytes() for trainee in trainees))
    for step in range(config.steps + 1):
        if step:
            rows = stream.batch()
            for trainee in trainees:
                trainee.learn(rows)
        if tick is not None:
            tick(step, config.steps)
        if step in moments:
            frame = _frame(step, trainees, stream, test, pearson, step in keeping)
            yield frame
            _refuse_divergence(frame, config)


def _frame(step: int, trainees: list[Trainee], stream: Stream, test: Rows, pearson: Array, whole: bool) -> Frame:
    metrics: dict[str, Array] = {"label_pearson": pearson}
    parameters: dict[str, Array] = {}
    for trainee in trainees:
        metrics |= trainee.metrics(test, stream.training_rows(), stream.tasks[0].basis)
        parameters |= trainee.parameters() if whole else {}
    return Frame(step, metrics, parameters)


def _refuse_divergence(frame: Frame, config: MultitaskConfig) -> None:
    for structure in config.structures:
        if not np.isfinite(frame.metrics[f"{structure}.test_loss"]).all():
            raise UserError(
                "Training diverged: after {step} steps a loss of {structure} is no longer a number. "
                "Lower the learning rate.",
                step=frame.step,
                structure=TITLES[structure],
            )


def array(tensor: Tensor) -> Array:
    """A tensor as numpy, in its own shape, copied so that later steps cannot change it."""
    return tensor.detach().numpy().copy()
