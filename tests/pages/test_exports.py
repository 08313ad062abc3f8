"""The table of the multitask page, as a spreadsheet gets it: losses, and the gates of the structures that have some."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from engine.multitask.ladder import LADDER
from engine.multitask.shipped import sweep
from pages.multitask import exports
from pages.ui.pieces.downloads import csv


def test_the_table_holds_every_gate_of_every_frame() -> None:
    recording = sweep()[0]
    config, frame = recording.config, recording.frames[len(recording.frames) // 2]
    read = pd.read_csv(io.BytesIO(csv(exports.table(recording, ("任务一", "任务二")))), encoding="utf-8-sig")
    assert len(read) == len(recording.frames) * len(config.structures) * config.runs * config.num_tasks
    assert list(dict.fromkeys(read["task"])) == ["任务一", "任务二"]
    gates = read.filter(like="gate_")
    for structure in config.structures:
        of_it = gates[read["structure"] == LADDER[structure].title]
        if not LADDER[structure].model.gated:
            assert of_it.isna().all(axis=None)
            continue
        assert np.allclose(of_it.sum(axis=1), 1.0, atol=1e-5)
        at = (read["structure"] == LADDER[structure].title) & (read["step"] == frame.step)
        shown = frame.metrics[f"{structure}.gates"].reshape(config.runs * config.num_tasks, -1)
        np.testing.assert_allclose(gates[at].to_numpy()[:, : shown.shape[1]], shown, atol=1e-6)
