"""Beforehand: what the first visitor of a look would wait for, made while nobody is there.

Beside thirty visitors a second's work in the server takes ten: each of torch's small operations gives the interpreter away,
and waits until it comes back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

NAME = "house"
"""The thread that does it."""
LOG = logging.getLogger("gatescope.beforehand")
Work = Callable[[], object]


class Beforehand:
    """Works that keep what they make, done one at a time. What fails is logged, and left to its first visitor."""

    def __init__(self) -> None:
        self._works: Iterator[Work] = iter(())
        logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").addFilter(_outside)

    def add(self, works: Iterable[Work]) -> None:
        """Let these be done too; which they are is asked when it is their turn."""
        self._works = chain(self._works, works)

    def go_on(self) -> bool:
        """Do the next: whether there was one."""
        work = next(self._works, None)
        if work is None:
            return False
        try:
            work()
        except Exception:
            LOG.exception("could not be made beforehand")
        return True


def _outside(record: logging.LogRecord) -> bool:
    """Streamlit remarks at each look at its caches that this thread has no session: that is meant."""
    return record.threadName != NAME
