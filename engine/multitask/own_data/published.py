"""Published tables: what the structures come to on open data that does not come with the page, kept beside the data's hash.

    python -m engine.multitask.own_data.published FOLDER

FOLDER holds kuairand-pure/val.parquet. It becomes a file that a viewer could bring, is compared as one, and what was found is
written to assets/tables.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from engine.files import ROOT
from engine.multitask.own_data.comparison import compare
from engine.multitask.own_data.config import TableConfig
from engine.runs.frame import Array
from engine.runs.studies.open_data import OpenData, Shelf
from engine.runs.studies.stored import rounded

SHELF = Shelf(ROOT / "assets" / "tables", TableConfig, TableConfig().structures)
KEPT_METRICS = ("", "error", "resampled", "gates", "rate", "parameters", "epochs", "constant")
"""What is kept of a comparison: that which the page shows, and what chose it."""


@dataclass(frozen=True, slots=True)
class Published(OpenData):
    """A table of open data, and what is compared in it."""

    config: TableConfig


@dataclass(frozen=True, slots=True)
class Measured:
    """config; the metrics at the end; SHA-256 of the data; how long it took; and whether the code has changed since."""

    config: TableConfig
    metrics: Mapping[str, Array]
    data: str
    seconds: float
    old: bool


FEATURES = ("user_id", "video_id", "author_id", "tag", "tab", "hour", "video_duration", "freshness_days")
"""Of an impression, all known before it is shown."""


def impressions(data: bytes) -> bytes:
    """KuaiRand-Pure's impressions in their order as a CSV: whether the video was clicked, whether it was liked, `FEATURES`."""
    table = pd.read_parquet(io.BytesIO(data)).drop_duplicates(["user_id", "video_id", "time_ms"])
    table = table.sort_values("time_ms", kind="stable")
    table["hour"] = table.hourmin // 100
    return table[["is_click", "is_like", *FEATURES]].to_csv(index=False).encode()


TABLES: Mapping[str, Published] = {
    "kuairand": Published(
        "kuairand-pure/val.parquet",
        impressions,
        "KuaiRand-Pure",
        "Gao et al., CIKM 2022, doi 10.1145/3511808.3557624, CC BY-SA 4.0",
        TableConfig(
            labels=("is_click", "is_like"),
            features=FEATURES,
            categories=("user_id", "video_id", "author_id", "tab", "hour"),
            split="last rows",
            runs=16,
        ),
    ),
}


def write(name: str, folder: Path) -> None:
    """Compare on one of `TABLES` and keep what was found."""
    one = TABLES[name]
    given = (folder / one.file).read_bytes()
    began, metrics = time.process_time(), {}  # of the processor: others may use the machine
    for frame in compare(one.config, one.table(given)):
        metrics = dict(frame.metrics)
    kept = {name: found for name, found in metrics.items() if name.partition(".")[2] in KEPT_METRICS}
    seconds = round(time.process_time() - began, 1)
    SHELF.put(name, given, {"seconds": seconds, "config": one.config.to_dict(), "metrics": rounded(kept)})


def read(name: str) -> Measured | None:
    """What was found on one of `TABLES`; None where it was never compared."""
    found = SHELF.take(name)
    if found is None:
        return None
    metrics = {metric: np.array(value) for metric, value in found["metrics"].items()}
    return Measured(TableConfig.from_dict(found["config"]), metrics, found["data"], found["seconds"], found["old"])


if __name__ == "__main__":
    torch.set_num_threads(1)  # as in a worker
    for asked in TABLES:
        write(asked, Path(sys.argv[1]))
