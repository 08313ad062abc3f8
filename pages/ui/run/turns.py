"""Turns: pages are drawn a few at a time, in the order in which they were asked for.

Python runs one thread at a time. Ten pages that are drawn at once are all ready late; one after the other, most are ready
early and the last no later. Whoever has waited for as long as `PATIENCE` goes in beside the others: a page that waits for
something slow (a file that is read, a first visit) holds nobody up for longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore

AT_ONCE = 2
"""Pages being drawn: one computes while the other waits for the browser, a lock or torch."""
PATIENCE = 0.3
"""Seconds of waiting before a page no longer waits its turn."""


class Turns:
    """A queue for drawing: first come, first served."""

    def __init__(self, at_once: int = AT_ONCE, patience: float = PATIENCE) -> None:
        self._free = Semaphore(at_once)
        self._patience = patience

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Wait for a turn, or for as long as patience lasts: whether it came. It ends with the block, however that does."""
        mine = self._free.acquire(timeout=self._patience)
        try:
            yield mine
        finally:
            if mine:
                self._free.release()
