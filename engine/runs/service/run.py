"""Run: a recording being made."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.frame import Array, Frame
from engine.runs.recording import Recording
from engine.runs.table import Table


class State(StrEnum):
    """What becomes of a run: queued → running ⇄ paused → finished, stopped or failed."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def active(self) -> bool:
        """Whether there is more to come."""
        return self in (State.QUEUED, State.RUNNING, State.PAUSED)


_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class View:
    """A run at one moment, for a page to draw without holding a lock.

    place         position in the queue from 1; 0 when not waiting, or waiting only for a worker to start
    seconds_left  None until there is something to reckon from
    sentence      what went wrong or is being waited for, a template as in UserError, with `values`; empty when nothing is
    """

    state: State
    place: int
    step: int
    steps: int
    frames: tuple[Frame, ...]
    seconds_left: float | None
    sentence: str
    values: Mapping[str, object]

    @property
    def active(self) -> bool:
        return self.state.active


@dataclass(eq=False)
class Run:
    """One job of one owner; only `Runs` changes it, under its lock.

    number    its place among all runs, by age
    attempt   the number of the attempt that its frames are of; 0 while it waits
    deaths    workers that died while they had it
    error     why it was stopped or has failed
    processor what it is computed on, where that is unlike this machine's
    """

    config: Config
    owner: str
    work: str = "train"
    table: Table | None = None
    background: bool = False
    number: int = field(default_factory=lambda: next(_numbers))
    state: State = State.QUEUED
    step: int = 0
    steps: int = 0
    frames: list[Frame] = field(default_factory=list)
    attempt: int = 0
    deaths: int = 0
    error: UserError | None = None
    processor: str = ""
    now: Callable[[], float] = time.monotonic
    _paused_at: float | None = None
    _worked: float = 0.0
    _pace: float = 0.0
    _since: float | None = None

    def enter(self, state: State) -> None:
        """Go over to a state; seconds are counted while it is running."""
        now = self.now()
        if self._since is not None:
            self._worked += now - self._since
        self.state = state
        self._since = now if state == State.RUNNING else None
        self._paused_at = now if state == State.PAUSED else None

    @property
    def worked(self) -> float:
        """Seconds spent training, pauses left out."""
        return self._worked + (self.now() - self._since if self._since is not None else 0.0)

    @property
    def paused(self) -> float:
        """Seconds since it was paused; 0 where it is not."""
        return self.now() - self._paused_at if self._paused_at is not None else 0.0

    def progressed(self, step: int, steps: int) -> None:
        """Note how far its training has come."""
        self.step, self.steps = step, steps
        self._pace = self.worked / step if step else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Reckoned from the pace up to the last step that was told; None before there was one."""
        return self._pace * (self.steps - self.step) if self._pace else None

    def restart(self) -> None:
        """Back to the queue with nothing done: the same config gives the same frames again."""
        self.state, self.step, self.frames, self.attempt = State.QUEUED, 0, [], 0
        self._worked, self._pace, self._since, self._paused_at = 0.0, 0.0, None, None

    @property
    def metrics(self) -> dict[str, Array]:
        """Every metric as it was last: a run of two phases ends with those of the second."""
        return {name: value for frame in self.frames for name, value in frame.metrics.items()}

    def recording(self) -> Recording[Config]:
        """The recording of what has been trained so far."""
        return Recording(self.config, tuple(self.frames))
