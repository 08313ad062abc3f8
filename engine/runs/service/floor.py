"""The floor of a server's runs: workers on their seats, runs in the queue, and what becomes of a run there."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import UserError
from engine.runs.frame import Frame
from engine.runs.service.outside import Outside
from engine.runs.service.policy import RunPolicy
from engine.runs.service.run import Run, State
from engine.runs.service.seats import Attempt, Seat, Seats
from engine.runs.service.waiting import Waiting
from engine.runs.service.why import gave_up, no_sign, no_worker
from engine.runs.workers.protocol import Command, Exit, Job, Worker

LOG = logging.getLogger("gatescope.runs")


class Floor:
    """Who trains and who waits. It holds no lock: `engine.runs.service.runs.Runs` does, around every method.

    hire  starts a worker; outside  where there are more; now  the clock, in seconds
    """

    def __init__(
        self, hire: Callable[[], Worker], outside: Outside, policy: RunPolicy, now: Callable[[], float]
    ) -> None:
        self._policy, self._now, self._outside = policy, now, outside
        self._attempts = itertools.count(1)
        self.waiting = Waiting(policy)
        self.seats = Seats(policy, hire)

    def place(self, run: Run) -> tuple[int, UserError | None]:
        """A run's place in the queue, and what is wrong where no worker can be started. Those that are starting up will take
        the first ones."""
        retry_at = self.seats.retry_at
        if retry_at is not None:
            return 0, no_worker(max(retry_at - self._now(), 0.0))
        return max(self.waiting.place(run) - self.seats.starting, 0), None

    def of(self, owner: str) -> list[Run]:
        """An owner's runs that train or wait."""
        return [run for run in (*self.waiting, *self.seats.runs) if run.owner == owner]

    def dispatch(self) -> None:
        """Give waiting runs to idle workers; take workers from studies where live ones wait."""
        while (next_run := self.waiting.first) is not None and (free := self._seat_for(next_run)) is not None:
            self.waiting.discard(next_run)
            self._begin(free, next_run)
        for seat in self.seats:
            run = seat.run
            if run is None or not run.background or run.state != State.RUNNING:
                continue
            if self.waiting.live > self.seats.stopping:
                self._free(run)
                self._put_back(run)

    def _seat_for(self, run: Run) -> Seat | None:
        """Where it begins: a live run here, where its first frame comes sooner; a cell of a study elsewhere, and here too
        where there is nobody elsewhere or all are alike."""
        idle = [seat for seat in self.seats if seat.idle]
        if run.background and not self._outside.alike and self._outside.counted_on(self.seats, self._now()):
            idle = [seat for seat in idle if seat.away]
        return min(idle, key=lambda seat: seat.away != run.background, default=None)

    def reach_out(self, now: float) -> None:
        """Hire elsewhere for what waits, and let go there of who stands idle."""
        for seat in self._outside.idle(self.seats, now):
            LOG.info("%s has had nothing to do and is let go of", "" if seat.worker is None else seat.worker.name)
            seat.dismiss()
        self.seats.add(self._outside.hire(len(self.waiting) - self.seats.starting, now))

    def turn(self, run: Run, command: Command, state: State, only_from: State) -> None:
        """Pause it, let it go on, or let it take a step, where it is in the state for that."""
        seat = self.seats.with_run(run)
        if seat is not None and seat.worker is not None and run.state == only_from:
            run.enter(state)
            seat.worker.tell(run.attempt, command)
            self.dispatch()

    def stop(self, run: Run, why: UserError | None = None) -> None:
        """End it, keeping its frames; its worker is told, and has the policy's `stop_seconds` to obey."""
        if run.state.active:
            self._free(run)
            self._end(run, State.STOPPED, why)
            self.dispatch()

    def record(self, worker: Worker, header: Mapping[str, Any], body: bytes) -> None:
        """Hear what a worker says: that it is ready, how far it is, a frame, or the end of its job."""
        seat = self.seats.of(worker)
        if seat is None:
            return
        seat.heard, attempt = self._now(), seat.attempt
        if header["kind"] == "ready":
            seat.failures = 0
            if seat.away and not self._outside.welcome(seat, header):
                seat.refused = True
                seat.dismiss()
        elif attempt is not None and header.get("job") == attempt.number:
            self._hear(seat, header, body)
        self.dispatch()

    def died(self, worker: Worker, how: Exit) -> None:
        """Take a worker's death in: its run is tried again or says so, and another worker is hired."""
        seat = self.seats.of(worker)
        if seat is None:
            return
        run, was_ready = seat.run, worker.ready and not seat.refused
        if not seat.away or not seat.dismissed:
            LOG.warning("%s ended, %s%s", worker.name, how, "" if run is None else f", training {run.config}")
        seat.leave(self._now(), self._policy)
        if seat.away:
            self.seats.remove(seat)
            if not was_ready:
                self._outside.failed(self._now())
        if run is not None:
            self._lost(run, UserError("The training process ended unexpectedly. Press Train to run it again."))
        self.seats.fill(self._now())
        self.dispatch()

    def look_after(self, seat: Seat, now: float) -> None:
        """Hold one worker to its deadlines: for a sign of life, for a stop, for a run that takes too long or is paused
        too long."""
        run, attempt, worker = seat.run, seat.attempt, seat.worker
        if worker is None or seat.dismissed:
            return
        if now - seat.heard > self._policy.silent_seconds:
            LOG.warning("%s gave no sign of life for %.0f s and is killed", worker.name, now - seat.heard)
            seat.attempt = None
            if run is not None:
                self._lost(run, no_sign(self._policy))
            seat.dismiss()
        elif attempt is not None and attempt.kill_at is not None and attempt.kill_at <= now:
            seat.dismiss()
        elif run is not None and run.worked > self._policy.longest_seconds:
            self.stop(run, UserError("The run was stopped: it took too long."))
        elif run is not None and len(self.waiting) and run.paused > self._policy.pause_seconds:
            self.stop(run, UserError("The run was stopped: it was paused while others waited."))

    def _begin(self, seat: Seat, run: Run) -> None:
        assert seat.worker is not None
        run.attempt, config = next(self._attempts), run.config
        run.processor = seat.processor
        run.enter(State.RUNNING)
        self.waiting.served(run)
        seat.attempt, seat.heard = Attempt(run.attempt, run), self._now()
        seat.worker.begin(Job(run.attempt, config.playground, run.work, config.to_dict(), run.table))

    def _put_back(self, run: Run) -> None:
        """To the queue with nothing done; what still comes from its attempt is not heard any more."""
        run.restart()
        self.waiting.add(run)

    def _free(self, run: Run) -> None:
        """Take a run out of the queue, or tell its worker to stop."""
        self.waiting.discard(run)
        seat = self.seats.with_run(run)
        if seat is not None and seat.worker is not None and seat.attempt is not None:
            seat.attempt.kill_at = self._now() + self._policy.stop_seconds
            seat.worker.tell(seat.attempt.number, Command.STOP)

    def _end(self, run: Run, state: State, why: UserError | None = None) -> None:
        run.enter(state)
        run.attempt, run.error = 0, why
        if not self.of(run.owner):
            self.waiting.forget(run.owner)

    def _lost(self, run: Run, why: UserError) -> None:
        """Its worker died or hangs. A cell of a study is tried again a few times, and so is what had not begun to train, as
        where it was given to a worker that had just died; a live run that had begun says what happened."""
        run.deaths += 1
        if (run.background or not run.steps) and run.deaths <= self._policy.deaths:
            self._put_back(run)
        else:
            self._end(run, State.FAILED, gave_up(run.config, run.deaths) if run.background else why)

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
