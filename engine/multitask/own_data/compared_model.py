"""A structure in a comparison on a user's table: its seeds stacked, each kept as it was at its best epoch."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from engine.errors import UserError
from engine.multitask.config import MultitaskConfig
from engine.multitask.models import RUNGS, SharedBottom, build, initialise
from engine.multitask.own_data.config import TableConfig
from engine.multitask.own_data.features import Encoding, Prepared, Separate, WithEmbeddings, embedding_width
from engine.multitask.structures.structure import Forward
from engine.multitask.training import losses
from engine.runs.frame import Array
from engine.runs.seeds import generator
from engine.runs.stack import Stack

OWN = re.compile(r"networks\.(\d+)\.")
"""How the parameters of one task's network begin in `Separate`."""
CHUNK = 4_096
"""Rows predicted at once: 90,000 test rows of 8 seeds would not fit beside the rest."""


class ComparedModel:
    """`S` seeds of one structure, `N` test rows, `T` tasks, `E` experts.

    predictions (S, N, T) and gates (S, T, E), the mean over the test rows, are those of the epoch with the
    lowest validation loss: of each seed over all tasks, of Single-Task for each task by itself, since its
    networks have no reason to stop together. `parameters`, by name, are the first seed's of those epochs
    """

    def __init__(self, config: TableConfig, data: Prepared, structure: str) -> None:
        self.name, self._data = structure, data
        shape, self._padding = shape_of(config, data.encoding)
        self._binary = torch.tensor(data.binary)
        self._stack = Stack([network(shape, data.sizes, structure, seed) for seed in config.seeds])
        self._adam = self._stack.optimiser(config.learning_rate)
        self._best = np.full((config.runs, len(data.binary)), np.inf)
        self.predictions = np.zeros((config.runs, len(data.test), len(data.binary)), np.float32)
        self.gates = np.zeros((config.runs, len(data.binary), len(RUNGS[structure].owners(shape))), np.float32)
        self.parameters: dict[str, Array] = {}

    def _forward(self, rows: Tensor) -> Forward:
        """For row numbers (S, B)."""
        numbers = torch.nn.functional.pad(self._data.numbers[rows], (0, self._padding))
        forward: Forward = self._stack(numbers, self._data.ids[rows])
        return forward

    def learn(self, rows: Tensor) -> None:
        """One step of Adam on row numbers (S, B)."""
        predictions = self._forward(rows).predictions
        loss = losses(predictions, self._filled(predictions, self._data.labels[rows]), self._binary)
        self._adam.zero_grad(set_to_none=True)
        loss.sum().backward()
        self._adam.step()

    def _filled(self, predictions: Tensor, labels: Tensor) -> Tensor:
        """Labels whose gaps are the model's own answer, from which there is nothing to learn: (S, B, T) each."""
        gaps = labels.isnan()
        if not gaps.any():
            return labels
        own = torch.where(self._binary, predictions.sigmoid(), predictions).detach()
        return torch.where(gaps, own, labels)

    def _validated(self, predictions: Tensor, labels: Tensor) -> Array:
        """Loss (S, T) of (S, N, T) on labels (N, T), each task over the rows that have its label."""
        each = []
        for task in range(labels.shape[1]):
            there = ~labels[:, task].isnan()
            truth = labels[there, task : task + 1].expand(len(predictions), -1, -1)
            each.append(losses(predictions[:, there, task : task + 1], truth, self._binary[task : task + 1]))
        return torch.cat(each, dim=1).numpy()

    @torch.no_grad()
    def _predict(self, rows: Array) -> tuple[Tensor, Tensor]:
        """Predictions (S, N, T), and the gates' mean over the rows (S, T, E)."""
        predictions, gates = [], torch.zeros(())
        for part in torch.from_numpy(rows).split(CHUNK):
            forward = self._forward(part.expand(len(self._best), -1))
            predictions.append(forward.predictions)
            gates = gates + forward.gates.sum(1)
        return torch.cat(predictions, dim=1), gates / len(rows)

    def end_epoch(self) -> Array:
        """Validation loss (S, T); where it is the best so far, the test rows are predicted anew."""
        labels = self._data.labels[torch.from_numpy(self._data.validation)]
        predictions, _ = self._predict(self._data.validation)
        loss = self._validated(predictions, labels)
        if not np.isfinite(loss).all():
            raise UserError("Training diverged on this table. Lower the learning rate.")
        judged = np.broadcast_to(loss.mean(-1, keepdims=True), loss.shape) if RUNGS[self.name].shares else loss
        better = judged < self._best  # (S, T)
        self._best = np.where(better, judged, self._best)
        if better.any():
            predictions, gates = self._predict(self._data.test)
            self.predictions = np.where(better[:, None, :], predictions.numpy(), self.predictions)
            self.gates = np.where(better[:, :, None], gates.numpy(), self.gates)
            self._keep(better[0])
        return loss

    def _keep(self, better: Array) -> None:
        """The first seed's parameters where they are better, by task (T,); what is shared is where any is."""
        for name, tensor in self._stack.state(0).items():
            own = OWN.match(name)
            if better[int(own[1])] if own else better.any():
                self.parameters[name] = tensor.numpy()


def shape_of(config: TableConfig, encoding: Encoding) -> tuple[MultitaskConfig, int]:
    """The structures' shape for a table, and how many zeros its numbers are padded with: a structure takes 6 at least."""
    width = encoding.width + sum(embedding_width(size) for size in encoding.sizes)
    shape = replace(
        MultitaskConfig(), input_dim=max(width, 6), tasks=tuple("binary" if one.binary else "regression" for one in encoding.labels),
        num_experts=config.num_experts, shared_experts=config.shared_experts, specific_experts=config.specific_experts,
        extraction_levels=config.extraction_levels, expert_units=config.expert_units, tower_units=config.tower_units,
        bottom_units=config.bottom_units,
    )  # fmt: skip
    return shape, shape.input_dim - width


def network(shape: MultitaskConfig, sizes: tuple[int, ...], structure: str, seed: int) -> WithEmbeddings | Separate:
    """The structure behind embeddings of `sizes` categories, initialised; Single-Task shares not even those."""
    if RUNGS[structure].shares:
        model = initialise(build(shape, structure), shape, structure, seed)
        return WithEmbeddings(sizes, model, generator(seed, "embeddings"))
    own = []
    for k in range(shape.num_tasks):
        bottom = SharedBottom(shape.input_dim, shape.bottom_units, shape.tower_units, num_tasks=1)
        initialise(bottom, shape, f"{structure} {k}", seed)
        own.append(WithEmbeddings(sizes, bottom, generator(seed, "embeddings", str(k))))
    return Separate(own)
