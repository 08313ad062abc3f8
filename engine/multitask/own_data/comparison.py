"""compare(config, table): the structures on a user's rows, several seeds each, beside plain models."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import torch

from engine.errors import UserError
from engine.multitask.models import MIXTURES
from engine.multitask.own_data.answer import errors, resample
from engine.multitask.own_data.compared_model import ComparedModel
from engine.multitask.own_data.config import TableConfig
from engine.multitask.own_data.features import Prepared, prepare
from engine.multitask.own_data.plain import PLAIN, predictions
from engine.runs.frame import Array, Frame
from engine.runs.seeds import generator
from engine.runs.work import Tick
from engine.tables.table import read_table
from engine.tables.told import told


def compare(config: TableConfig, table: bytes, tick: Tick | None = None) -> Iterator[Frame]:
    """One frame after each epoch, and a last one with the result.

    Every seed starts from its own initialisation and row order, the same for each structure.
    metrics of an epoch: "{structure}.validation_loss" (S, T). Of the last frame: "{structure}.error"
    (S, T), "{structure}.resampled" (R, T), the same for each of `PLAIN` (1, T), (R, T), for the mixtures
    "{structure}.gates" (S, T, E), the mean over the test rows, "label_pearson" (T, T), "binary" (T,),
    "test_rows"; its parameters are the first seed's by "{structure}.name", and "encoding", how the columns were read, as
    JSON (bytes,); "test" (N,) the test rows' numbers, "labels" (N, T) theirs, and "predictions.{structure}" (N, T) of the
    first seed, all as the structures see them. Errors are 1 - AUC where the task is binary, else RMSE in its own units.
    Raises UserError where the table is not the one that `config.table` names, or cannot be used.
    """
    _refuse_another(table, config.table)
    data = prepare(read_table(table, "table", told=told(config.told)), config)
    batches = max(len(data.train) // config.batch_size, 1)
    compared = [ComparedModel(config, data, structure) for structure in config.structures]
    orders = [generator(seed, "row order") for seed in config.seeds]
    trained = config.epochs * batches
    plain = len(PLAIN) * (len(data.binary) + 1)
    total, step = trained + len(compared) * config.runs + plain, 0  # resampling takes its time too
    for _ in range(config.epochs):
        shuffled = torch.stack([torch.randperm(len(data.train), generator=order) for order in orders])  # (S, N)
        rows = torch.from_numpy(data.train)[shuffled]
        for batch in range(batches):
            picked = rows[:, batch * config.batch_size : (batch + 1) * config.batch_size]  # (S, B)
            for one in compared:
                one.learn(picked)
            step += 1
            if tick is not None:
                tick(step, total)
        yield Frame(step, {f"{c.name}.validation_loss": c.end_epoch() for c in compared})

    def resampled() -> None:
        nonlocal step
        step += 1
        if tick is not None:
            tick(step, total)

    yield Frame(trained, _result(config, data, compared, resampled), _kept(data, compared))


def _kept(data: Prepared, compared: list[ComparedModel]) -> dict[str, Array]:
    encoding = json.dumps(data.encoding, ensure_ascii=False).encode()
    kept = {f"{one.name}.{name}": array for one in compared for name, array in one.parameters.items()}
    judged = {"test": data.test, "labels": data.labels.numpy()[data.test]}
    told = {f"predictions.{one.name}": one.predictions[0] for one in compared}
    return {"encoding": np.frombuffer(encoding, np.uint8), **judged, **told, **kept}


def _refuse_another(table: bytes, digest: str) -> None:
    """The config names its table by content; the default "" names none and takes any."""
    if digest and hashlib.sha256(table).hexdigest() != digest:
        raise UserError("The file is not the one that these settings were made for. Upload that one again.")


def _result(
    config: TableConfig, data: Prepared, compared: list[ComparedModel], done: Callable[[], None]
) -> dict[str, Array]:
    labels = data.labels.numpy()[data.test]
    everyone = {c.name: c.predictions for c in compared} | predictions(data, done)
    found: dict[str, Array] = {
        "label_pearson": pd.DataFrame(data.labels.numpy().astype(np.float64)).corr().to_numpy(),
        "binary": np.array(data.binary),
        "test_rows": np.array(len(data.test)),
    }
    source = np.random.default_rng(config.seed)
    resampled = resample(everyone, labels, data.binary, data.scale, config.resamples, source, done)
    for name, predicted in everyone.items():
        found[f"{name}.error"] = errors(predicted, labels, data.binary, data.scale)
        found[f"{name}.resampled"] = resampled[name]
    return found | {f"{c.name}.gates": c.gates for c in compared if c.name in MIXTURES}
