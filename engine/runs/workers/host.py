"""Host: holds a worker on a machine of a cluster, and keeps what it says until it is asked for.

It is the state of an actor (see `engine.runs.workers.cluster`), but knows no cluster. Its methods are called by several
threads, and a call whose answer was lost is called again: a record is asked for by its number, and an order bears one, so
that repeating loses nothing and doubles nothing.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from engine.runs.table import Table
from engine.runs.workers.local import LocalWorker
from engine.runs.workers.protocol import Command, Exit, Job, Worker

Record = tuple[dict[str, Any], bytes]
BATCH_BYTES = 8 << 20
"""Of bodies in one answer: an object store may be as small as 75 MiB."""
ABANDONED_SECONDS = 60.0
"""Whoever hired the worker asks every few seconds: where nobody does, it ends."""
EXIT = "exit"
"""The kind of the last record: how the worker ended."""
CAN_WAIT = frozenset({"progress", "frame", "alive"})
"""Kinds of records that may wait for what comes after them."""


class Host:
    """One worker and its records. `environment` is set before it starts."""

    def __init__(self, environment: Mapping[str, str], abandoned_seconds: float = ABANDONED_SECONDS) -> None:
        os.environ.update(environment)
        self._records: deque[Record] = deque()
        self._first, self._done = 0, 0  # number of the oldest record that is kept, and of the last order
        self._changed = threading.Condition()
        self._ordering = threading.Lock()
        self._asked, self._abandoned = time.monotonic(), abandoned_seconds
        self._worker = LocalWorker(self._keep, self._ended)
        threading.Thread(target=self._watch, daemon=True, name="host").start()

    def records(self, after: int, wait: float, gather: float) -> list[Record]:
        """The records from number `after` on, once there are any; none after `wait` seconds. Those before are forgotten.
        What comes within `gather` seconds of the first is taken along, unless one of them cannot wait."""
        with self._changed:
            self._asked = time.monotonic()
            while self._first < after and self._records:
                self._records.popleft()
                self._first += 1
            if not self._changed.wait_for(lambda: self._records, wait):
                return []
            self._changed.wait_for(lambda: any(header["kind"] not in CAN_WAIT for header, _ in self._records), gather)
            self._asked = time.monotonic()
            return self._batch(after)

    def _batch(self, after: int) -> list[Record]:
        batch: list[Record] = []
        size = 0
        for record in list(self._records)[max(after - self._first, 0) :]:
            size += len(record[1])
            if batch and size > BATCH_BYTES:
                break
            batch.append(record)
        return batch

    def begin(self, order: int, number: int, what: tuple[str, str, dict[str, Any]], data: bytes | None) -> None:
        """Hand the worker a job: playground, work and config, and the bytes of its table."""
        with self._ordering:
            if order > self._done:
                self._done = order
                self._worker.begin(Job(number, *what, Table.of(data) if data is not None else None))

    def tell(self, order: int, number: int, command: str) -> None:
        """Tell the worker a command about a job."""
        with self._ordering:
            if order > self._done:
                self._done = order
                self._worker.tell(number, Command(command))

    def kill(self) -> None:
        """End the worker now, also one that hangs."""
        self._worker.kill()

    def _keep(self, worker: Worker, header: Mapping[str, Any], body: bytes) -> None:
        with self._changed:
            self._records.append((dict(header), body))
            self._changed.notify_all()

    def _ended(self, worker: Worker, how: Exit) -> None:
        said = {"kind": EXIT, "code": how.code, "cause": str(how.cause), "last_words": how.last_words}
        self._keep(worker, said, b"")

    def _watch(self) -> None:
        while time.monotonic() - self._asked < self._abandoned:
            time.sleep(1.0)
        self._worker.kill()
        os._exit(0)  # nobody is left who could let go of this process
