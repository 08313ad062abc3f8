"""A structure compared on a viewer's table leaves whole: what it predicts from raw values is what the comparison judged."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import roc_auc_score

from engine.errors import UserError
from engine.multitask import MultitaskConfig, TableConfig, compare
from engine.multitask.ladder import LADDER
from engine.multitask.own_data.features import Encoding, prepare
from engine.multitask.own_data.sample import sample_table
from engine.multitask.taken.model import LEAVING
from engine.multitask.taken.table import OpenedTable, predicted
from engine.runs.frame import Array, Frame
from engine.taken.onnx import Session, onnx
from engine.taken.weights import Origin, load, weights

FEATURES = ("feature_1", "feature_2", "when", "device", "town")


def table(rows: int = 900) -> pd.DataFrame:
    """With gaps, dates, words that are rare, and numbers that only double precision tells apart."""
    frame = sample_table(rows)
    source = np.random.default_rng(0)
    frame["feature_2"] = 1.7e9 + 1e3 * frame["feature_2"]
    frame["when"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(source.integers(0, 60, rows), unit="D")
    frame["town"] = source.choice(["北京", "上海", "Quito"], rows, p=[0.6, 0.395, 0.005])
    return frame


NEAR = {"rtol": 2e-5, "atol": 2e-4}
"""An AUC of so few rows moves by 3e-5 with each pair that lies within rounding."""
CONFIG = TableConfig(
    labels=("click", "watch_time"), features=FEATURES, structures=tuple(MultitaskConfig.domain("structures").item.options),  # type: ignore[attr-defined]
    runs=2, epochs=4, resamples=50, learning_rate=(0.003,),
)  # fmt: skip


def errors(predictions: Array, labels: Array) -> Array:
    """1 - AUC of the first label, RMSE of the second: (N, 2), (N, 2) → (2,)."""
    ranked = 1 - roc_auc_score(labels[:, 0], predictions[:, 0])
    return np.array([ranked, np.sqrt(((predictions[:, 1] - labels[:, 1]) ** 2).mean())])


@cache
def compared(config: TableConfig = CONFIG) -> Frame:
    import io

    buffer = io.BytesIO()
    table().to_parquet(buffer)
    return list(compare(config, buffer.getvalue()))[-1]


def opened(config: TableConfig = CONFIG) -> OpenedTable:
    return OpenedTable(config, compared(config))


def fed(encoding: Encoding, frame: pd.DataFrame) -> dict[str, Array]:
    """Rows as a server gets them, by the encoding alone."""
    values = [
        (frame[one.name] - pd.Timestamp(one.begins)) / pd.Timedelta(days=1) if one.begins else frame[one.name]
        for one in encoding.numbers
    ]
    ids = [
        frame[one.name].map({word: n + 1 for n, word in enumerate(one.words)}).fillna(0) for one in encoding.categories
    ]
    return {
        "values": np.stack(values, 1).astype(np.float64) if values else np.zeros((len(frame), 0)),
        "ids": np.stack(ids, 1).astype(np.int64) if ids else np.zeros((len(frame), 0), np.int64),
    }


@pytest.mark.parametrize("structure", LADDER)
def test_raw_rows_give_the_error_that_was_judged(structure: str) -> None:
    """Of the first seed at its best epoch: ONNX Runtime on the test rows as they stand in the file."""
    carried = LEAVING.carry(opened(), structure)
    session = Session(onnx(carried, Origin("multitask", CONFIG, structure, 0, "")))
    frame, data = table(), prepare(table(), CONFIG)
    predictions, gates = session(("predictions", "gates"), fed(opened().encoding, frame.iloc[data.test]))
    labels = frame.iloc[data.test][["click", "watch_time"]].to_numpy(np.float64)
    found = errors(predictions, labels)
    np.testing.assert_allclose(found, compared().metrics[f"{structure}.error"][0], **NEAR)
    assert predictions[:, 0].min() > 0 and predictions[:, 0].max() < 1, "a probability"
    if LADDER[structure].model.gated:
        np.testing.assert_allclose(gates.mean(0), compared().metrics[f"{structure}.gates"][0], atol=1e-5)


@pytest.mark.parametrize("structure", LADDER)
def test_its_weights_come_back_to_the_bit(structure: str) -> None:
    carried = LEAVING.carry(opened(), structure)
    origin = Origin("multitask", replace(CONFIG, table=hashlib.sha256(b"").hexdigest()), structure, 12, "abc")
    back = load(weights(carried, origin))
    assert back.origin == origin
    kept = compared().parameters
    for (name, one), other in zip(back.module.named_parameters(), carried.module.parameters(), strict=True):
        assert torch.equal(one, other) and np.array_equal(one.numpy(), kept[f"{structure}.{name}"])
    numbers, categories, labels = json.loads(back.notes["encoding"])
    assert [one[0] for one in (*numbers, *categories)] == ["feature_1", "feature_2", "when", "device", "town"]
    assert ["北京", "上海"] == categories[1][1] and [one[0] for one in labels] == ["click", "watch_time"]


@pytest.mark.parametrize("features", [("feature_1",), ("device",)])
def test_a_table_of_numbers_or_of_words_alone(features: tuple[str, ...]) -> None:
    config = replace(CONFIG, features=features, epochs=1, structures=CONFIG.structures[:2])
    for structure in config.structures:
        carried = LEAVING.carry(opened(config), structure)
        session = Session(onnx(carried, Origin("multitask", config, structure, 0, "")))
        (found,) = session(("predictions",), fed(opened(config).encoding, table().iloc[:7]))
        assert found.shape == (7, 2) and np.isfinite(found).all()


def test_a_comparison_that_kept_nothing_is_told() -> None:
    with pytest.raises(UserError, match="older version"):
        LEAVING.carry(OpenedTable(CONFIG, replace(compared(), parameters={})), CONFIG.structures[0])


def test_predictions_are_those_that_were_judged() -> None:
    """Row by row beside the labels of the file: their error is that of the answer."""
    found, frame = predicted(opened()), table()
    assert len(found) == len(prepare(frame, CONFIG).test) and found["row"].is_monotonic_increasing
    own = frame.iloc[found["row"] - 1]
    for label in CONFIG.labels:
        np.testing.assert_allclose(found[label], own[label], rtol=1e-5, atol=1e-5)
    for structure in CONFIG.structures:
        columns = [f"{label}: {LADDER[structure].title}" for label in CONFIG.labels]
        judged = errors(found[columns].to_numpy(), own[list(CONFIG.labels)].to_numpy(np.float64))
        np.testing.assert_allclose(judged, compared().metrics[f"{structure}.error"][0], **NEAR)
