"""A structure in a comparison on a user's table: some seeds stacked, each taken as it was at its best epoch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.errors import UserError
from engine.multitask.models import RUNGS
from engine.multitask.own_data.config import TableConfig
from engine.multitask.own_data.features import Prepared
from engine.multitask.own_data.networks import network, shape_of
from engine.multitask.structures.structure import Forward
from engine.runs.frame import Array
from engine.runs.stack import Stack

OWN = re.compile(r"networks\.(\d+)\.")
"""How the parameters of one task's network begin in `Separate`."""
LAST = "structure.towers.output.bias"
"""How the name of the parameter ends that is added last."""
PATIENT = 150
"""Steps without a gain that end a training at the earliest: an epoch of a small table has a few."""
CHUNK = 4_096
"""Rows predicted at once: 90,000 test rows of 8 seeds would not fit beside the rest."""


class Batch(NamedTuple):
    """Rows as a step takes them: numbers (S, B, F), ids (S, B, C), labels (S, B, T), their weights (S, B) or None."""

    numbers: Tensor
    ids: Tensor
    labels: Tensor
    weights: Tensor | None


def batch(data: Prepared, rows: Tensor) -> Batch:
    """Rows by their numbers (S, B), gathered once for all structures."""
    weights = None if data.weights is None else torch.from_numpy(data.weights)[rows].float()
    return Batch(data.numbers[rows], data.ids[rows], data.labels[rows], weights)


class ComparedModel:
    """`S` seeds of one structure, `N` rows, `T` tasks, `E` experts.

    `rates` are one for all seeds, or one for each (S,). A seed's best epoch is that with the lowest validation loss: over all
    tasks, by their weights; of Single-Task for each task by itself, since its networks have no reason to stop together.
    `done` once no seed has gained for `patience` epochs. `best` (S, T) are those losses, `epochs` (S, T) where they were.
    """

    def __init__(
        self, config: TableConfig, data: Prepared, structure: str, seeds: Sequence[int], rates: Sequence[float]
    ) -> None:
        self.name, self._data = structure, data
        self._patience = max(config.patience, -(-PATIENT * config.batch_size // len(data.train)))
        shape, self._padding = shape_of(config, data.encoding)
        self._binary = torch.tensor(data.binary)
        self._shift = torch.tensor(data.shift, dtype=torch.float32)
        self._row_weights = None if data.weights is None else torch.tensor(data.weights, dtype=torch.float32)
        self._weighted = data.weights is not None or bool(data.shift.any())
        self._gaps = bool(data.labels.isnan().any())
        self._tasks = torch.tensor([config.of_label("task_weights", k) for k in range(len(data.binary))])
        self._stack = Stack([network(shape, data.sizes, structure, seed) for seed in seeds])
        self._adam = self._stack.optimiser(rates[0])
        self._faster = torch.tensor([rate / rates[0] for rate in rates]) if len(set(rates)) > 1 else None
        self.best = np.full((len(seeds), len(data.binary)), np.inf)
        self.epochs = np.zeros((len(seeds), len(data.binary)), np.int64)
        self.done, self._epoch = False, 0
        self._kept = {name: tensor.detach().clone() for name, tensor in self._stack.parameters.items()}

    def _forward(self, numbers: Tensor, ids: Tensor) -> Forward:
        """numbers (S, B, F), ids (S, B, C)."""
        numbers = functional.pad(numbers, (0, self._padding)) if self._padding else numbers
        forward: Forward = self._stack(numbers, ids)
        return forward

    def learn(self, rows: Batch) -> None:
        """One step of Adam."""
        loss = self.loss(self._forward(rows.numbers, rows.ids).predictions, rows)  # (S, T)
        self._adam.zero_grad(set_to_none=True)
        (loss * self._tasks).sum().backward()
        if self._faster is None:
            self._adam.step()
            return
        before = {name: tensor.detach().clone() for name, tensor in self._stack.parameters.items()}
        self._adam.step()  # every seed at the first one's rate: Adam's step is in proportion to it
        with torch.no_grad():
            for name, tensor in self._stack.parameters.items():
                faster = self._faster.view(-1, *[1] * (tensor.dim() - 1))
                tensor.copy_(before[name] + faster * (tensor - before[name]))

    def loss(self, predictions: Tensor, rows: Batch) -> Tensor:
        """Squared error or log loss of (S, B, T) by the rows' weights (S, T): a gap counts nothing, and a positive row as much as
        was chosen."""
        if not self._weighted and not self._gaps:
            return _losses(predictions, rows.labels, self._binary).mean(1)
        weights = (~rows.labels.isnan()).float()
        if rows.weights is not None:
            weights = weights * rows.weights.unsqueeze(-1)
        weights = torch.where(self._binary & (rows.labels > 0.5), weights * self._shift.exp(), weights)
        return (_losses(predictions, rows.labels.nan_to_num(), self._binary) * weights).mean(1)

    @torch.no_grad()
    def _predict(self, rows: Array) -> tuple[Tensor, Tensor]:
        """Predictions (S, N, T), and the gates' mean over the rows (S, T, E)."""
        predictions, gates = [], torch.zeros(())
        for part in torch.from_numpy(rows).split(CHUNK):
            seeds = len(self.best)
            forward = self._forward(
                self._data.numbers[part].expand(seeds, -1, -1), self._data.ids[part].expand(seeds, -1, -1)
            )
            predictions.append(forward.predictions)
            gates = gates + forward.gates.sum(1)
        return torch.cat(predictions, dim=1), gates / len(rows)

    @torch.no_grad()
    def validate(self) -> Array:
        """The end of an epoch: validation loss (S, T), and what is best so far is kept. Logits are taken back by what the
        weight of positive rows added to them. Raises UserError where a loss is no number."""
        predictions, _ = self._predict(self._data.validation)
        rows = torch.from_numpy(self._data.validation)
        labels = self._data.labels[rows]
        weights = (~labels.isnan()).float()
        if self._row_weights is not None:
            weights = weights * self._row_weights[rows].unsqueeze(-1)
        each = _losses(predictions - self._shift, labels.nan_to_num(), self._binary) * weights
        loss = np.asarray((each.sum(1) / weights.sum(0).clamp_min(1e-9)).numpy())
        if not np.isfinite(loss).any(0).all():
            raise UserError("Training diverged on this table. Lower the learning rate.")
        loss = np.where(np.isfinite(loss), loss, np.inf)  # of a rate that is tried
        tasks = self._tasks.numpy()
        judged = np.broadcast_to((loss * tasks).sum(-1, keepdims=True) / tasks.sum(), loss.shape) if RUNGS[self.name].shares else loss  # fmt: skip
        self._epoch += 1
        better = judged < self.best  # (S, T)
        self.best = np.where(better, judged, self.best)
        self.epochs = np.where(better, self._epoch, self.epochs)
        self.done = self._epoch - int(self.epochs.max()) >= self._patience
        self._keep(torch.from_numpy(better))
        return loss

    def _keep(self, better: Tensor) -> None:
        """Parameters of the seeds that are better, by task (S, T); what is shared is where any is."""
        for name, tensor in self._stack.parameters.items():
            own = OWN.match(name)
            seeds = better[:, int(own[1])] if own else better.any(1)
            if seeds.any():
                self._kept[name][seeds] = tensor.detach()[seeds]

    @torch.no_grad()
    def finish(self) -> tuple[Array, Array]:
        """Back to the best epochs; then the test rows are read, once: predictions (S, N, T) and mean gates (S, T, E)."""
        for name, tensor in self._stack.parameters.items():
            own = OWN.match(name)
            if name.endswith(LAST):  # (S, T, 1), or (S, 1, 1) of one task's network
                self._kept[name] -= (self._shift[int(own[1])] if own else self._shift[:, None]) * torch.ones(1, 1, 1)
            tensor.copy_(self._kept[name])
        predictions, gates = self._predict(self._data.test)
        return predictions.numpy(), gates.numpy()

    def parameters(self) -> dict[str, Array]:
        """The first seed's parameters by name, each in its own shape."""
        return {name: tensor.numpy() for name, tensor in self._stack.state(0).items()}

    @property
    def size(self) -> int:
        """How many parameters one seed's model has."""
        return sum(tensor[0].numel() for tensor in self._stack.parameters.values())


def _losses(predictions: Tensor, labels: Tensor, binary: Tensor) -> Tensor:
    """Squared error, or log loss where the task is binary (T,): (S, B, T) each."""
    labels = labels.expand(predictions.shape)
    if binary.all():
        return functional.binary_cross_entropy_with_logits(predictions, labels, reduction="none")
    squared = (predictions - labels) ** 2
    if not binary.any():
        return squared
    logistic = functional.binary_cross_entropy_with_logits(predictions, labels.clamp(0, 1), reduction="none")
    return torch.where(binary, logistic, squared)
