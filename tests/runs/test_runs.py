"""Runs on real worker processes and with real signals; what the queue does is tested without them in test_queue."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from engine.errors import UserError
from engine.files import ROOT
from engine.multitask import MultitaskConfig, TableConfig, train
from engine.runs.recording import Recording
from engine.runs.service.policy import RunPolicy
from engine.runs.service.run import Run, State
from engine.runs.service.runs import Runs
from engine.runs.service.study import Study
from engine.runs.table import Table
from engine.runs.workers.local import LocalWorker
from tests.pages.catalogue import sentences

pytestmark = pytest.mark.slow  # six workers start, each of which warms up for seconds
SMALL = MultitaskConfig(steps=40, frames=6, runs=2, test_rows=200)
LONG = MultitaskConfig(steps=5_000, frames=20, runs=2, test_rows=200)
HANGS = 600.0
"""Seconds after which something that must come has hung: no machine is so busy. Nothing here depends on how fast it is."""


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    service = Runs(policy=RunPolicy(workers=2))
    yield service
    service.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that must come."""
    deadline = time.monotonic() + HANGS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def started(runs: Runs, run: Run) -> None:
    until(lambda: runs.view(run).state == State.RUNNING and len(runs.view(run).frames) >= 2)


def pid_of(runs: Runs, run: Run) -> int:
    seat = runs._floor.seats.with_run(run)
    assert seat is not None and isinstance(seat.worker, LocalWorker)
    return seat.worker.pid


def pids(runs: Runs) -> set[int]:
    return {worker.pid for worker in runs.workers if isinstance(worker, LocalWorker)}


def test_a_run_equals_the_notebook_loop_also_beside_another(runs: Runs) -> None:
    other = runs.submit(LONG, "other")
    run = runs.submit(SMALL, "a")
    until(lambda: runs.view(run).state == State.FINISHED)
    runs.stop(other)
    assert run.recording().digest == Recording(SMALL, tuple(train(SMALL))).digest
    assert runs.view(run).step == SMALL.steps


def test_pause_step_resume_stop(runs: Runs) -> None:
    """A paused run stands still: while another one trains to its end, not a frame is added."""
    run = runs.submit(LONG, "b")
    started(runs, run)
    runs.pause(run)
    runs.step(run)
    beside = runs.submit(SMALL, "beside")
    until(lambda: runs.view(beside).state == State.FINISHED)
    before = len(runs.view(run).frames)
    runs.step(run)
    until(lambda: len(runs.view(run).frames) == before + 1)
    beside = runs.submit(SMALL, "beside")
    until(lambda: runs.view(beside).state == State.FINISHED)
    assert len(runs.view(run).frames) == before + 1
    runs.resume(run)
    until(lambda: len(runs.view(run).frames) > before + 1)
    runs.stop(run)
    assert runs.view(run).state == State.STOPPED
    until(lambda: runs.busy == 0)
    frames = runs.view(run).frames
    assert [f.step for f in frames] == list(Recording(LONG, frames).steps) and frames[0].step == 0


def test_a_dead_worker_fails_its_run_and_is_replaced(runs: Runs, caplog: pytest.LogCaptureFixture) -> None:
    run = runs.submit(LONG, "g")
    started(runs, run)
    os.kill(pid_of(runs, run), signal.SIGKILL)
    until(lambda: runs.view(run).state == State.FAILED)
    assert "Press Train" in runs.view(run).sentence
    assert any("signal (-9)" in record.getMessage() for record in caplog.records)
    again = runs.submit(SMALL, "g")
    until(lambda: runs.view(again).state == State.FINISHED)


def test_a_worker_that_does_not_obey_is_killed_on_stop(runs: Runs) -> None:
    run = runs.submit(LONG, "h")
    started(runs, run)
    stuck = pid_of(runs, run)
    os.kill(stuck, signal.SIGSTOP)
    runs.stop(run)
    until(lambda: stuck not in pids(runs))


def test_a_worker_that_hangs_is_noticed_by_itself() -> None:
    """No sign of life: neither training nor the thread that says so."""
    service = Runs(policy=RunPolicy(workers=1, silent_seconds=60.0))
    try:
        run = service.submit(LONG, "viewer")
        started(service, run)
        hung = pid_of(service, run)
        os.kill(hung, signal.SIGSTOP)
        next(iter(service._floor.seats)).heard -= 60.0  # a minute without a word
        until(lambda: service.view(run).state == State.FAILED)
        assert "no sign of life" in service.view(run).sentence
        until(lambda: not _alive(hung) and service.workers != ())
    finally:
        service.close()


def test_a_live_run_takes_a_worker_from_the_study_which_starts_over(runs: Runs) -> None:
    until(lambda: runs.busy == 0)
    cells = [runs.submit(LONG, "k", background=True) for _ in range(2)]
    until(lambda: all(runs.view(cell).frames for cell in cells))
    live = runs.submit(SMALL, "k")
    until(lambda: runs.view(live).state == State.FINISHED)
    until(lambda: all(runs.view(cell).state == State.RUNNING for cell in cells))
    for cell in cells:
        runs.stop(cell)
    until(lambda: runs.busy == 0)


def test_divergence_is_a_sentence(runs: Runs) -> None:
    run = runs.submit(MultitaskConfig(learning_rate=1e9, steps=40, frames=20, runs=2), "l")
    until(lambda: runs.view(run).state == State.FAILED)
    assert "Lower the learning rate" in runs.view(run).sentence


def test_a_defect_is_a_sentence_on_the_page_and_a_traceback_in_the_log(
    runs: Runs, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="gatescope"):
        run = runs.submit(SMALL, "m", work="nonsense")
        until(lambda: runs.view(run).state == State.FAILED)
    assert runs.view(run).sentence == "The training process failed: {name}."
    (told,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "Traceback" in told.getMessage() and "KeyError: 'nonsense'" in told.getMessage()


def test_a_table_travels_as_bytes_and_one_that_is_gone_says_so(runs: Runs) -> None:
    data = ("a,b,x\n" + "".join(f"{i % 2},{(i // 2) % 2},{i % 7}\n" for i in range(400))).encode()
    config = TableConfig(table=Table.of(data).digest, labels=("a", "b"), features=("x",), runs=2, epochs=1)
    run = runs.submit(config, "t", work="compare", table=Table.of(data))
    until(lambda: not runs.view(run).active)
    assert runs.view(run).state == State.FINISHED, runs.view(run)

    def missing() -> bytes:
        raise FileNotFoundError

    for table in (Table(config.table, missing), Table(config.table, lambda: data[:-10])):
        run = runs.submit(config, "t", work="compare", table=table)
        until(lambda run=run: not runs.view(run).active)
        view = runs.view(run)
        assert view.state == State.FAILED and view.sentence.endswith("Choose the file again.")


def test_workers_end_with_the_server() -> None:
    service = Runs(policy=RunPolicy(workers=1))
    (pid,) = pids(service)
    service.close()
    until(lambda: not _alive(pid))


def test_workers_end_when_the_server_is_killed() -> None:
    """Not even a SIGKILL leaves one behind: a worker ends when its stdin closes."""
    code = (
        "import time; from engine.runs.service.runs import Runs; from engine.runs.service.policy import RunPolicy;"
        "s = Runs(policy=RunPolicy(workers=1)); print(s.workers[0].pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        assert _alive(pid)
        server.kill()
    until(lambda: not _alive(pid))


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")")[-1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone, or going while it is read
        return False


def test_a_study_hands_its_failures_on_as_a_page_can_translate_them(runs: Runs) -> None:
    study = Study(runs, (SMALL, replace(SMALL, learning_rate=1e9, structures=("mmoe",))), "study")
    until(lambda: not study.active)
    (failure,) = study.failures
    assert isinstance(failure, UserError) and failure.values["structure"] == "MMoE"
    assert failure.sentence in sentences() and set(study.results()) == {SMALL}
