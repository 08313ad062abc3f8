"""Runs: who trains now, who waits, and what ends when its owner leaves."""

from __future__ import annotations

import atexit
import itertools
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.frame import Frame
from engine.runs.service.policy import RunPolicy
from engine.runs.service.run import Run, State, View
from engine.runs.service.seats import Attempt, Seat, Seats
from engine.runs.service.waiting import Waiting
from engine.runs.service.why import lost_connection, no_sign, no_worker
from engine.runs.table import Table
from engine.runs.workers.local import LocalWorker
from engine.runs.workers.protocol import Command, Exit, Hire, Job, Worker

LOG = logging.getLogger("gatescope.runs")
LOOK_SECONDS = 0.1
"""How often it is looked at what is overdue."""


class Runs:
    """All runs of one server. Every method may be called from any thread.

    A live run goes before background runs (studies), which start over when a live one needs their worker: a study's cells
    are short and give the same frames again. Whatever a worker does for a run is an *attempt* with a number of its own:
    records, deadlines and deaths of an earlier attempt never touch a later one.

    hire    starts a worker; processes of this machine by default
    now     the clock, in seconds
    watch   whether a thread looks after deadlines; without it `tidy` must be called
    """

    def __init__(
        self,
        hire: Hire = LocalWorker,
        policy: RunPolicy | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
        watch: bool = True,
    ) -> None:
        self.policy = policy or RunPolicy()
        self._now = now
        self._lock = threading.RLock()
        self._attempts = itertools.count(1)
        self._waiting = Waiting(self.policy)
        self._leaving: dict[str, float] = {}
        self._closed = threading.Event()
        self._seats = Seats(self.policy, lambda: hire(self._on_record, self._on_exit))
        with self._lock:
            self._seats.fill(now())
        if watch:
            atexit.register(self.close)
            threading.Thread(target=self._watch, daemon=True, name="runs").start()

    def submit(
        self, config: Config, owner: str, *, work: str = "train", table: Table | None = None, background: bool = False
    ) -> Run:
        """Queue a run. An owner has one live run: an earlier one is stopped.

        Raises UserError when the queue is full; then nothing has changed.
        """
        if not self.policy.workers:
            raise UserError("This server shows recordings only: it has no processes that train.")
        run = Run(config, owner, work, table, background, now=self._now)
        with self._lock:
            self._leaving.pop(owner, None)
            self._waiting.refuse_where_full(run)
            if not background:
                for other in self._of(owner):
                    if not other.background:
                        self.stop(other)
            self._waiting.add(run)
            self._dispatch()
        return run

    def view(self, run: Run) -> View:
        """The run as it is now."""
        with self._lock:
            place, why = self._waits(run) if run.state == State.QUEUED else (0, run.error)
            sentence, values = (why.sentence, why.values) if why is not None else ("", {})
            return View(run.state, place, run.step, run.steps, tuple(run.frames), run.seconds_left, sentence, values)

    def pause(self, run: Run) -> None:
        """Between two training steps, at once."""
        self._turn(run, Command.PAUSE, State.PAUSED, State.RUNNING)

    def step(self, run: Run) -> None:
        """Train to the next frame and pause again."""
        self._turn(run, Command.STEP, State.PAUSED, State.PAUSED)

    def resume(self, run: Run) -> None:
        """Go on."""
        self._turn(run, Command.RESUME, State.RUNNING, State.PAUSED)

    def _turn(self, run: Run, command: Command, state: State, only_from: State) -> None:
        with self._lock:
            seat = self._seats.with_run(run)
            if seat is not None and seat.worker is not None and run.state == only_from:
                run.enter(state)
                seat.worker.tell(run.attempt, command)
                self._dispatch()

    def stop(self, run: Run, why: UserError | None = None) -> None:
        """End the run now, keeping its frames; its worker is free within the policy's `stop_seconds`."""
        with self._lock:
            if run.state.active:
                self._free(run)
                self._end(run, State.STOPPED, why)
                self._dispatch()

    def release(self, owner: str) -> None:
        """The owner's connection is gone: its runs end after the grace. Returns at once."""
        with self._lock:
            self._leaving.setdefault(owner, self._now() + self.policy.grace_seconds)

    def claim(self, owner: str) -> None:
        """The owner is still there after all."""
        with self._lock:
            self._leaving.pop(owner, None)

    def close(self) -> None:
        """Kill the workers."""
        self._closed.set()
        atexit.unregister(self.close)
        with self._lock:
            workers = self._seats.clear()
        for worker in workers:
            worker.kill()

    @property
    def busy(self) -> int:
        """Workers with a job, also one that is being stopped."""
        with self._lock:
            return sum(seat.attempt is not None for seat in self._seats)

    @property
    def idle(self) -> bool:
        """Whether nothing trains and nothing waits."""
        with self._lock:
            return not len(self._waiting) and not self.busy

    @property
    def workers(self) -> tuple[Worker, ...]:
        """Those that are there, ready or not."""
        with self._lock:
            return tuple(seat.worker for seat in self._seats if seat.worker is not None)

    def tidy(self) -> None:
        """Do what is due: owners that left, stops that were not obeyed, runs that took too long, workers that hang or are
        missing."""
        with self._lock:
            if self._closed.is_set():
                return
            now = self._now()
            for owner in [owner for owner, deadline in self._leaving.items() if deadline <= now]:
                del self._leaving[owner]
                for run in self._of(owner):
                    self.stop(run, lost_connection(self.policy))
            for seat in self._seats:
                self._look_after(seat, now)
            self._seats.fill(now)
            self._dispatch()

    # — the rest runs under the lock —

    def _waits(self, run: Run) -> tuple[int, UserError | None]:
        """Its place in the queue, and what is wrong where no worker can be started. Those that are starting up will take
        the first ones."""
        retry_at = self._seats.retry_at
        if retry_at is not None:
            return 0, no_worker(max(retry_at - self._now(), 0.0))
        return max(self._waiting.place(run) - self._seats.starting, 0), None

    def _of(self, owner: str) -> list[Run]:
        return [run for run in (*self._waiting, *self._seats.runs) if run.owner == owner]

    def _dispatch(self) -> None:
        """Give waiting runs to idle workers; take workers from studies where live ones wait."""
        for seat in self._seats:
            if len(self._waiting) and seat.idle:
                self._begin(seat, self._waiting.take())
        for seat in self._seats:
            run = seat.run
            if run is None or not run.background or run.state != State.RUNNING:
                continue
            if self._waiting.live > self._seats.stopping:
                self._free(run)
                self._put_back(run)

    def _begin(self, seat: Seat, run: Run) -> None:
        assert seat.worker is not None
        run.attempt, config = next(self._attempts), run.config
        run.enter(State.RUNNING)
        self._waiting.served(run)
        seat.attempt, seat.heard = Attempt(run.attempt, run), self._now()
        seat.worker.begin(Job(run.attempt, config.playground, run.work, config.to_dict(), run.table))

    def _put_back(self, run: Run) -> None:
        """To the queue with nothing done; what still comes from its attempt is not heard any more."""
        run.restart()
        self._waiting.add(run)

    def _free(self, run: Run) -> None:
        """Take a run out of the queue, or tell its worker to stop."""
        self._waiting.discard(run)
        seat = self._seats.with_run(run)
        if seat is not None and seat.worker is not None and seat.attempt is not None:
            seat.attempt.kill_at = self._now() + self.policy.stop_seconds
            seat.worker.tell(seat.attempt.number, Command.STOP)

    def _end(self, run: Run, state: State, why: UserError | None = None) -> None:
        run.enter(state)
        run.attempt, run.error = 0, why
        if not self._of(run.owner):
            self._waiting.forget(run.owner)

    def _lost(self, run: Run, why: UserError) -> None:
        """Its worker died or hangs: a cell of a study is tried again a few times, a live run says what happened."""
        run.deaths += 1
        if run.background and run.deaths <= self.policy.deaths:
            self._put_back(run)
        else:
            self._end(run, State.FAILED, why)

    def _on_record(self, worker: Worker, header: Mapping[str, Any], body: bytes) -> None:
        with self._lock:
            seat = self._seats.of(worker)
            if seat is None:
                return
            seat.heard, attempt = self._now(), seat.attempt
            if header["kind"] == "ready":
                seat.failures = 0
            elif attempt is not None and header.get("job") == attempt.number:
                self._hear(seat, header, body)
            self._dispatch()

    def _hear(self, seat: Seat, header: Mapping[str, Any], body: bytes) -> None:
        run, kind = seat.run, header["kind"]
        if kind in ("finished", "stopped", "failed"):
            seat.attempt = None
        if run is None:  # it was stopped or put back: nobody waits for what is still said
            return
        if kind == "progress":
            run.progressed(header["step"], header["steps"])
        elif kind == "frame":
            run.frames.append(Frame.from_bytes(body))
        elif kind == "failed":
            sentence, defect = header["sentence"], header.get("traceback")
            LOG.log(logging.ERROR if defect else logging.INFO, "%s failed: %s", run.config, defect or sentence)
            self._end(run, State.FAILED, UserError(sentence, **header["values"]))
        elif kind in ("finished", "stopped"):
            self._end(run, State.FINISHED if kind == "finished" else State.STOPPED)

    def _on_exit(self, worker: Worker, how: Exit) -> None:
        with self._lock:
            seat = self._seats.of(worker)
            if seat is None or self._closed.is_set():
                return
            run = seat.run
            LOG.warning("%s ended, %s%s", worker.name, how, "" if run is None else f", training {run.config}")
            seat.leave(self._now(), self.policy)
            if run is not None:
                self._lost(run, UserError("The training process ended unexpectedly. Press Train to run it again."))
            self._seats.fill(self._now())
            self._dispatch()

    def _watch(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            try:
                self.tidy()
            except Exception:  # a defect must not end the watch: nothing would be stopped any more
                LOG.exception("looking after the runs failed")

    def _look_after(self, seat: Seat, now: float) -> None:
        """One worker's deadlines."""
        run, attempt, worker = seat.run, seat.attempt, seat.worker
        if worker is None or seat.dismissed:
            return
        if now - seat.heard > self.policy.silent_seconds:
            LOG.warning("%s gave no sign of life for %.0f s and is killed", worker.name, now - seat.heard)
            seat.attempt = None
            if run is not None:
                self._lost(run, no_sign(self.policy))
            seat.dismiss()
        elif attempt is not None and attempt.kill_at is not None and attempt.kill_at <= now:
            seat.dismiss()
        elif run is not None and run.worked > self.policy.longest_seconds:
            self.stop(run, UserError("The run was stopped: it took too long."))
        elif run is not None and len(self._waiting) and run.paused > self.policy.pause_seconds:
            self.stop(run, UserError("The run was stopped: it was paused while others waited."))
