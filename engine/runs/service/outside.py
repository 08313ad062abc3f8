"""Outside: seats at workers elsewhere, taken while runs wait, and given up where they stand idle."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from engine.runs.service.policy import RunPolicy
from engine.runs.service.seats import Seat
from engine.runs.workers.machine import Machine
from engine.runs.workers.protocol import Away, OnExit, OnRecord

LOG = logging.getLogger("gatescope.runs")
PATIENCE_SECONDS = 60.0
"""For so long a worker that starts elsewhere is counted on."""


class Outside:
    """What is known of elsewhere; nothing is there where `away` is None.

    alike  whether workers must have a processor like this one's, so that cells trained here and there give the same digits
    """

    def __init__(self, away: Away | None, policy: RunPolicy, alike: bool, on_record: OnRecord, on_exit: OnExit) -> None:
        self._away, self._policy, self.alike = away, policy, alike
        self._on_record, self._on_exit = on_record, on_exit
        self._failures, self._retry_at = 0, 0.0

    @property
    def there(self) -> bool:
        """Whether there is an elsewhere."""
        return self._away is not None

    @property
    def room(self) -> int:
        """How many more workers could begin there now."""
        return self._away.room() if self._away is not None else 0

    def hire(self, count: int, now: float) -> list[Seat]:
        """Seats with a worker each, up to so many and as far as there is room."""
        found: list[Seat] = []
        if self._away is None or now < self._retry_at:
            return found
        for _ in range(min(count, self._away.room())):
            try:
                seat = Seat(away=True, busy_at=now)
                seat.take(self._away.hire(self._on_record, self._on_exit), now)
            except (OSError, MemoryError, RuntimeError) as error:
                LOG.warning("a worker of the cluster could not be started: %r", error)
                self.failed(now)
                break
            found.append(seat)
        return found

    def failed(self, now: float) -> None:
        """A worker came to nothing: the next one waits, longer each time."""
        self._failures += 1
        self._retry_at = now + self._policy.retry_after(self._failures)

    def counted_on(self, seats: Iterable[Seat], now: float) -> bool:
        """Whether cells of studies may wait for a worker there."""
        if self._away is None or now < self._retry_at:
            return False
        away = [seat for seat in seats if seat.away and seat.worker is not None]
        ready = any(seat.worker is not None and seat.worker.ready for seat in away)
        starting = any(now - seat.taken_at < PATIENCE_SECONDS for seat in away)
        return ready or starting or (not away and self._away.room() > 0)

    def welcome(self, seat: Seat, header: Mapping[str, Any]) -> bool:
        """Whether a worker that is ready may begin: it must have this server's code and libraries, and where cells are
        trained here too, a processor like its own."""
        mine, machine = _mine(), Machine.told(header["machine"])
        unlike = mine.differs(machine, processor=self.alike)
        if unlike:
            LOG.error("%s is not taken, since it is unlike this server: %s", _name(seat), unlike)
            return False
        self._failures, seat.processor = 0, machine.processor if machine.processor != mine.processor else ""
        return True

    def idle(self, seats: Iterable[Seat], now: float) -> list[Seat]:
        """Seats elsewhere whose workers have done nothing for too long; called often."""
        found = []
        for seat in seats:
            if not seat.away:
                continue
            if not seat.idle:
                seat.busy_at = now
            elif now - seat.busy_at > self._policy.idle_seconds:
                found.append(seat)
        return found

    def close(self) -> None:
        """Let go of all that was hired there."""
        if self._away is not None:
            self._away.close()


def _name(seat: Seat) -> str:
    return seat.worker.name if seat.worker is not None else "a worker"


@functools.cache
def _mine() -> Machine:
    return Machine.here()
