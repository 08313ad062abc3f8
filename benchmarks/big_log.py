"""Logs that do not fit: seconds and memory until their events lie in sorted shards, of three sizes, with numbers and with
texts as names, and what a billion events would take by these.

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


def run() -> None:
    for names in ("numbers", "texts"):
        found: dict[int, float] = {}
        for size in SIZES:
            with _log(size, names) as folder:
                said = json.loads(subprocess.run(
                    [sys.executable, "-m", "benchmarks.big_log", str(folder)], check=True, capture_output=True, text=True
                ).stdout)  # fmt: skip
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
                "  a sample of whole users that the page takes", f"{said['sample']:.1f} s", f"{said['drawn']:,} events"
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


def measure(data: Path) -> dict[str, float]:
    """In a process of its own: how long it takes, and the most that it held."""
    from engine.big_log.database import shut_in
    from engine.big_log.folder import source
    from engine.big_log.sample import MOST_ROWS, draw
    from engine.big_log.shards import Shards, prepare, recognised

    work, made = data.parent / "work", []

    def prepared() -> None:
        connection, one = shut_in(data, work), source(data, "log")
        made.append(prepare(connection, one, work, lambda done, steps: None, recognised(connection, one)))
        connection.close()

    before = others()
    took = seconds(prepared)
    cpu, busy = time.process_time(), (others() - before) / took
    held = held_at_most()
    shards: Shards = made[0]
    sample = seconds(lambda: made.append(draw(shards, work / "sample.parquet", MOST_ROWS)))
    disk = sum(path.stat().st_size for path in shards.folder.rglob("*") if path.is_file())
    return {"seconds": took, "cpu": cpu, "megabytes": max(held, held_at_most()), "others": busy, "disk": disk, "sample": sample,
            "drawn": made[1].events}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
