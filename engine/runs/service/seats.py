"""Seats: places for workers, and what is known of whoever sits there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.runs.service.policy import RunPolicy
from engine.runs.service.run import Run
from engine.runs.workers.protocol import Worker

LOG = logging.getLogger("gatescope.runs")


@dataclass(eq=False, slots=True)
class Attempt:
    """One worker's go at one run. `kill_at` is when it must have obeyed a stop; a deadline ends with its attempt."""

    number: int
    run: Run
    kill_at: float | None = None


@dataclass(eq=False, slots=True)
class Seat:
    """A worker, if there is one, and its attempt, also while that is still being stopped.

    dismissed  whether the worker was killed; its exit is still to come
    heard      when the worker last gave a sign of life
    failures   starts in a row that came to nothing
    retry_at   when an empty seat may be filled again
    away       whether the worker is elsewhere: then the seat goes with it
    refused    whether the worker may not begin
    processor  what the worker computes on, where that is unlike this machine's
    taken_at   when the worker sat down; busy_at, when it was last seen at work
    """

    worker: Worker | None = None
    attempt: Attempt | None = None
    dismissed: bool = False
    heard: float = 0.0
    failures: int = 0
    retry_at: float = 0.0
    away: bool = False
    refused: bool = False
    processor: str = ""
    taken_at: float = 0.0
    busy_at: float = 0.0

    @property
    def idle(self) -> bool:
        """Whether the worker could begin a job."""
        return (
            self.worker is not None
            and self.worker.ready
            and self.attempt is None
            and not self.dismissed
            and not self.refused
        )

    @property
    def run(self) -> Run | None:
        """The run that the attempt is still for; None where the run was stopped, or put back and begun anew elsewhere."""
        if self.attempt is None or self.attempt.run.attempt != self.attempt.number:
            return None
        return self.attempt.run

    def take(self, worker: Worker, now: float) -> None:
        """A worker sits down; it will say when it is ready."""
        self.worker, self.attempt, self.dismissed, self.heard, self.taken_at = worker, None, False, now, now

    def failed(self, now: float, policy: RunPolicy) -> None:
        """A start came to nothing: the next one waits, longer each time."""
        self.failures += 1
        self.retry_at = now + policy.retry_after(self.failures)

    def dismiss(self) -> None:
        """Kill the worker; the seat is empty when its exit is told."""
        if self.worker is not None and not self.dismissed:
            self.dismissed = True
            self.worker.kill()

    def leave(self, now: float, policy: RunPolicy) -> None:
        """The worker is no more. One that had been ready is replaced at once; one that never was counts as a failed start."""
        was_ready = self.worker is not None and self.worker.ready
        self.worker, self.attempt, self.retry_at = None, None, now
        if not was_ready:
            self.failed(now, policy)


class Seats:
    """All seats of a server. `hire` starts a worker, or raises where there are no handles, processes or threads left."""

    def __init__(self, policy: RunPolicy, hire: Callable[[], Worker]) -> None:
        self._policy, self._hire = policy, hire
        self._seats = [Seat() for _ in range(policy.workers)]

    def __iter__(self) -> Iterator[Seat]:
        return iter(self._seats)

    def __len__(self) -> int:
        return len(self._seats)

    def fill(self, now: float) -> None:
        """A worker for each empty seat whose time has come."""
        for seat in self._seats:
            if seat.worker is None and not seat.away and seat.retry_at <= now:
                try:
                    seat.take(self._hire(), now)
                except (OSError, MemoryError, RuntimeError) as error:
                    seat.failed(now, self._policy)
                    LOG.warning("a worker could not be started, %d times in a row: %r", seat.failures, error)

    def add(self, seats: list[Seat]) -> None:
        """Take in seats at workers elsewhere."""
        self._seats += seats

    def remove(self, seat: Seat) -> None:
        """A seat elsewhere whose worker is no more."""
        self._seats.remove(seat)

    def clear(self) -> list[Worker]:
        """No seats any more; the workers that sat there."""
        workers = [seat.worker for seat in self._seats if seat.worker is not None]
        self._seats = []
        return workers

    def with_run(self, run: Run) -> Seat | None:
        """Where an attempt at the run goes on; None where it waits, has ended, or is an earlier attempt's."""
        return next((seat for seat in self._seats if seat.run is run), None)

    def of(self, worker: Worker) -> Seat | None:
        """Where a worker sits; None where it was replaced."""
        return next((seat for seat in self._seats if seat.worker is worker), None)

    @property
    def runs(self) -> list[Run]:
        """Runs that a worker is at."""
        return [seat.run for seat in self._seats if seat.run is not None]

    @property
    def stopping(self) -> int:
        """Workers that will soon be free: what they do was stopped or put back."""
        return sum(seat.attempt is not None and seat.run is None for seat in self._seats)

    @property
    def starting(self) -> int:
        """Workers that are not ready yet."""
        return sum(seat.worker is not None and not seat.worker.ready for seat in self._seats)

    @property
    def retry_at(self) -> float | None:
        """When a worker is tried again, where not one could be started; else None."""
        if not self._seats or any(seat.worker is not None for seat in self._seats):
            return None
        return min(seat.retry_at for seat in self._seats)
