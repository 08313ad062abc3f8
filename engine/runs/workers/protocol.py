"""Worker: what a run needs of whatever trains it, be it a process here or a machine elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from engine.runs.table import Table


class Command(StrEnum):
    """What a worker can be told while it does a job."""

    PAUSE = "pause"
    STEP = "step"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt at one run: all that a worker is given. `number` is the attempt's own; the worker's records bear it."""

    number: int
    playground: str
    work: str
    config: Mapping[str, Any]
    table: Table | None = None


class Cause(StrEnum):
    """Why a worker is no more."""

    ENDED = "ended"
    SIGNAL = "signal"
    KILLED = "killed"
    LOST = "lost"
    NOT_STARTED = "not started"


@dataclass(frozen=True, slots=True)
class Exit:
    """How a worker ended.

    code        as of a process: 0 or more what it returned, below 0 the signal that ended it, None where it is not known
    cause       KILLED where we did it, LOST where its machine does not answer
    last_words  the end of what it wrote to its error output
    """

    code: int | None
    cause: Cause
    last_words: str = ""

    def __str__(self) -> str:
        code = "" if self.code is None else f" ({self.code})"
        return f"{self.cause}{code}" + (f": {self.last_words}" if self.last_words else "")


class Worker(Protocol):
    """Does one job at a time. No method waits, and none raises: what goes wrong comes back as a record or as the exit.

    ready  whether it has started and can begin
    name   for the log
    """

    @property
    def ready(self) -> bool: ...

    @property
    def name(self) -> str: ...

    def begin(self, job: Job) -> None:
        """Hand it a job; it has none."""

    def tell(self, number: int, command: Command) -> None:
        """A command about a job, by the job's number; one that comes too late is no error."""

    def kill(self) -> None:
        """End it now; `OnExit` follows."""


OnRecord = Callable[[Worker, Mapping[str, Any], bytes], None]
"""Called for each record with its header and body. kind "ready" (pid, and machine: see `engine.runs.workers.machine`) or
"alive"; of a job, with its number as "job": "progress" (step, steps), "frame" (body), and at its end "finished", "stopped" or "failed" (sentence, values)."""

OnExit = Callable[[Worker, Exit], None]
"""Called once, from any thread, when the worker is no more."""

Hire = Callable[[OnRecord, OnExit], Worker]
"""Start a worker. Raises OSError, MemoryError or RuntimeError where there are no handles, processes or threads left."""


class Away(Protocol):
    """Machines elsewhere that workers can be hired on. No method waits."""

    def room(self) -> int:
        """How many more workers could begin there now."""

    def hire(self, on_record: OnRecord, on_exit: OnExit) -> Worker:
        """Start one, as `Hire`."""
        ...

    def close(self) -> None:
        """Let go of all that was hired there."""
