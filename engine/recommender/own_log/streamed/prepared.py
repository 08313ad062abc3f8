"""Preparing a log of the server: DuckDB parts it by user, the reader of the upload flow reads each shard, a sample is drawn.

All of it lies below `work_folder`, under a name of the files' state, for every visitor; what was broken off goes on where it was.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np

from engine.big_log.bucket import found_at
from engine.big_log.database import opened
from engine.big_log.folder import DATA, work_folder
from engine.big_log.sample import MOST_ROWS, Drawn, draw
from engine.big_log.shards import SHARDS, Shards, digest, head_of, prepare, recognised
from engine.big_log.watches import Whole, read_shards
from engine.errors import UserError
from engine.files import write_whole
from engine.recommender.own_log.streamed.config import ShardsConfig
from engine.runs.frame import Array, Frame
from engine.runs.work import Tick
from engine.tables.told import told as decisions

FETCHED = 36
"""Steps before those of fetching, where the log lies in a bucket."""
STEPS = 4 + 2 * SHARDS
"""Numbering users and items, parting, each shard sorted, each read, the sample."""
HEAD, NAME = "head", "shards"
"""Metrics that are bytes: the first rows in parquet, and the name of what was prepared."""


def prepare_log(config: ShardsConfig, tick: Tick | None = None) -> Iterator[Frame]:
    """One frame: "head", the first rows, or of the whole log "shards", the name of what was prepared, and as numbers what it
    holds (`Whole`) and what the sample holds (`Drawn`, as "sample.…"). Raises UserError where the server offers no such log,
    or it is none, or somebody else is preparing it."""
    told, work = decisions(config.told), work_folder()
    before = FETCHED if "://" in os.environ.get(DATA, "") else 0

    def step(done: int, _: int) -> None:
        if tick is not None:
            tick(before + done, before + STEPS)

    def fetched(done: int, whole: int) -> None:
        step(FETCHED * done // max(whole, 1) - FETCHED, 0)

    data, one = found_at(config.log, work, fetched, config.whole == "yes")
    with opened(data, work) as connection:
        if config.whole == "no":
            yield Frame(0, {HEAD: np.frombuffer(head_of(connection, one), np.uint8)})
            return
        roles = {role: name for role, name in recognised(connection, one, told.one).items() if name}
        with _alone(work / f"{digest(one, roles)}.lock"):
            shards = prepare(connection, one, work, step, roles)
            whole = read_shards(shards, lambda done, steps: step(3 + SHARDS + done, steps), told)
            drawn = _sample(shards, config.seed)
    step(STEPS, STEPS)
    yield Frame(STEPS, {NAME: np.frombuffer(shards.folder.name.encode(), np.uint8), **_counted(whole, drawn)})


def _counted(whole: Whole, drawn: Drawn) -> dict[str, Array]:
    found = {name: np.asarray(value) for name, value in asdict(whole).items()}
    return found | {f"sample.{name}": np.asarray(value) for name, value in asdict(drawn).items()}


def _sample(shards: Shards, seed: int) -> Drawn:
    """Whole users, as many as the page takes, of a seed; drawn once."""
    said = sample_of(shards.folder.name, seed).with_suffix(".json")
    if not said.exists():
        drawn = draw(shards, sample_of(shards.folder.name, seed), MOST_ROWS, seed=seed)
        write_whole(said, json.dumps(asdict(drawn)).encode())
    kept: Mapping[str, int] = json.loads(said.read_bytes())
    return Drawn(**kept)


def sample_of(name: str, seed: int) -> Path:
    """The sample of what was prepared under a name."""
    return work_folder() / name / f"sample-{seed}.parquet"


def shards_of(name: str) -> Shards:
    """What was prepared under a name. Raises UserError where it is gone."""
    folder = work_folder() / name
    if len(name) != 16 or not name.isalnum() or not (folder / "watches").is_dir():
        raise UserError("The log is no longer prepared on the server. Prepare it again.")
    return Shards(folder, {})


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While nobody else prepares the same: two would write into one another's files."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError("Somebody else is having this log prepared. Try again when that is done.") from None
        yield
    finally:
        os.close(lock)
