"""Workers that do what a test says, and a clock that a test moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from engine.runs.frame import Frame
from engine.runs.service.policy import RunPolicy
from engine.runs.service.runs import Runs
from engine.runs.workers.protocol import Cause, Command, Exit, Job, OnExit, OnRecord

FRAME = Frame(1, {"loss": np.ones(1)}).to_bytes()


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class FakeWorker:
    """Remembers its orders; says and does nothing until a test makes it."""

    def __init__(
        self, number: int, on_record: OnRecord, on_exit: OnExit, on_begin: Callable[[Job], None] = lambda job: None
    ) -> None:
        self.name = f"worker {number}"
        self.ready = self.killed = self.gone = False
        self.job: Job | None = None
        self.told: list[tuple[int, Command]] = []
        self._on_record, self._on_exit, self._on_begin = on_record, on_exit, on_begin

    def begin(self, job: Job) -> None:
        assert self.ready and self.job is None and not self.gone, "a worker does one job at a time"
        self.job = job
        self._on_begin(job)

    def tell(self, number: int, command: Command) -> None:
        self.told.append((number, command))

    def kill(self) -> None:
        self.killed = True

    # — what a test makes it do —

    def get_ready(self, **header: Any) -> None:
        self.ready = True
        self.say("ready", **header)

    def say(self, kind: str, body: bytes = b"", **header: Any) -> None:
        if not self.gone:
            said: Mapping[str, Any] = {"kind": kind, **header}
            self._on_record(self, said, body)

    def frame(self) -> None:
        assert self.job is not None
        self.say("progress", job=self.job.number, step=1, steps=10)
        self.say("frame", FRAME, job=self.job.number)

    def end(self, kind: str = "finished", **header: Any) -> None:
        assert self.job is not None
        job, self.job = self.job, None
        self.say(kind, job=job.number, **header)

    def die(self, code: int = -9, words: str = "") -> None:
        self.gone, self.job = True, None
        self._on_exit(self, Exit(code, Cause.KILLED if self.killed else Cause.SIGNAL, words))

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop what it does."""
        return self.job is not None and (self.job.number, Command.STOP) in self.told


class Crew:
    """Hires fake workers, and can be out of them."""

    def __init__(self) -> None:
        self.hired: list[FakeWorker] = []
        self.out_of: Exception | None = None
        self.on_begin: Callable[[Job], None] = lambda job: None
        self.tries = 0

    def __call__(self, on_record: OnRecord, on_exit: OnExit) -> FakeWorker:
        self.tries += 1
        if self.out_of is not None:
            raise self.out_of
        self.hired.append(FakeWorker(len(self.hired), on_record, on_exit, lambda job: self.on_begin(job)))
        return self.hired[-1]

    @property
    def here(self) -> list[FakeWorker]:
        return [worker for worker in self.hired if not worker.gone]


class FakeAway:
    """Elsewhere, with as much room as a test says."""

    def __init__(self, room: int) -> None:
        self.crew, self.places, self.closed = Crew(), room, False

    def room(self) -> int:
        return self.places - len(self.crew.here)

    def hire(self, on_record: OnRecord, on_exit: OnExit) -> FakeWorker:
        return self.crew(on_record, on_exit)

    def close(self) -> None:
        self.closed = True


class Bench:
    """Runs over a fake crew, all of it under the test's hand."""

    def __init__(self, ready: bool = True, away: FakeAway | None = None, alike: bool = False, **policy: Any) -> None:
        self.crew, self.clock, self.away = Crew(), Clock(), away
        self.policy = RunPolicy(**policy)
        self.runs = Runs(self.crew, self.policy, away=away, alike=alike, now=self.clock, watch=False)
        if ready:
            for worker in self.crew.here:
                worker.get_ready()

    def wait(self, seconds: float) -> None:
        """Time passes; what is due is done."""
        self.clock.seconds += seconds
        self.runs.tidy()

    def alive(self, seconds: float) -> None:
        """Time passes in which every worker breathes."""
        while seconds > 0:
            self.clock.seconds += min(seconds, 5.0)
            seconds -= 5.0
            for worker in self.crew.here + (self.away.crew.here if self.away is not None else []):
                worker.say("alive")
            self.runs.tidy()

    def worker_of(self, attempt: int) -> FakeWorker:
        return next(one for one in self.crew.here if one.job is not None and one.job.number == attempt)
