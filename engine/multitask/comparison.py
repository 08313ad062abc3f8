"""compare(config, table): the four structures on a user's rows, several seeds each, beside a linear baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from engine.errors import UserError
from engine.multitask.answer import errors, resample
from engine.multitask.comparison_config import TableConfig
from engine.multitask.config import MultitaskConfig
from engine.multitask.features import Prepared, WithEmbeddings, embedding_width, prepare
from engine.multitask.models import build, initialise
from engine.multitask.table import read_table
from engine.multitask.training import losses
from engine.runs.frame import Array, Frame
from engine.runs.seeds import generator
from engine.runs.stack import Stack
from engine.runs.work import Tick

CHUNK = 4_096


def compare(config: TableConfig, table: bytes, tick: Tick | None = None) -> Iterator[Frame]:
    """One frame after each epoch, and a last one with the result.

    Every seed starts from its own initialisation and row order, the same for each structure. The
    predictions kept are those of the epoch with the lowest validation loss, seed by seed.
    metrics of an epoch: "{structure}.validation_loss" (S, T). Of the last frame: "{structure}.error"
    (S, T), "{structure}.resampled" (R, T), the same for "linear" (T,), (R, T), "label_pearson" (T, T),
    "binary" (T,), "test_rows". Errors are 1 - AUC where the task is binary, else RMSE in its own units.
    """
    data = prepare(read_table(table, "table"), config)
    batches = max(len(data.train) // config.batch_size, 1)
    contestants = [Contestant(config, data, structure) for structure in config.structures]
    orders = [generator(seed, "row order") for seed in config.seeds]
    trained = config.epochs * batches
    total, step = trained + len(contestants) * config.runs + 1, 0  # resampling takes its time too
    for _ in range(config.epochs):
        shuffled = torch.stack([torch.randperm(len(data.train), generator=order) for order in orders])  # (S, N)
        rows = torch.from_numpy(data.train)[shuffled]
        for batch in range(batches):
            picked = rows[:, batch * config.batch_size : (batch + 1) * config.batch_size]  # (S, B)
            for contestant in contestants:
                contestant.learn(picked)
            step += 1
            if tick is not None:
                tick(step, total)
        yield Frame(step, {f"{c.name}.validation_loss": c.end_epoch() for c in contestants})

    def resampled() -> None:
        nonlocal step
        step += 1
        if tick is not None:
            tick(step, total)

    yield Frame(trained, _result(config, data, contestants, resampled))


class Contestant:
    """One structure, its seeds stacked."""

    def __init__(self, config: TableConfig, data: Prepared, structure: str) -> None:
        self.name, self._data = structure, data
        width = data.numbers.shape[1] + sum(embedding_width(size) for size in data.sizes)
        shape = replace(
            MultitaskConfig(), input_dim=max(width, 6), tasks=tuple("binary" if b else "regression" for b in data.binary),
            num_experts=config.num_experts, expert_units=config.expert_units, tower_units=config.tower_units,
            bottom_units=config.bottom_units,
        )  # fmt: skip
        self._padding = shape.input_dim - width
        self._binary = torch.tensor(data.binary)
        self._stack = Stack([self._model(shape, data, structure, seed) for seed in config.seeds])
        self._adam = self._stack.optimiser(config.learning_rate)
        self._best = np.full(config.runs, np.inf)
        self.predictions = np.zeros((config.runs, len(data.test), len(data.binary)), np.float32)

    def _model(self, shape: MultitaskConfig, data: Prepared, structure: str, seed: int) -> WithEmbeddings:
        model = WithEmbeddings(data.sizes, initialise(build(shape, structure), shape, structure, seed))
        source = generator(seed, "embeddings")
        for table in model.embeddings:
            torch.nn.init.normal_(table, std=0.02, generator=source)
        return model

    def _forward(self, rows: Tensor) -> Tensor:
        """Predictions (S, B, T) for row numbers (S, B)."""
        numbers = torch.nn.functional.pad(self._data.numbers[rows], (0, self._padding))
        return self._stack(numbers, self._data.ids[rows]).predictions

    def learn(self, rows: Tensor) -> None:
        """One step of Adam."""
        loss = losses(self._forward(rows), self._data.labels[rows], self._binary)
        self._adam.zero_grad(set_to_none=True)
        loss.sum().backward()
        self._adam.step()

    @torch.no_grad()
    def _predict(self, rows: Array) -> Tensor:
        seeds = len(self._best)
        parts = torch.from_numpy(rows).split(CHUNK)
        return torch.cat([self._forward(part.expand(seeds, -1)) for part in parts], dim=1)  # (S, N, T)

    def end_epoch(self) -> Array:
        """Validation loss (S, T); where it is the best so far, the test rows are predicted anew."""
        labels = self._data.labels[torch.from_numpy(self._data.validation)]
        loss = losses(
            self._predict(self._data.validation), labels.expand(len(self._best), -1, -1), self._binary
        ).numpy()
        if not np.isfinite(loss).all():
            raise UserError("Training diverged on this table. Lower the learning rate.")
        better = loss.mean(-1) < self._best
        self._best = np.where(better, loss.mean(-1), self._best)
        if better.any():
            self.predictions[better] = self._predict(self._data.test).numpy()[better]
        return loss


def _result(
    config: TableConfig, data: Prepared, contestants: list[Contestant], done: Callable[[], None]
) -> dict[str, Array]:
    labels = data.labels.numpy()[data.test]
    everyone = {c.name: c.predictions for c in contestants} | {"linear": _linear(data)[None]}
    found: dict[str, Array] = {
        "label_pearson": np.corrcoef(data.labels.numpy().T),
        "binary": np.array(data.binary),
        "test_rows": np.array(len(data.test)),
    }
    source = np.random.default_rng(config.seed)
    resampled = resample(everyone, labels, data.binary, data.scale, config.resamples, source, done)
    for name, predictions in everyone.items():
        found[f"{name}.error"] = errors(predictions, labels, data.binary, data.scale)
        found[f"{name}.resampled"] = resampled[name]
    return found


def _linear(data: Prepared) -> Array:
    """Predictions (N, T) of a logistic or ridge regression on the same features, categories one-hot."""
    from scipy import sparse  # these take a second to import, and only a comparison needs them
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(handle_unknown="ignore")
    ids, numbers = data.ids.numpy(), sparse.csr_matrix(data.numbers.numpy())
    if ids.shape[1]:
        encoder.fit(ids[data.train])
    at = {
        part: sparse.hstack([numbers[rows], encoder.transform(ids[rows])]).tocsr() if ids.shape[1] else numbers[rows]
        for part, rows in (("train", data.train), ("test", data.test))
    }
    columns = []
    for task, binary in enumerate(data.binary):
        labels = data.labels.numpy()[data.train, task]
        if binary:
            columns.append(LogisticRegression(max_iter=200).fit(at["train"], labels).decision_function(at["test"]))
        else:
            columns.append(Ridge(solver="lsqr").fit(at["train"], labels).predict(at["test"]))
    return np.stack(columns, 1)
