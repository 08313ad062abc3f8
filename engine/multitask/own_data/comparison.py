"""compare(config, table): the structures on a user's rows, several seeds each, beside plain models."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from engine.errors import UserError
from engine.multitask.models import MIXTURES
from engine.multitask.own_data.answer import PRESENT
from engine.multitask.own_data.compared_model import ComparedModel, batch
from engine.multitask.own_data.config import TableConfig
from engine.multitask.own_data.features import Prepared, prepare
from engine.multitask.own_data.judging.judge import Judge
from engine.multitask.own_data.plain import PLAIN, predictions
from engine.runs.frame import Array, Frame
from engine.runs.seeds import generator
from engine.runs.work import Tick
from engine.tables.beside import read_both
from engine.tables.told import told

FIRST, BLOCK = 2, 8
"""So many seeds have an answer first, and so many at most are trained at once after them."""
TRIED_STEPS = 300
"""Steps of a training that tries the rates."""
FACTOR, FARTHER = 3, 2
"""How far a further rate lies from the best, where that is the lowest or the highest that was tried, and how many such follow."""
ALIKE = 1e-6
"""Predictions that lie so close together are one and the same."""


class Progress:
    """How far a comparison is; `tick` is where a worker pauses or stops."""

    def __init__(self, tick: Tick | None, total: int) -> None:
        self.step, self._tick, self._total = 0, tick, total

    def more(self, steps: int) -> None:
        """So many steps come on top."""
        self._total += steps

    def one(self, steps: int = 1) -> None:
        """Count steps that were taken, and tell how far the work is."""
        self.step += steps
        if self._tick is not None:
            self._tick(self.step, max(self._total, self.step))


def compare(config: TableConfig, table: bytes, tick: Tick | None = None) -> Iterator[Frame]:
    """A frame after each epoch, and one with the result so far after each block of seeds; the last has all of them.

    Every seed starts from its own initialisation and row order, the same for each structure. Rates, epochs and the trees' rounds
    are chosen by the validation rows; a model's test rows are read once, when its training has ended.
    metrics of an epoch: "{structure}.validation_loss" (S, T). Of a result: "{structure}.error" (S, T) and its resamples
    "{structure}.resampled" (R, T), the further measures of `judging.judge`, "{structure}.rate", "{structure}.parameters" how many it
    has, "{structure}.epochs" (S, T), "{structure}.constant" (S, T) whether a seed predicts the same for every row, the same errors of each of `PLAIN` and of the scores of another model, for the mixtures
    "{structure}.gates" (S, T, E), the mean over the test rows, "label_pearson" (T, T), "binary" (T,), "task_weights" (T,),
    "seeds", "train_rows", "validation_rows", "test_rows", "unused_rows" (without a time, where that splits) and "test_groups". A result's parameters are the first seed's by
    "{structure}.name", and "encoding", how the columns were read, as JSON (bytes,); "test" (N,) the test rows' numbers, "labels"
    (N, T) theirs, and "predictions.{model}" (N, T) of the first seed, all as the structures see them. Errors are 1 - AUC where
    the task is binary, else RMSE in its own units.
    Raises UserError where the table is not the one that `config.table` names, or cannot be used.
    """
    _refuse_another(table, config.table)
    read = read_both(table, told(config.told))
    data = prepare(read.frame, config, read.first)
    batches, blocks = _batches(config, data), _blocks(config.seeds)
    searched = _tried(config, data) * len(config.structures) * (len(config.learning_rate) > 1)
    trained = len(blocks) * config.epochs * batches * len(config.structures)
    judged = len(config.structures) * config.runs + len(PLAIN) * (len(data.binary) + 1)
    progress = Progress(tick, searched + trained + judged)
    rates = {structure: _rate(config, data, structure, progress) for structure in config.structures}
    found = Result(config, data, rates)
    for seeds in blocks:
        compared = [ComparedModel(config, data, name, seeds, (rates[name],)) for name in config.structures]
        yield from _train(config, data, compared, seeds, progress)
        for one in compared:
            found.add(one, progress)
        yield Frame(progress.step, found.metrics(), found.kept())
        if seeds == blocks[0]:
            found.add_plain(progress)
    yield Frame(progress.step, found.metrics(), found.kept())


def _train(
    config: TableConfig, data: Prepared, compared: Sequence[ComparedModel], seeds: Sequence[int], progress: Progress
) -> Iterator[Frame]:
    """Train each model until it gains no more, a frame for each epoch."""
    batches = _batches(config, data)
    orders = [generator(seed, "row order") for seed in seeds]
    for epoch in range(config.epochs):
        going = [one for one in compared if not one.done]
        if not going:
            progress.one((config.epochs - epoch) * batches * len(compared))
            return
        rows = _shuffled(data, orders)
        for picked in rows.split(config.batch_size, 1)[:batches]:  # (S, B)
            gathered = batch(data, picked)
            for one in going:
                one.learn(gathered)
            progress.one(len(compared))
        yield Frame(progress.step, {f"{one.name}.validation_loss": one.validate() for one in going})


def _batches(config: TableConfig, data: Prepared) -> int:
    return max(len(data.train) // config.batch_size, 1)


def _shuffled(data: Prepared, orders: Sequence[torch.Generator]) -> Tensor:
    """The training rows in an order for each seed (S, N)."""
    shuffled = torch.stack([torch.randperm(len(data.train), generator=order) for order in orders])
    return torch.from_numpy(data.train)[shuffled]


def _blocks(seeds: Sequence[int]) -> list[tuple[int, ...]]:
    """Seeds that are trained at once: two, so that there is soon an answer, then the others."""
    rest = seeds[FIRST:]
    count = -(-len(rest) // BLOCK)
    parts = np.array_split(np.array(rest, np.int64), count) if count else []
    return [tuple(seeds[:FIRST]), *(tuple(int(seed) for seed in part) for part in parts)]


def _rate(config: TableConfig, data: Prepared, structure: str, progress: Progress) -> float:
    """The learning rate with the lowest validation loss, all tried at once; and further ones while the last one is the best."""
    if len(config.learning_rate) == 1:
        return config.learning_rate[0]
    tried = dict(
        zip(config.learning_rate, _lowest(config, data, structure, config.learning_rate, progress), strict=True)
    )
    for _ in range(FARTHER):
        best = min(tried, key=tried.__getitem__)
        if min(tried) < best < max(tried):
            break
        further = float(f"{best * FACTOR if best == max(tried) else best / FACTOR:.1g}")
        progress.more(_tried(config, data))
        with contextlib.suppress(UserError):  # it is too high to learn at all
            tried[further] = float(_lowest(config, data, structure, (further,), progress)[0])
    return min(tried, key=tried.__getitem__)


def _lowest(
    config: TableConfig, data: Prepared, structure: str, rates: Sequence[float], progress: Progress
) -> list[float]:
    """The lowest validation loss of each rate, on a seed that judges nothing. Raises UserError where none learns."""
    seed = config.seed + config.runs
    model = ComparedModel(config, data, structure, [seed] * len(rates), rates)
    order, lowest = generator(seed, "row order"), np.full(len(rates), np.inf)
    left = _tried(config, data)
    while left:
        rows = _shuffled(data, [order]).expand(len(rates), -1).split(config.batch_size, 1)[: _batches(config, data)]
        for picked in rows[:left]:
            model.learn(batch(data, picked))
            progress.one()
        left -= len(rows[:left])
        lowest = np.minimum(lowest, model.validate().mean(1))
    return [float(loss) for loss in lowest]


def _tried(config: TableConfig, data: Prepared) -> int:
    """Steps for which the rates are tried."""
    return min(TRIED_STEPS, config.epochs * _batches(config, data))


class Result:
    """What is known so far: the judge of all models, and what is kept of the first seed."""

    def __init__(self, config: TableConfig, data: Prepared, rates: dict[str, float]) -> None:
        labels = data.labels.numpy()[data.test]
        weights, groups = (None if one is None else one[data.test] for one in (data.weights, data.groups))
        source = np.random.default_rng(config.seed)
        self._judge = Judge(labels, data.binary, data.scale, config.resamples, source, weights, groups)
        self._config, self._data, self._labels, self._rates = config, data, labels, rates
        self._gates: dict[str, list[Array]] = {}
        self._about: dict[str, list[Array]] = {}
        self._constant: dict[str, list[Array]] = {}
        self._sizes: dict[str, Array] = {}
        self._kept: dict[str, Array] = {}
        if any(config.scores):
            self._judge.add_scores(PRESENT, data.scores[data.test])

    def add(self, one: ComparedModel, progress: Progress) -> None:
        """Judge the seeds of a structure that is trained."""
        predicted, gates = one.finish()
        self._judge.add(one.name, predicted, progress.one)
        self._gates.setdefault(one.name, []).append(gates)
        self._about.setdefault(one.name, []).append(one.epochs)
        self._constant.setdefault(one.name, []).append(np.ptp(predicted, axis=1) < ALIKE)
        if one.name not in self._sizes:
            self._sizes[one.name] = np.array(one.size)
            self._kept |= {f"{one.name}.{name}": array for name, array in one.parameters().items()}
            self._kept[f"predictions.{one.name}"] = predicted[0]

    def add_plain(self, progress: Progress) -> None:
        """Train and judge the plain models."""
        for name, predicted in predictions(self._data, progress.one).items():
            self._judge.add(name, predicted, progress.one)
            self._kept[f"predictions.{name}"] = predicted[0]

    def metrics(self) -> dict[str, Array]:
        """What is known of the comparison so far, by the names and in the shapes that `compare` says."""
        data, labels = self._data, self._data.labels.numpy().astype(np.float64)
        found: dict[str, Array] = {
            "label_pearson": pd.DataFrame(labels).corr().to_numpy(),
            "binary": np.array(data.binary),
            "rare": self._judge.rare,
            "task_weights": np.array([self._config.of_label("task_weights", k) for k in range(len(data.binary))]),
            "seeds": np.array(sum(len(one) for one in self._gates[self._config.structures[0]])),
            "train_rows": np.array(len(data.train)),
            "validation_rows": np.array(len(data.validation)),
            "test_rows": np.array(len(data.test)),
            "unused_rows": np.array(len(labels) - len(data.train) - len(data.validation) - len(data.test)),
        }
        if data.groups is not None:
            found["test_groups"] = np.array(len(np.unique(data.groups[data.test])))
        for name, size in self._sizes.items():
            found |= {f"{name}.rate": np.array(self._rates[name]), f"{name}.parameters": size}
            found[f"{name}.epochs"] = np.concatenate(self._about[name])
            found[f"{name}.constant"] = np.concatenate(self._constant[name])
            if name in MIXTURES:
                found[f"{name}.gates"] = np.concatenate(self._gates[name])
        return found | self._judge.metrics()

    def kept(self) -> dict[str, Array]:
        """What the last frame keeps: the encoding, labels and scores of the test, and parameters, in the shapes that `compare`
        says."""
        encoding = json.dumps(self._data.encoding, ensure_ascii=False).encode()
        judged = {"test": self._data.test, "labels": self._labels, "scores": self._data.scores[self._data.test]}
        return {"encoding": np.frombuffer(encoding, np.uint8), **judged, **self._kept}


def _refuse_another(table: bytes, digest: str) -> None:
    """The config names its table by content; the default "" names none and takes any."""
    if digest and hashlib.sha256(table).hexdigest() != digest:
        raise UserError("The file is not the one that these settings were made for. Upload that one again.")
