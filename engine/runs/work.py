"""Work: what a playground's engine lets a worker do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.runs.config import Config
from engine.runs.frame import Frame

Tick = Callable[[int, int], None]
"""Called after every step with (step, steps): where a worker pauses, reports progress or stops."""


@dataclass(frozen=True, slots=True)
class Work:
    """A generator of frames from a config (and the user's table, when `needs_table`).

    warm  a tiny config that a fresh worker runs once: what torch imports late is then loaded
    run   (config, tick) → frames, or (config, table bytes, tick) → frames
    """

    config: type[Config]
    run: Callable[..., Iterator[Frame]]
    needs_table: bool = False
    warm: Config | None = None
