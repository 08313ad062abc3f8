"""Published logs: what the page measures on open data that does not come with it, kept as numbers beside the data's hash.

    python -m engine.recommender.own_log.published FOLDER

FOLDER holds kuairand-pure/user_sequences.parquet and ml-latest-small/ratings.csv. Each is read, trained on and measured as a
viewer's own file is, at the settings that the page offers, and written to assets/logs.
"""

from __future__ import annotations

import hashlib
import io
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from engine.files import ROOT
from engine.recommender.held_out.data import prepare
from engine.recommender.opponents.on_a_log import chosen_of
from engine.recommender.own_log.compared import Cost, Lists, compared
from engine.recommender.own_log.config import OwnLogConfig
from engine.recommender.own_log.log import read_log
from engine.recommender.own_log.site import enough_steps, own_config, own_site, train_own
from engine.runs.frame import Frame
from engine.runs.studies.open_data import OpenData, Shelf
from engine.runs.studies.stored import rounded

SHELF = Shelf(ROOT / "assets" / "logs", OwnLogConfig)


@dataclass(frozen=True, slots=True)
class Measured:
    """config; the last `frame` of recall; SHA-256 of the data; how long all of it took; what each method costs, and the lists
    of some users; and whether the code has changed since."""

    config: OwnLogConfig
    frame: Frame
    data: str
    seconds: float
    costs: Mapping[str, Cost]
    lists: Sequence[Lists]
    old: bool


def sequences(data: bytes) -> bytes:
    """KuaiRand-Pure's histories as a ratings.csv: userId, movieId, rating, timestamp. The watches have an order, and the last
    one a time: they are put a second apart up to it."""
    table = pd.read_parquet(io.BytesIO(data))[["user_id", "last_time_ms", "watch_seq"]]
    rows = table.explode("watch_seq").dropna()
    back = rows.groupby("user_id").cumcount(ascending=False)
    whole = pd.DataFrame(
        {
            "userId": rows.user_id,
            "movieId": rows.watch_seq.astype("int64"),
            "rating": 5.0,
            "timestamp": rows.last_time_ms // 1_000 - back,
        }
    )
    return whole.to_csv(index=False).encode()


LOGS: Mapping[str, OpenData] = {
    "kuairand": OpenData(
        "kuairand-pure/user_sequences.parquet",
        sequences,
        "KuaiRand-Pure",
        "Gao et al., CIKM 2022, doi 10.1145/3511808.3557624, CC BY-SA 4.0",
    ),
    "movielens": OpenData(
        "ml-latest-small/ratings.csv",
        lambda data: data,
        "MovieLens, ml-latest-small",
        "Harper & Konstan, ACM TiiS 2015, doi 10.1145/2827872",
    ),
}


def measure(data: bytes) -> dict[str, Any]:
    """What training on a log as on a viewer's own file finds: "config"; "seconds" until recall was judged beside the opponents, their
    tuning included; "metrics" of recall at its end; and what `compared` says, "costs" and "lists"."""
    log, began = read_log(data), time.monotonic()
    steps, ranking = enough_steps(log)
    base = OwnLogConfig(steps=steps, ranking_steps=ranking, frames=2)
    config = own_config(log, hashlib.sha256(data).hexdigest(), base)
    clock = {"trained": 0.0, "judged": 0.0}

    def tick(step: int, total: int) -> None:
        if step <= steps:
            clock["trained"] = time.monotonic() - began

    frames = []
    for frame in train_own(config, data, tick):
        frames.append(frame)
        if "recall.hits" in frame.metrics:
            metrics, clock["judged"] = frame.metrics, time.monotonic() - began
    ready = prepare(own_site(config, data))
    costs, lists = compared(ready, frames, chosen_of(metrics), clock["trained"], log.items)
    return {
        "config": config.to_dict(),
        "seconds": round(clock["judged"], 1),
        "metrics": rounded(metrics),
        "costs": {name: asdict(cost) for name, cost in costs.items()},
        "lists": [asdict(one) for one in lists],
    }


def write(name: str, folder: Path) -> None:
    """Measure one of `LOGS` and keep what was found."""
    given = (folder / LOGS[name].file).read_bytes()
    SHELF.put(name, given, measure(LOGS[name].table(given)))


def read(name: str) -> Measured | None:
    """What was found on one of `LOGS`; None where it was never measured."""
    found = SHELF.take(name)
    if found is None:
        return None
    config = OwnLogConfig.from_dict(found["config"])
    metrics = {name: np.array(value) for name, value in found["metrics"].items()}
    return Measured(
        config,
        Frame(config.steps, metrics, {}),
        found["data"],
        found["seconds"],
        {name: Cost(**cost) for name, cost in found.get("costs", {}).items()},
        [Lists(**one) for one in found.get("lists", [])],
        found["old"],
    )


if __name__ == "__main__":
    torch.set_num_threads(1)  # as in a worker
    for asked in LOGS:
        write(asked, Path(sys.argv[1]))
