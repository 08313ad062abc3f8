"""Run: a recording being made."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.runs.config import Config
from engine.runs.frame import Frame
from engine.runs.recording import Recording

QUEUED, RUNNING, PAUSED, FINISHED, STOPPED, FAILED = "queued", "running", "paused", "finished", "stopped", "failed"
ACTIVE = frozenset((QUEUED, RUNNING, PAUSED))

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class View:
    """A run at one moment, for a page to draw without holding a lock.

    place         position in the queue from 1; 0 when not waiting
    seconds_left  None until there is something to reckon from
    sentence      what went wrong, a template as in UserError, with `values`; empty when nothing did
    """

    state: str
    place: int
    step: int
    steps: int
    frames: tuple[Frame, ...]
    seconds_left: float | None
    sentence: str
    values: Mapping[str, object]

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


@dataclass(eq=False)
class Run:
    """One job of one owner; only `Runs` changes it, under its lock."""

    config: Config
    owner: str
    work: str = "train"
    table: Path | None = None
    background: bool = False
    number: int = field(default_factory=lambda: next(_numbers))
    state: str = QUEUED
    step: int = 0
    steps: int = 0
    frames: list[Frame] = field(default_factory=list)
    sentence: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    paused_at: float | None = None
    _worked: float = 0.0
    _since: float | None = None

    def clock(self, running: bool) -> None:
        """Start or stop counting the seconds worked."""
        now = time.monotonic()
        if self._since is not None:
            self._worked += now - self._since
        self._since = now if running else None
        self.paused_at = now if self.state == PAUSED else None

    @property
    def worked(self) -> float:
        """Seconds spent training, pauses left out."""
        return self._worked + (time.monotonic() - self._since if self._since is not None else 0.0)

    @property
    def seconds_left(self) -> float | None:
        """Reckoned from the pace so far."""
        if not self.step or not self.steps:
            return None
        return self.worked * (self.steps - self.step) / self.step

    def restart(self) -> None:
        """Back to the queue with nothing done: the same config gives the same frames again."""
        self.state, self.step, self.frames = QUEUED, 0, []
        self._worked, self._since = 0.0, None

    def recording(self) -> Recording[Config]:
        """What there is so far."""
        return Recording(self.config, tuple(self.frames))
