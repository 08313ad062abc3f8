"""Collector: Python's full garbage collection when nobody waits for a page, instead of after every rerun.

Streamlit collects after each run of a script (`runner.postScriptGC`), holding the interpreter for as long as everything
that ever lived takes to walk: beside thirty visitors three quarters of the time. What it was there for, the cycles of
ended sessions with their memory and file handles, is done here in a quiet moment.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from engine.runs.workers.memory import give_back

QUIET_SECONDS = 4.0
"""Without a rerun, until all is collected."""
BUSY_SECONDS = 30.0
"""Between two collections where it is never quiet."""


class Collector:
    """Collects when `look` finds that it is time. In a quiet moment everything is walked; in a busy stretch, now and then,
    only what is new since the last time. What survives is frozen, so that no collection of Python's own walks it again."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._used = self._collected = now()
        self._pending = False

    @property
    def quiet(self) -> bool:
        """Whether nobody has had a page drawn for a while."""
        return self._now() - self._used >= QUIET_SECONDS

    def used(self) -> None:
        """A page was drawn: there may be something to collect."""
        self._used, self._pending = self._now(), True

    def start(self) -> None:
        """All is imported: what there is now is there to stay, and no collection need walk it."""
        gc.collect()
        gc.freeze()
        self._collected = self._now()

    def look(self) -> str:
        """Collect if it is time: "quiet", "busy", or "" for not at all."""
        now, quiet = self._now(), self.quiet
        if not self._pending or not (quiet or now - self._collected >= BUSY_SECONDS):
            return ""
        if quiet:
            self._pending = False
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        if quiet:
            give_back()
        self._collected = self._now()
        return "quiet" if quiet else "busy"
