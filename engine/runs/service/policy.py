"""RunPolicy: how many train, who waits how long, and when something is given up."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

PREFIX = "GATESCOPE_"


@dataclass(frozen=True, slots=True)
class RunPolicy:
    """Settings of a server, none of them a visitor's. Times are seconds.

    workers           processes that train; 0 where nothing is to be trained
    stop_seconds      a worker that has not obeyed a stop by then is killed and replaced
    grace_seconds     how long a run outlives the connection of its browser tab: a network blip looks like a closed tab
    pause_seconds     how long a paused run keeps its worker while others wait
    longest_seconds   of training, pauses left out; then a run is stopped
    silent_seconds    a worker that gives no sign of life for so long hangs, and is replaced
    queue             live runs that may wait
    background_queue  cells of studies that may wait
    deaths            how often a cell is queued again after its worker died
    retry_seconds     until a worker that could not be started is tried again; doubled each time
    most_retry_seconds   the longest of those waits
    idle_seconds      how long a worker of a cluster may stand idle before it is let go of
    cluster_workers   that a cluster is asked for, so that it grows; 0 where only CPUs that are free there are taken
    """

    workers: int = 2
    stop_seconds: float = 0.4
    grace_seconds: float = 10.0
    pause_seconds: float = 60.0
    longest_seconds: float = 600.0
    silent_seconds: float = 60.0
    queue: int = 32
    background_queue: int = 256
    deaths: int = 3
    retry_seconds: float = 1.0
    most_retry_seconds: float = 60.0
    idle_seconds: float = 60.0
    cluster_workers: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            if not 0 <= getattr(self, field.name) < float("inf"):
                raise ValueError(f"{field.name} must be a number from 0 up, not {getattr(self, field.name)!r}")

    def retry_after(self, failures: int) -> float:
        """Seconds until the next try after so many failed starts in a row."""
        return min(self.retry_seconds * 2.0 ** min(failures - 1, 30), self.most_retry_seconds)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The policy that the server's variables say: GATESCOPE_WORKERS, GATESCOPE_QUEUE and so on; ValueError names a wrong one."""
        found: dict[str, int | float] = {}
        for field in fields(cls):
            name = PREFIX + field.name.upper()
            if name in environment:
                kind = int if isinstance(field.default, int) else float
                try:
                    found[field.name] = kind(environment[name])
                except ValueError:
                    raise ValueError(f"{name} must be a number, not {environment[name]!r}") from None
        return cls(**found)  # type: ignore[arg-type]  # each in the kind of its default
