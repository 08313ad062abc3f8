"""A viewer's own files at the sizes that the page promises: read, prepared, trained and judged at the settings that it offers,
in one process with one thread, as a worker has it.

    python -m benchmarks own_files          all three: minutes
    python -m benchmarks.own_files log      one of log, table, pairs

They are generated, in the form of what is published: a log of a million events, a table of the rows and columns of
census-income, pairs as many as WikiQA and its like have. Reading is counted in.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import torch

from benchmarks.report import held_at_most, line, reached

EVENTS, USERS, ITEMS = 1_000_000, 20_000, 10_000
ROWS, NUMBERS, WORDS = 99_762, 7, 32
STRUCTURES, RUNS = ("single_task", "shared_bottom", "omoe", "mmoe"), 8
PAIRS = 34_000
SECONDS = {"log": 180.0, "table": 100.0, "pairs": 60.0}
"""Targets, on two idle cores."""


def run() -> None:
    torch.set_num_threads(1)  # as in a worker
    for name in sys.argv[1:] if sys.argv[0].endswith("own_files.py") else SECONDS:
        one(name)


def one(name: str) -> None:
    """Time the way of one file from its bytes to its last frame."""
    data, train, what = FILES[name]
    made = data()
    wall, cpu = time.perf_counter(), time.process_time()
    frames = train(made)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    about = f"{len(made) / 1e6:.0f} MB, {frames} frames, {held_at_most():,.0f} MB held"
    line(what, f"{wall:.1f} s", about, reached(wall <= SECONDS[name]))
    line("  CPU", f"{cpu:.1f} s", f"target {SECONDS[name]:.0f} s on two idle cores")


def log() -> bytes:
    """Events whose users come back to what is near what they watched, items as popular as 1 / rank, a third clicked."""
    source = np.random.default_rng(0)
    user = source.integers(0, USERS, EVENTS)
    item = ((user * 37) % ITEMS + np.floor(ITEMS ** source.random(EVENTS)).astype(int)) % ITEMS
    time_ = 1_700_000_000 + np.sort(source.integers(0, 8_000_000, EVENTS))
    clicked = (source.random(EVENTS) < 0.33).astype(int)
    return pd.DataFrame({
        "user_id": user, "item_id": item, "timestamp": time_, "clicked": clicked, "watch_seconds": clicked * source.integers(1, 600, EVENTS),
    }).to_csv(index=False).encode()  # fmt: skip


def _log(data: bytes) -> int:
    from engine.recommender.own_log.config import OwnLogConfig
    from engine.recommender.own_log.found import found_in
    from engine.recommender.own_log.site import enough_steps, own_config, train_own

    found = found_in(data)
    steps, ranking = enough_steps(found)
    config = own_config(found, "", OwnLogConfig(steps=steps, ranking_steps=ranking))
    return len(tuple(train_own(config, data)))


def table() -> bytes:
    """Two labels, one rare, that some of the columns tell."""
    source = np.random.default_rng(0)
    numbers = source.normal(size=(ROWS, NUMBERS)).round(3)
    words = source.integers(0, np.geomspace(2, 50, WORDS).astype(int), (ROWS, WORDS))
    taste = words[:, :6].sum(1) * 0.2 + numbers[:, 0]
    made = {f"number_{n + 1}": numbers[:, n] for n in range(NUMBERS)}
    made |= {f"word_{n + 1}": np.char.add("w", words[:, n].astype(str)) for n in range(WORDS)}
    for name, share, noise in (("income", 0.06, 0.8), ("married", 0.44, 1.5)):
        score = taste + noise * source.normal(size=ROWS)
        made[name] = (score > np.quantile(score, 1 - share)).astype(int)
    return pd.DataFrame(made).to_csv(index=False).encode()


def _table(data: bytes) -> int:
    from engine.multitask.own_data.comparison import compare
    from engine.multitask.own_data.config import TableConfig

    columns = data[: data.index(b"\n")].decode().split(",")
    epochs = max(6, round(1_000 * TableConfig().batch_size / ROWS))  # as the page offers
    config = TableConfig(labels=("income", "married"), features=tuple(columns[:-2]), structures=STRUCTURES, runs=RUNS, epochs=epochs)  # fmt: skip
    return len(tuple(compare(config, data)))


def pairs() -> bytes:
    """Queries with ten candidates each, of which the right one shares words with the query."""
    source = np.random.default_rng(0)
    words = np.array([f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "bdgklmnrst"])
    lines = ["query\tdocument\tlabel"]
    for n in range(PAIRS // 10):
        query = source.choice(words, 6)
        for place in range(10):
            own = query[:3] if place == n % 10 else ()
            lines.append(
                f"{' '.join(query)} {n}\t{' '.join([*own, *source.choice(words, 16)])}\t{int(place == n % 10)}"
            )
    return "\n".join(lines).encode()


def _pairs(data: bytes) -> int:
    from engine.matching.config import PairsConfig
    from engine.matching.own_pairs.pairs import enough, found_in, train_pairs

    found = found_in(data)
    config = PairsConfig(question=found.question, language=found.language, **enough(found))  # type: ignore[arg-type]
    return len(tuple(train_pairs(config, data)))


FILES: dict[str, tuple[Callable[[], bytes], Callable[[bytes], int], str]] = {
    "log": (log, _log, f"own log of {EVENTS:,} events, {USERS:,} users, {ITEMS:,} items"),
    "table": (
        table,
        _table,
        f"own table, {ROWS:,} × {NUMBERS + WORDS + 2}, {RUNS} seeds of {len(STRUCTURES)} structures",
    ),
    "pairs": (pairs, _pairs, f"{PAIRS:,} own pairs"),
}


if __name__ == "__main__":
    run()
