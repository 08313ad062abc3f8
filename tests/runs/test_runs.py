"""Runs on real worker processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from engine.errors import UserError
from engine.multitask import MultitaskConfig, train
from engine.runs import runs as module
from engine.runs.pool import ROOT
from engine.runs.recording import Recording
from engine.runs.run import FAILED, FINISHED, PAUSED, QUEUED, RUNNING, STOPPED, Run
from engine.runs.runs import Runs
from engine.runs.study import Study
from tests.pages.catalogue import sentences

SMALL = MultitaskConfig(steps=40, frames=6, runs=2, test_rows=200)
LONG = MultitaskConfig(steps=5_000, frames=20, runs=2, test_rows=200)


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    service = Runs(workers=2)
    yield service
    service.close()


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for something that must come; fails when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def started(runs: Runs, run: Run) -> None:
    until(lambda: runs.view(run).state == RUNNING and len(runs.view(run).frames) >= 2)


def test_a_run_equals_the_notebook_loop_also_beside_another(runs: Runs) -> None:
    other = runs.submit(LONG, "other")
    run = runs.submit(SMALL, "a")
    until(lambda: runs.view(run).state == FINISHED)
    runs.stop(other)
    assert run.recording().digest == Recording(SMALL, tuple(train(SMALL))).digest
    assert runs.view(run).step == SMALL.steps


def test_pause_step_resume_stop(runs: Runs) -> None:
    run = runs.submit(LONG, "b")
    started(runs, run)
    runs.pause(run)
    until(lambda: runs.view(run).state == PAUSED)
    time.sleep(0.2)  # a step already under way may still end
    before = len(runs.view(run).frames)
    runs.step(run)
    until(lambda: len(runs.view(run).frames) == before + 1)
    time.sleep(0.3)
    assert len(runs.view(run).frames) == before + 1
    runs.resume(run)
    until(lambda: len(runs.view(run).frames) > before + 1)
    runs.stop(run)
    assert runs.view(run).state == STOPPED
    until(lambda: runs.busy == 0, seconds=5)
    frames = runs.view(run).frames
    whole = Recording(LONG, frames)
    assert [f.step for f in frames] == list(whole.steps) and frames[0].step == 0


def test_queue_tells_the_position_and_one_run_per_owner(runs: Runs) -> None:
    first, second = runs.submit(LONG, "c"), runs.submit(LONG, "d")
    started(runs, first)
    third, fourth = runs.submit(LONG, "e"), runs.submit(LONG, "f")
    assert (runs.view(third).state, runs.view(third).place, runs.view(fourth).place) == (QUEUED, 1, 2)
    again = runs.submit(SMALL, "c")
    assert runs.view(first).state == STOPPED
    for run in (second, third, fourth, again):
        runs.stop(run)
    until(lambda: runs.busy == 0)


def test_a_dead_worker_fails_its_run_and_is_replaced(runs: Runs) -> None:
    run = runs.submit(LONG, "g")
    started(runs, run)
    worker = next(w for w in runs._workers if w.run is run)
    os.kill(worker.pid, signal.SIGKILL)
    until(lambda: runs.view(run).state == FAILED)
    assert "Press Train" in runs.view(run).sentence
    again = runs.submit(SMALL, "g")
    until(lambda: runs.view(again).state == FINISHED)


def test_a_worker_that_hangs_is_killed_on_stop(runs: Runs) -> None:
    run = runs.submit(LONG, "h")
    started(runs, run)
    worker = next(w for w in runs._workers if w.run is run)
    os.kill(worker.pid, signal.SIGSTOP)
    runs.stop(run)
    until(lambda: worker.pid not in runs.pids, seconds=5)


def test_release_ends_after_the_grace_and_claim_keeps(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.2)
    kept, gone = runs.submit(LONG, "i"), runs.submit(LONG, "j")
    started(runs, kept)
    started(runs, gone)
    runs.release("i")
    runs.claim("i")
    runs.release("j")
    until(lambda: runs.view(gone).state == STOPPED)
    assert runs.view(kept).state == RUNNING
    runs.stop(kept)


def test_a_live_run_takes_a_worker_from_the_study_which_starts_over(runs: Runs) -> None:
    until(lambda: runs.busy == 0)
    cells = [runs.submit(LONG, "k", background=True) for _ in range(2)]
    until(lambda: all(runs.view(cell).frames for cell in cells))
    live = runs.submit(SMALL, "k")
    until(lambda: runs.view(live).state == FINISHED)
    until(lambda: all(runs.view(cell).state == RUNNING for cell in cells))
    for cell in cells:
        runs.stop(cell)
    until(lambda: runs.busy == 0)


def test_divergence_is_a_sentence(runs: Runs) -> None:
    run = runs.submit(MultitaskConfig(learning_rate=1e9, steps=40, frames=20, runs=2), "l")
    until(lambda: runs.view(run).state == FAILED)
    assert "Lower the learning rate" in runs.view(run).sentence


def test_workers_end_with_the_server() -> None:
    service = Runs(workers=1)
    pid = service.pids[0]
    service.close()
    until(lambda: not _alive(pid))


def test_workers_end_when_the_server_is_killed() -> None:
    """Not even a SIGKILL leaves one behind: a worker ends when its stdin closes."""
    code = "import time; from engine.runs.runs import Runs; s = Runs(1); print(s.pids[0], flush=True); time.sleep(60)"
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert server.stdout is not None
    pid = int(server.stdout.readline())
    assert _alive(pid)
    server.kill()
    server.wait()
    until(lambda: not _alive(pid), seconds=15)


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
