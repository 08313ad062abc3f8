"""A table to try own data with: two related tasks, numbers, a category, gaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from engine.multitask.config import MultitaskConfig
from engine.multitask.data import SyntheticTasks
from engine.runs.seeds import generator

SHAPE = MultitaskConfig(
    correlation=0.8, tasks=("binary", "regression"), input_dim=12, alpha=(1.0, 2.0), beta=(0.0, 0.0)
)


def sample_table(rows: int = 4_000, seed: int = 0) -> pd.DataFrame:
    """`rows` rows: "click" (0 or 1), "watch_time", 11 numbers of which one has gaps, and "device"."""
    config = replace(SHAPE, seed=seed)
    drawn = SyntheticTasks(config, seed).rows(rows, generator(seed, "sample"))
    x = drawn.x.numpy().round(4)
    table = pd.DataFrame({"click": drawn.y[:, 0].int().numpy(), "watch_time": drawn.y[:, 1].numpy().round(4)})
    for column in range(11):
        table[f"feature_{column + 1}"] = x[:, column]
    table["device"] = np.array(["phone", "tablet", "television"])[np.digitize(x[:, 11], (-0.6, 0.6))]
    table.loc[::50, "feature_1"] = np.nan
    return table
