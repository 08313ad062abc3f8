"""Runs: who trains now, who waits, and what ends when its owner leaves."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.frame import Frame
from engine.runs.pool import Worker
from engine.runs.run import ACTIVE, FAILED, FINISHED, PAUSED, QUEUED, RUNNING, STOPPED, Run, View

STOP_SECONDS = 0.4
"""A worker that has not stopped by then is killed and replaced."""
GRACE_SECONDS = 10.0
"""How long a run outlives its browser tab: a network blip looks like a closed tab."""
PAUSE_SECONDS = 60.0
"""A paused run keeps its worker this long while others wait."""
LONGEST_SECONDS = 600.0
QUEUE_LIMIT = 32


class Runs:
    """All runs of one server. Every method may be called from any thread.

    A live run goes before background runs (studies), which start over when a live one needs their
    worker: a study's cells are short and give the same frames again.
    """

    def __init__(self, workers: int = 2) -> None:
        self._lock = threading.RLock()
        self._queue: list[Run] = []
        self._leaving: dict[str, float] = {}
        self._closed = threading.Event()
        self._workers: list[Worker] = [self._hire() for _ in range(workers)]
        atexit.register(self.close)
        threading.Thread(target=self._watch, daemon=True, name="runs").start()

    def submit(
        self, config: Config, owner: str, *, work: str = "train", table: Path | None = None, background: bool = False
    ) -> Run:
        """Queue a run. An owner has one live run: an earlier one is stopped.

        Raises UserError when the queue is full.
        """
        run = Run(config, owner, work, table, background)
        with self._lock:
            self._leaving.pop(owner, None)
            if not background:
                for other in self._of(owner):
                    if not other.background:
                        self.stop(other)
                if sum(not waiting.background for waiting in self._queue) >= QUEUE_LIMIT:
                    raise UserError("Too many people are waiting to train. Try again in a minute.")
            self._queue.append(run)
            self._dispatch()
        return run

    def view(self, run: Run) -> View:
        """The run as it is now."""
        with self._lock:
            waiting = [other for other in self._queue if other.background == run.background]
            place = waiting.index(run) + 1 if run in waiting else 0
            return View(
                run.state, place, run.step, run.steps, tuple(run.frames), run.seconds_left, run.sentence, run.values
            )

    def pause(self, run: Run) -> None:
        """Between two training steps, at once."""
        self._turn(run, "pause", PAUSED, RUNNING)

    def step(self, run: Run) -> None:
        """Train to the next frame and pause again."""
        self._turn(run, "step", PAUSED, PAUSED)

    def resume(self, run: Run) -> None:
        """Go on."""
        self._turn(run, "resume", RUNNING, PAUSED)

    def _turn(self, run: Run, command: str, state: str, only_from: str) -> None:
        with self._lock:
            worker = self._worker_of(run)
            if worker is None or run.state != only_from:
                return
            run.state = state
            run.clock(state == RUNNING)
            worker.tell(run, command)

    def stop(self, run: Run) -> None:
        """End the run now, keeping its frames; its worker is free within `STOP_SECONDS`."""
        with self._lock:
            if run.state in ACTIVE:
                self._end(run, STOPPED)
                self._free(run)

    def release(self, owner: str) -> None:
        """The owner's tab is gone: its runs end after the grace. Returns at once."""
        with self._lock:
            self._leaving[owner] = time.monotonic() + GRACE_SECONDS

    def claim(self, owner: str) -> None:
        """The owner is still there after all."""
        with self._lock:
            self._leaving.pop(owner, None)

    def close(self) -> None:
        """Kill the workers."""
        self._closed.set()
        with self._lock:
            workers, self._workers = self._workers, []
        for worker in workers:
            worker.kill()

    @property
    def busy(self) -> int:
        """Workers with a job."""
        with self._lock:
            return sum(worker.run is not None for worker in self._workers)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers."""
        with self._lock:
            return tuple(worker.pid for worker in self._workers)

    # — the rest runs under the lock —

    def _hire(self) -> Worker:
        return Worker(self._on_record, self._on_exit)

    def _of(self, owner: str) -> list[Run]:
        held = [worker.run for worker in self._workers if worker.run is not None]
        return [run for run in (*self._queue, *held) if run.owner == owner and run.state in ACTIVE]

    def _worker_of(self, run: Run) -> Worker | None:
        return next((worker for worker in self._workers if worker.run is run), None)

    def _dispatch(self) -> None:
        """Give waiting runs to idle workers, live ones first."""
        self._queue.sort(key=lambda run: (run.background, run.number))
        for worker in self._workers:
            if worker.ready and worker.run is None and self._queue:
                run = self._queue.pop(0)
                run.state = RUNNING
                run.clock(True)
                worker.begin(run)
        waiting_live = sum(not run.background for run in self._queue)
        stopping = sum(w.run is not None and w.run.state not in (RUNNING, PAUSED) for w in self._workers)
        for worker in self._workers:
            run_ = worker.run
            if waiting_live > stopping and run_ is not None and run_.background and run_.state == RUNNING:
                self._put_back(run_)
                stopping += 1

    def _put_back(self, run: Run) -> None:
        """A study's cell gives its worker to a live run and starts over later, as a new job."""
        run.restart()
        self._free(run)

    def _free(self, run: Run) -> None:
        if run in self._queue:
            self._queue.remove(run)
        worker = self._worker_of(run)
        if worker is not None:
            worker.tell(run, "stop")
            timer = threading.Timer(STOP_SECONDS, self._kill_if_still_on, (worker, run))
            timer.daemon = True
            timer.start()

    def _kill_if_still_on(self, worker: Worker, run: Run) -> None:
        with self._lock:
            if worker.run is run:
                worker.kill()

    def _end(self, run: Run, state: str, sentence: str = "", values: dict[str, object] | None = None) -> None:
        run.state, run.sentence, run.values = state, sentence, values or {}
        run.clock(False)

    def _on_record(self, worker: Worker, header: dict[str, Any], body: bytes) -> None:
        with self._lock:
            run = worker.run
            if header["kind"] == "ready":
                worker.ready = True
            elif run is not None and header["job"] == run.number:
                _HEARD[header["kind"]](self, worker, run, header, body)
            self._dispatch()

    def _heard_progress(self, worker: Worker, run: Run, header: dict[str, Any], body: bytes) -> None:
        if run.state in ACTIVE - {QUEUED}:
            run.step, run.steps = header["step"], header["steps"]

    def _heard_frame(self, worker: Worker, run: Run, header: dict[str, Any], body: bytes) -> None:
        if run.state in ACTIVE - {QUEUED}:
            run.frames.append(Frame.from_bytes(body))

    def _heard_end(self, worker: Worker, run: Run, header: dict[str, Any], body: bytes) -> None:
        worker.run = None
        if run.state == QUEUED:
            self._queue.append(run)
        elif run.state in ACTIVE and header["kind"] == "failed":
            self._end(run, FAILED, header["sentence"], header["values"])
        elif run.state in ACTIVE:
            self._end(run, FINISHED)

    def _on_exit(self, worker: Worker) -> None:
        with self._lock:
            if worker not in self._workers:
                return
            self._workers[self._workers.index(worker)] = self._hire()
            run, worker.run = worker.run, None
            if run is not None and run.state == QUEUED:
                self._queue.append(run)
            elif run is not None and run.state in ACTIVE:
                self._end(run, FAILED, "The training process ended unexpectedly. Press Train to run it again.")
            self._dispatch()

    def _watch(self) -> None:
        while not self._closed.wait(0.5):
            with self._lock:
                self._tidy(time.monotonic())

    def _tidy(self, now: float) -> None:
        for owner in [owner for owner, deadline in self._leaving.items() if deadline <= now]:
            del self._leaving[owner]
            for run in self._of(owner):
                self.stop(run)
        for run in [worker.run for worker in self._workers if worker.run is not None]:
            overdue = run.worked > LONGEST_SECONDS
            idle = run.state == PAUSED and run.paused_at is not None and now - run.paused_at > PAUSE_SECONDS
            if run.state in ACTIVE and (overdue or (idle and self._queue)):
                self.stop(run)
                run.sentence = (
                    "The run was stopped: it was paused while others waited."
                    if idle
                    else ("The run was stopped: it took too long.")
                )


_HEARD: dict[str, Callable[[Runs, Worker, Run, dict[str, Any], bytes], None]] = {
    "progress": Runs._heard_progress,
    "frame": Runs._heard_frame,
    "finished": Runs._heard_end,
    "stopped": Runs._heard_end,
    "failed": Runs._heard_end,
}
