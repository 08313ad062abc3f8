"""Logs that do not fit: seconds and memory until their events lie in sorted shards, until every row is read, and of learning
from them, of three sizes, with numbers and with texts as names, and what a billion events would take by these.

    python -m benchmarks big_log          in GATESCOPE_BIG_LOG's folder, or the system's temporary one: 20 GB
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.report import held_at_most, line, reached, seconds
from benchmarks.throughput import others

SIZES = (1_000_000, 10_000_000, 100_000_000)
EVENTS_PER_USER, MOST_ITEMS = 100, 200_000
SECONDS, MEGABYTES = 60.0, 1_000.0
"""Targets for a hundred million events on two cores."""
LATER = 1_000_000_000
STEPS, FEWEST = 300, 5
"""Of recall; watches that an item needs in the sample for a vector."""


def run() -> None:
    for names in ("numbers", "texts"):
        found: dict[int, float] = {}
        for size in SIZES:
            with _log(size, names) as folder:
                said, read, learnt = (_elsewhere(what, folder) for what in ("shards", "read", "learn"))
            found[size] = said["seconds"]
            good = said["seconds"] <= SECONDS and said["megabytes"] <= MEGABYTES
            judged = reached(good) if size == SIZES[-1] else ""
            if judged and not good and said["others"] > 0.2:
                judged = f"not judged: others kept {said['others']:.1f} cores busy"
            line(
                f"log of {size:,} events, names are {names}: sorted shards",
                f"{said['seconds']:.1f} s",
                f"{said['megabytes']:,.0f} MB held, {said['disk'] / 1e9:.2f} GB written",
                judged,
            )
            line("  CPU", f"{said['cpu']:.1f} s", "of all cores together, starting included")
            line(
                "  every row read, a sample of whole users drawn, in a worker",
                f"{read['seconds']:.1f} s",
                f"{read['cpu']:.1f} s CPU, {read['megabytes']:,.0f} MB held",
            )
            line(
                f"  {STEPS} steps of recall from the shards, {learnt['items']:,} items",
                f"{learnt['seconds']:.1f} s",
                f"{learnt['cpu']:.1f} s CPU, {learnt['megabytes']:,.0f} MB held, {learnt['examples']:,.0f} examples",
            )
        small, large = SIZES[-2:]
        growth = math.log(found[large] / found[small]) / math.log(large / small)
        line(
            f"  by these, {LATER:,} events",
            f"{found[large] * (LATER / large) ** growth / 60:.0f} min",
            f"time ∝ events^{growth:.2f}",
        )


@contextmanager
def _log(size: int, names: str) -> Iterator[Path]:
    """A folder with a log of ten files: every user's events are all over it, items are popular as 1 / rank."""
    import duckdb

    where = os.environ.get("GATESCOPE_BIG_LOG") or None
    with tempfile.TemporaryDirectory(dir=where) as made:
        folder = Path(made) / "data" / "log"
        folder.mkdir(parents=True)
        users, items = max(size // EVENTS_PER_USER, 1), min(MOST_ITEMS, size // 10)
        user, item = f"(n * 7919 + n // 13) % {users}", f"floor(pow({items}, random()))::BIGINT"
        if names == "texts":
            user, item = f"'user-' || lpad(({user})::VARCHAR, 12, '0')", f"'item-' || lpad(({item})::VARCHAR, 10, '0')"
        database = duckdb.connect(config={"memory_limit": "1GB", "threads": "2", "preserve_insertion_order": "false"})
        for part in range(10):
            rows = f"range({size // 10 * part}, {size // 10 * (part + 1)}) AS rows(n)"
            database.execute(
                f"COPY (SELECT {user} AS user_id, {item} AS item_id, 1700000000 + (random() * 8000000)::BIGINT AS timestamp, "
                f"(random() < 0.3)::INTEGER AS clicked, (random() * 600)::INTEGER AS watch_seconds FROM {rows}) "
                f"TO '{folder}/part_{part}.parquet' (FORMAT parquet)"
            )
        database.close()
        yield folder.parent


def _elsewhere(what: str, folder: Path) -> dict[str, float]:
    """One of `MEASURED` in a process of its own, so that what it holds at most is its own."""
    known = {"GATESCOPE_DATA": str(folder), "GATESCOPE_SHARDS": str(folder.parent / "work")}
    command = [sys.executable, "-m", "benchmarks.big_log", what]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | known)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def shards() -> dict[str, float]:
    """DuckDB alone: numbered, parted by user, sorted."""
    from engine.big_log.bucket import found_at
    from engine.big_log.database import opened
    from engine.big_log.folder import work_folder
    from engine.big_log.shards import Shards, prepare, recognised

    work, made = work_folder(), []

    def prepared() -> None:
        data, one = found_at("log", work, lambda done, whole: None)
        with opened(data, work) as connection:
            made.append(prepare(connection, one, work, lambda done, steps: None, recognised(connection, one)))

    found: Shards
    before = others()
    took = seconds(prepared)
    (found,) = made
    disk = sum(path.stat().st_size for path in found.folder.rglob("*") if path.is_file())
    return {"seconds": took, "cpu": time.process_time(), "megabytes": held_at_most(), "others": (others() - before) / took,
            "disk": disk}  # fmt: skip


def read() -> dict[str, float]:
    """What the page's worker does behind that: every row by the upload flow's reader, and the sample."""
    from engine.recommender.own_log.streamed.config import ShardsConfig
    from engine.recommender.own_log.streamed.prepared import prepare_log

    took = seconds(lambda: list(prepare_log(ShardsConfig(log="log", whole="yes"))))
    return {"seconds": took, "cpu": time.process_time(), "megabytes": held_at_most()}


def learn() -> dict[str, float]:
    """Candidate generation from the shards, with what the sample takes to be judged by; nothing of ranking."""
    import torch

    from engine.recommender.own_log.log import read_log
    from engine.recommender.own_log.site import prepared, site_of_log
    from engine.recommender.own_log.streamed.config import ShardsConfig, StreamedConfig
    from engine.recommender.own_log.streamed.pieces import begin_of, places, stream
    from engine.recommender.own_log.streamed.prepared import NAME, prepare_log, sample_of, shards_of
    from engine.recommender.own_log.streamed.training import StreamedRecall

    torch.set_num_threads(1)
    (frame,) = prepare_log(ShardsConfig(log="log", whole="yes"))
    name = bytes(frame.metrics[NAME]).decode()
    config = StreamedConfig(shards=name, steps=STEPS, fewest=FEWEST)
    log = read_log(sample_of(name, 0).read_bytes())
    ready = prepared(config, site_of_log(config, log))
    found = places(shards_of(name), config.examples)
    recall = StreamedRecall(ready, stream(found, ready.site, begin_of(log), STEPS, config.batch_size))
    took = seconds(lambda: [recall.learn() for _ in range(STEPS)])
    return {"seconds": took, "cpu": time.process_time(), "megabytes": held_at_most(), "items": len(ready.site.known),
            "examples": sum(place.examples for place in found)}  # fmt: skip


MEASURED = {"shards": shards, "read": read, "learn": learn}

if __name__ == "__main__":
    print(json.dumps(MEASURED[sys.argv[1]]()))
