"""Chaos on real processes: kills, stops, cuts, pauses and a full disk in any order, and nothing is lost or left behind.

The same over workers that are made up, many times over, is the state machine of test_queue.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.multitask import MultitaskConfig, TableConfig
from engine.runs.service.policy import RunPolicy
from engine.runs.service.presence import Presence
from engine.runs.service.run import Run, State
from engine.runs.service.runs import Runs
from engine.runs.service.study import Study
from engine.runs.service.uploads import Uploads
from engine.runs.table import Table, digest_of
from engine.runs.workers.local import LocalWorker
from tests.runs.test_runs import SMALL, until
from tests.runs.test_uploads import disk_full_after

OWNERS = ("ann", "bob", "cem")
ACTIONS, KILLS = 70, 4
"""A worker takes seconds to start: so many are killed or stopped at most."""
LONG = MultitaskConfig(steps=3_000, frames=20, runs=2, test_rows=200, structures=("mmoe",))


class World:
    """Three owners, a pool and a disk, and all that may befall them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.runs = Runs(policy=RunPolicy(workers=2, grace_seconds=0.5, silent_seconds=600.0, queue=2))
        self.uploads = Uploads(folder)
        self.online = set(OWNERS)
        self.presence = Presence(
            self.online.__contains__, lost=self.runs.release, back=self.runs.claim, left=self.uploads.release,
            keep_seconds=3_600.0,
        )  # fmt: skip
        for owner in OWNERS:
            self.presence.here(owner, owner)
        self.submitted: list[Run] = []
        self.studies: list[Study] = []
        self.refused, self.kills = 0, 0

    def act(self) -> None:
        """One thing that happens."""
        what = self.chance.choice((self.train, self.train, self.compare, self.study, self.turn, self.turn, self.cut,
                                   self.mend, self.kill, self.pause_for_breath))  # fmt: skip
        what()
        self.presence.look()

    def _submitted(self, submit: Callable[[], Run]) -> None:
        try:
            self.submitted.append(submit())
        except UserError:
            self.refused += 1

    def train(self) -> None:
        config = replace(self.chance.choice((SMALL, LONG)), seed=self.chance.randrange(1_000))
        owner = self.chance.choice(OWNERS)
        self._submitted(lambda: self.runs.submit(config, owner))

    def compare(self) -> None:
        """A table of the owner's own, on a disk that may be full."""
        owner, kinds = self.chance.choice(OWNERS), self.chance.randrange(3, 9)
        data = ("a,b,x\n" + "".join(f"{i % 2},{(i // 2) % 2},{i % kinds}\n" for i in range(400))).encode()
        config = TableConfig(table=digest_of(data), labels=("a", "b"), features=("x",), runs=2, epochs=1)

        def submit() -> Run:
            if self.chance.random() < 0.3:
                with disk_full_after(1_000):
                    self.uploads.keep(owner, "table", data, config.table)
            table: Table = self.uploads.keep(owner, "table", data, config.table)
            return self.runs.submit(config, owner, work="compare", table=table)

        self._submitted(submit)

    def study(self) -> None:
        first, owner = self.chance.randrange(1_000), self.chance.choice(OWNERS)
        self.studies.append(Study(self.runs, [replace(SMALL, seed=first + n) for n in range(2)], owner))

    def turn(self) -> None:
        if self.submitted:
            run = self.chance.choice(self.submitted)
            self.chance.choice((self.runs.stop, self.runs.pause, self.runs.step, self.runs.resume))(run)

    def cut(self) -> None:
        self.online.discard(self.chance.choice(OWNERS))

    def mend(self) -> None:
        self.online.update(OWNERS)

    def kill(self) -> None:
        workers = [worker for worker in self.runs.workers if isinstance(worker, LocalWorker) and worker.ready]
        if workers and self.kills < KILLS:
            self.kills += 1
            os.kill(self.chance.choice(workers).pid, self.chance.choice((signal.SIGKILL, signal.SIGTERM)))

    def pause_for_breath(self) -> None:
        threading.Event().wait(self.chance.uniform(0.0, 0.4))

    def calm_down(self) -> None:
        """Connections are mended, what was paused goes on: then everything must come to an end."""
        self.mend()
        self.presence.look()

        def through() -> bool:
            for run in self.submitted:
                self.runs.resume(run)
            return not any(run.state.active for run in self.submitted) and not any(s.active for s in self.studies)

        until(through)
        until(lambda: self.runs.idle and all(worker.ready for worker in self.runs.workers))


def left_behind(folder: Path) -> dict[str, int]:
    return {
        "threads": threading.active_count(),
        "handles": len(os.listdir("/proc/self/fd")),
        "children": sum(1 for _ in children()),
        "files": sum(path.is_file() for path in folder.rglob("*")),
    }


def children() -> list[int]:
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that has just ended
            found += map(int, (task / "children").read_text().split())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_nothing_is_lost_and_nothing_is_left_behind(tmp_path: Path, seed: int) -> None:
    outside = left_behind(tmp_path)
    world = World(tmp_path, seed)
    try:
        until(lambda: len(world.runs.workers) == 2 and all(worker.ready for worker in world.runs.workers))
        before = left_behind(tmp_path)
        for _ in range(ACTIONS):
            world.act()
        world.calm_down()
        for run in world.submitted:
            view = world.runs.view(run)
            assert view.state in (State.FINISHED, State.STOPPED, State.FAILED)
            assert view.state != State.FAILED or view.sentence.format(**view.values)
            assert view.state != State.FINISHED or view.frames and view.step == view.steps
        for study in world.studies:
            ended = [world.runs.view(run) for run in study._jobs]
            assert all(view.state in (State.FINISHED, State.STOPPED) for view in ended)
            assert all(view.state == State.FINISHED or view.sentence for view in ended)
        assert {run.state for run in world.submitted} >= {State.FINISHED, State.STOPPED} and world.kills
        for owner in OWNERS:
            world.uploads.release(owner)
        until(lambda: left_behind(tmp_path) == before)
    finally:
        world.runs.close()
    until(lambda: left_behind(tmp_path) == outside)
