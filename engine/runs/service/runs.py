"""Runs: who trains now, who waits, and what ends when its owner leaves."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.service.floor import LOG, Floor
from engine.runs.service.outside import Outside
from engine.runs.service.policy import RunPolicy
from engine.runs.service.run import Run, State, View
from engine.runs.service.why import lost_connection
from engine.runs.table import Table
from engine.runs.workers.local import LocalWorker
from engine.runs.workers.protocol import Away, Command, Exit, Hire, Worker

LOOK_SECONDS = 0.1
"""How often it is looked at what is overdue."""


class Runs:
    """All runs of one server. Every method may be called from any thread.

    A live run goes before background runs (studies), which start over when a live one needs their worker: a study's cells
    are short and give the same frames again. Whatever a worker does for a run is an *attempt* with a number of its own:
    records, deadlines and deaths of an earlier attempt never touch a later one.

    hire    starts a worker; processes of this machine by default
    away    where there are more of them, as many as there is work and room for; studies go there, live runs where none is free here
    alike   whether workers there must have a processor like this one's
    now     the clock, in seconds
    watch   whether a thread looks after deadlines; without it `tidy` must be called
    """

    def __init__(
        self,
        hire: Hire = LocalWorker,
        policy: RunPolicy | None = None,
        *,
        away: Away | None = None,
        alike: bool = False,
        now: Callable[[], float] = time.monotonic,
        watch: bool = True,
    ) -> None:
        self.policy = policy or RunPolicy()
        self._now = now
        self._lock = threading.RLock()
        self._leaving: dict[str, float] = {}
        self._closed = threading.Event()
        self._outside = Outside(away, self.policy, alike, self._on_record, self._on_exit)
        self._floor = Floor(lambda: hire(self._on_record, self._on_exit), self._outside, self.policy, now)
        with self._lock:
            self._floor.seats.fill(now())
        if watch:
            atexit.register(self.close)
            threading.Thread(target=self._watch, daemon=True, name="runs").start()

    def submit(
        self, config: Config, owner: str, *, work: str = "train", table: Table | None = None, background: bool = False
    ) -> Run:
        """Queue a run. An owner has one live run: an earlier one is stopped.

        Raises UserError when the queue is full; then nothing has changed.
        """
        if not self.policy.workers and not self._outside.there:
            raise UserError("This server shows recordings only: it has no processes that train.")
        run = Run(config, owner, work, table, background, now=self._now)
        with self._lock:
            self._leaving.pop(owner, None)
            self._floor.waiting.refuse_where_full(run)
            if not background:
                for other in self._floor.of(owner):
                    if not other.background:
                        self.stop(other)
            self._floor.waiting.add(run)
            self._floor.dispatch()
        return run

    def view(self, run: Run) -> View:
        """The run as it is now."""
        with self._lock:
            place, why = self._floor.place(run) if run.state == State.QUEUED else (0, run.error)
            sentence, values = (why.sentence, why.values) if why is not None else ("", {})
            return View(run.state, place, run.step, run.steps, tuple(run.frames), run.seconds_left, sentence, values)

    def pause(self, run: Run) -> None:
        """Between two training steps, at once."""
        self._turn(run, Command.PAUSE, State.PAUSED, State.RUNNING)

    def step(self, run: Run) -> None:
        """Train to the next frame and pause again."""
        self._turn(run, Command.STEP, State.PAUSED, State.PAUSED)

    def resume(self, run: Run) -> None:
        """Let a paused run go on."""
        self._turn(run, Command.RESUME, State.RUNNING, State.PAUSED)

    def _turn(self, run: Run, command: Command, state: State, only_from: State) -> None:
        with self._lock:
            self._floor.turn(run, command, state, only_from)

    def stop(self, run: Run, why: UserError | None = None) -> None:
        """End the run now, keeping its frames; its worker is free within the policy's `stop_seconds`."""
        with self._lock:
            self._floor.stop(run, why)

    def release(self, owner: str) -> None:
        """The owner's connection is gone: its runs end after the grace. Returns at once."""
        with self._lock:
            self._leaving.setdefault(owner, self._now() + self.policy.grace_seconds)

    def claim(self, owner: str) -> None:
        """The owner is still there after all."""
        with self._lock:
            self._leaving.pop(owner, None)

    def close(self) -> None:
        """Kill the workers: nothing trains any more."""
        self._closed.set()
        atexit.unregister(self.close)
        with self._lock:
            workers = self._floor.seats.clear()
        for worker in workers:
            worker.kill()
        self._outside.close()

    @property
    def busy(self) -> int:
        """Workers with a job, also one that is being stopped."""
        with self._lock:
            return sum(seat.attempt is not None for seat in self._floor.seats)

    @property
    def idle(self) -> bool:
        """Whether nothing trains and nothing waits."""
        with self._lock:
            return not len(self._floor.waiting) and not self.busy

    @property
    def capacity(self) -> int:
        """How many could train at once, as far as that is known."""
        with self._lock:
            return len(self._floor.seats) + self._outside.room

    @property
    def workers(self) -> tuple[Worker, ...]:
        """The workers of this service, ready or not."""
        with self._lock:
            return tuple(seat.worker for seat in self._floor.seats if seat.worker is not None)

    def tidy(self) -> None:
        """Do what is due: owners that left, stops that were not obeyed, runs that took too long, workers that hang or are
        missing."""
        with self._lock:
            if self._closed.is_set():
                return
            now = self._now()
            for owner in [owner for owner, deadline in self._leaving.items() if deadline <= now]:
                del self._leaving[owner]
                for run in self._floor.of(owner):
                    self.stop(run, lost_connection(self.policy))
            for seat in self._floor.seats:
                self._floor.look_after(seat, now)
            self._floor.seats.fill(now)
            self._floor.dispatch()
            self._floor.reach_out(now)

    def _on_record(self, worker: Worker, header: Mapping[str, Any], body: bytes) -> None:
        with self._lock:
            self._floor.record(worker, header, body)

    def _on_exit(self, worker: Worker, how: Exit) -> None:
        with self._lock:
            if not self._closed.is_set():
                self._floor.died(worker, how)

    def _watch(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            try:
                self.tidy()
            except Exception:  # a defect must not end the watch: nothing would be stopped any more
                LOG.exception("looking after the runs failed")
