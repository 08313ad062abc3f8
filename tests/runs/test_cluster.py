"""Runs on a real Ray cluster of one machine: a head without CPUs, and nodes of one CPU each that can be killed.

In a process of their own (`make test` says how): a process connects to one cluster. What is decided on whom to hire, and what
goes where, is tested without Ray in test_outside.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.files import ROOT
from engine.multitask import TableConfig, train
from engine.runs.recording import Recording
from engine.runs.service.policy import RunPolicy
from engine.runs.service.run import Run, State
from engine.runs.service.runs import Runs
from engine.runs.service.study import Study
from engine.runs.table import Table
from engine.runs.workers.far import FarWorker
from tests.runs.test_runs import LONG, SMALL, _alive, started, until

pytestmark = pytest.mark.ray
STORE = 76 * 2**20
"""Bytes; Ray's least is 75 MiB."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    from ray.cluster_utils import Cluster

    import engine.runs.workers.cluster  # noqa: F401  # first: it says what Ray shall keep to itself

    os.environ["RAY_enable_worker_prestart"] = "0"
    made = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": STORE, "include_dashboard": False}
    )
    try:
        for _ in range(2):
            made.add_node(num_cpus=1, object_store_memory=STORE)
        made.wait_for_nodes()
        yield made
    finally:
        made.shutdown()


@pytest.fixture(scope="module")
def runs(cluster: Any) -> Iterator[Runs]:
    from engine.runs.workers.cluster import Cluster

    service = Runs(policy=RunPolicy(workers=0), away=Cluster(cluster.address))
    try:
        yield service
    finally:
        service.close()


def worker_of(runs: Runs, run: Run) -> FarWorker:
    seat = runs._floor.seats.with_run(run)
    assert seat is not None and isinstance(seat.worker, FarWorker)
    return seat.worker


def node_of(cluster: Any, pid: int) -> Any:
    """The node below whose raylet a process runs."""
    above = pid
    while above > 1:
        for node in cluster.worker_nodes:
            if above == node.all_processes["raylet"][0].process.pid:
                return node
        above = _parent(above)
    raise AssertionError(f"{pid} is on no node")


def _parent(pid: int) -> int:
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rsplit(")")[-1].split()[1])


def test_a_run_elsewhere_equals_the_one_in_a_notebook(runs: Runs) -> None:
    run = runs.submit(SMALL, "a")
    until(lambda: not runs.view(run).active)
    assert run.state == State.FINISHED and run.processor == ""
    assert run.recording().digest == Recording(SMALL, tuple(train(SMALL))).digest


def test_pause_step_and_stop_travel_beside_the_frames(runs: Runs) -> None:
    run = runs.submit(LONG, "b")
    started(runs, run)
    runs.pause(run)
    beside = runs.submit(SMALL, "beside")  # on the other node
    until(lambda: runs.view(beside).state == State.FINISHED)
    before = len(runs.view(run).frames)
    runs.step(run)
    until(lambda: len(runs.view(run).frames) == before + 1)
    runs.resume(run)
    until(lambda: len(runs.view(run).frames) > before + 1)
    worker = worker_of(runs, run)
    runs.stop(run)
    until(lambda: runs.busy == 0)
    assert worker in runs.workers  # it obeyed, and was not killed
    frames = runs.view(run).frames
    assert [frame.step for frame in frames] == list(Recording(LONG, frames).steps) and frames[0].step == 0


def test_a_hung_worker_is_killed_by_its_actor(runs: Runs) -> None:
    run = runs.submit(LONG, "c")
    started(runs, run)
    stuck = worker_of(runs, run)
    os.kill(stuck.pid, signal.SIGSTOP)
    began = time.monotonic()
    runs.stop(run)
    until(lambda: stuck not in runs.workers and not _alive(stuck.pid))
    print(f"a hung worker was gone after {time.monotonic() - began:.1f} s")


def test_a_table_travels_as_bytes(runs: Runs) -> None:
    data = ("a,b,x\n" + "".join(f"{i % 2},{(i // 2) % 2},{i % 7}\n" for i in range(400))).encode()
    config = TableConfig(table=Table.of(data).digest, labels=("a", "b"), features=("x",), runs=2, epochs=1)
    read: list[str] = []

    def opened() -> bytes:
        read.append("once more")
        return data

    table = Table(config.table, opened)
    pair = [runs.submit(config, owner, work="compare", table=table) for owner in ("d", "e")]
    until(lambda: not any(run.state.active for run in pair))
    assert [run.state for run in pair] == [State.FINISHED] * 2 and len(read) == 2
    assert pair[0].recording().digest == pair[1].recording().digest

    def missing() -> bytes:
        raise FileNotFoundError

    run = runs.submit(config, "d", work="compare", table=Table(config.table, missing))
    until(lambda: not runs.view(run).active)
    assert run.state == State.FAILED and runs.view(run).sentence.endswith("Choose the file again.")


def test_a_cell_that_kills_its_workers_is_given_up_and_the_others_are_not(runs: Runs) -> None:
    """Whatever it is that ends a process: here its worker is killed whenever the cell is with one."""
    poison, good = replace(LONG, seed=66), replace(SMALL, seed=67)
    study = Study(runs, [poison, good], "study")
    (fatal,) = [run for run in study._jobs if run.config == poison]
    killed: set[int] = set()

    def over() -> bool:
        seat = runs._floor.seats.with_run(fatal)
        if seat is not None and isinstance(seat.worker, FarWorker) and seat.worker.pid not in killed:
            killed.add(seat.worker.pid)
            os.kill(seat.worker.pid, signal.SIGKILL)
        return not study.active

    until(over)
    (failure,) = study.failures
    assert len(killed) == 4 and failure.values == {
        "count": 4,
        "settings": "multitask, test_rows=200, steps=5000, frames=20, runs=2, seed=66",
    }
    assert set(study.results()) == {good}


def test_lost_nodes_cost_a_study_nothing_and_a_live_run_a_sentence(runs: Runs, cluster: Any) -> None:
    cells = [replace(SMALL, steps=300, seed=seed) for seed in range(3)]
    live = runs.submit(LONG, "viewer")
    started(runs, live)
    study = Study(runs, cells, "study")
    until(lambda: any(run.state == State.RUNNING and run.steps for run in study._jobs))
    (cell,) = [run for run in study._jobs if run.state == State.RUNNING]
    pids = [worker_of(runs, run).pid for run in (cell, live)]
    for node in {node_of(cluster, pid) for pid in pids}:
        cluster.remove_node(node, allow_graceful=False)
    cluster.add_node(num_cpus=1, object_store_memory=STORE)
    until(lambda: not any(map(_alive, pids)) and cell.deaths > 0 and live.state == State.FAILED)
    assert "Press Train" in runs.view(live).sentence
    until(lambda: not study.active)
    assert not study.failures and set(study.results()) == set(cells)
    expected, found = list(train(cell.config))[-1].metrics, study.results()[cell.config]
    assert all((found[name] == expected[name]).all() for name in expected)


BUILD = """
from engine.multitask import MultitaskConfig
from engine.runs.build import _trained
for run in _trained([MultitaskConfig(steps=steps, frames=2, runs=8, test_rows=200) for steps in (40, 5_000)]):
    print(run.state, flush=True)
"""


def _workers_on(cluster: Any) -> set[int]:
    """Processes that train below the cluster's nodes."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, AssertionError):
            if b"engine.runs.workers.main" in (folder / "cmdline").read_bytes():
                node_of(cluster, int(folder.name))
                found.add(int(folder.name))
    return found


def test_a_build_is_trained_there_and_with_it_gone_nothing_runs_on(runs: Runs, cluster: Any) -> None:
    until(lambda: runs.busy == 0)
    for worker in runs.workers:
        worker.kill()  # room for another server
    until(lambda: not runs.workers)
    environment = os.environ | {"RAY_ADDRESS": cluster.address, "GATESCOPE_WORKERS": "0"}
    build = subprocess.Popen(
        [sys.executable, "-c", BUILD], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    )
    assert build.stdout is not None
    assert build.stdout.readline().startswith("1 of 2") and build.stdout.readline() == "finished\n"
    pids = _workers_on(cluster)
    assert pids
    actors = {_parent(pid) for pid in pids}
    build.kill()
    build.communicate()
    until(lambda: not any(map(_alive, pids | actors)))
