"""What is kept of open data: read as a viewer's file, its numbers beside the data's hash and the code's."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.multitask import TableConfig
from engine.multitask.config import STRUCTURES
from engine.multitask.own_data import published
from engine.multitask.own_data.plain import PLAIN
from engine.multitask.own_data.published import FEATURES, TABLES, Published, impressions, read, write
from engine.multitask.own_data.sample import sample_table


def test_impressions_are_in_order_once_and_know_nothing_of_afterwards() -> None:
    table = pd.DataFrame({
        "user_id": [1, 2, 1, 1], "video_id": [7, 8, 7, 9], "time_ms": [300, 100, 300, 200], "hourmin": [1359, 5, 1359, 2300],
        "author_id": 1, "tag": "a", "tab": 1, "video_duration": [10.0, 20.0, 10.0, None], "freshness_days": 3,
        "is_click": [1, 0, 1, 1], "is_like": 0, "play_time_ms": 5, "long_view": 1,
    })  # fmt: skip
    data = io.BytesIO()
    table.to_parquet(data)
    found = pd.read_csv(io.BytesIO(impressions(data.getvalue())))
    assert tuple(found.columns) == ("is_click", "is_like", *FEATURES)
    assert found.video_id.tolist() == [8, 9, 7] and found.hour.tolist() == [0, 23, 13]


def test_what_was_found_comes_back_with_its_data_and_says_when_it_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = TableConfig(
        labels=("click", "watch_time"), features=("feature_2", "device"), structures=("single_task", "ple"),
        runs=2, epochs=1, resamples=50, learning_rate=(0.003,),
    )  # fmt: skip
    monkeypatch.setattr(published, "SHELF", replace(published.SHELF, folder=tmp_path / "kept"))
    monkeypatch.setattr(published, "TABLES", {"mine": Published("mine.csv", lambda data: data, "Mine", "me", config)})
    assert read("mine") is None
    data = sample_table(400).to_csv(index=False).encode()
    (tmp_path / "mine.csv").write_bytes(data)
    write("mine", tmp_path)
    found = read("mine")
    assert found is not None and not found.old and found.data == hashlib.sha256(data).hexdigest()
    assert found.config == config and found.metrics["ple.error"].shape == (2, 2)
    path = tmp_path / "kept" / "mine.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"code": "another"}))
    again = read("mine")
    assert again is not None and again.old


@pytest.mark.parametrize("name", TABLES)
def test_a_published_table_is_compared_with_every_structure(name: str) -> None:
    """Whether its code is today's is told on the page; here what was measured must be whole."""
    found = read(name)
    assert found is not None and len(found.data) == 64 and found.seconds > 0
    assert found.config.structures == STRUCTURES and found.config.labels == TABLES[name].config.labels
    for one in (*STRUCTURES, *PLAIN):
        error = np.atleast_2d(found.metrics[f"{one}.error"])
        assert error.shape[1] == 2 and (error > 0).all() and (error.mean(0) < 0.5).all()
