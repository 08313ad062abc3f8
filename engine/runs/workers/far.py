"""FarWorker: a worker that another machine's `engine.runs.workers.host` holds, over whatever calls carry there."""

from __future__ import annotations

import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from engine.errors import UserError
from engine.runs.workers.host import EXIT, Record
from engine.runs.workers.protocol import Cause, Command, Exit, Job, OnExit, OnRecord

LOG = logging.getLogger("gatescope.cluster")
WAIT_SECONDS = 2.0
"""How long one call waits for records."""
SILENT_SECONDS, REFUSED_SECONDS = 20.0, 6.0
"""A worker is lost whose host answers nothing for so long, or cannot be reached for so long."""
KILL_SECONDS = 1.5
"""After a kill its end is taken for granted."""
START_SECONDS = 900.0
"""Until a worker is ready: a cluster that grows starts a machine for it."""


class Unreachable(Exception):
    """The host cannot be reached now; it may come back."""


class Gone(Exception):
    """The host is no more, or there never was one."""


class Post(Protocol):
    """How a host is called."""

    def call(self, method: str, *arguments: Any) -> Any:
        """Begin to call one of the host's methods; a handle of the call."""

    def wait(self, call: Any, seconds: float) -> bool:
        """Whether an answer is there, within so many seconds."""
        ...

    def answer(self, call: Any) -> Any:
        """The answer. Raises Unreachable or Gone."""

    def gather(self) -> float:
        """For how many seconds a host shall gather records, so that all hosts together are not asked too often."""
        ...

    def parcel(self, digest: str, data: bytes) -> Any:
        """What stands for a table's bytes in a call, so that they travel once."""

    def let_go(self) -> None:
        """End the host."""


class FarWorker:
    """Two threads: one asks the host for records, one sends it orders.

    placed   whether the host has begun, on a CPU of its own
    counted  whether that CPU is missing among those that were last counted as free
    over     called once when it is no more, before its exit is told
    """

    def __init__(
        self, post: Post, name: str, over: Callable[[FarWorker], None], on_record: OnRecord, on_exit: OnExit
    ) -> None:
        self.ready = self.placed = self.counted = False
        self.name, self.pid = name, 0
        self._post, self._over, self._on_record, self._on_exit = post, over, on_record, on_exit
        self._after = 0  # number of the next record
        self._began = self._heard = time.monotonic()
        self._refused: tuple[float, str] | None = None  # since when it cannot be reached, and why
        self._killed_at: float | None = None
        self._orders: queue.SimpleQueue[Job | tuple[int, Command] | None] = queue.SimpleQueue()
        self._asking = threading.Thread(target=self._ask, daemon=True, name=name)
        self._sending = threading.Thread(target=self._send, daemon=True, name=f"{name} orders")

    def start(self) -> None:
        """Begin to ask for records. Raises RuntimeError where there are no threads left."""
        try:
            self._sending.start()
            self._asking.start()
        except RuntimeError:
            self._orders.put(None)
            self._post.let_go()
            raise

    def begin(self, job: Job) -> None:
        self._orders.put(job)

    def tell(self, number: int, command: Command) -> None:
        self._orders.put((number, command))

    def kill(self) -> None:
        self._killed_at = self._killed_at or time.monotonic()
        with suppress(Unreachable, Gone):  # then `_ask` ends it
            self._post.call("kill")

    def join(self, seconds: float) -> None:
        """Wait until it is known to be no more."""
        self._asking.join(seconds)

    # — each of the following is a thread —

    def _ask(self) -> None:
        try:
            how = self._listen()
        except Exception as error:  # a defect of ours: whatever it says cannot be followed any more
            LOG.exception("a record of %s could not be read", self.name)
            how = Exit(None, self._cause(Cause.LOST), repr(error))
        self._post.let_go()
        self._orders.put(None)
        self._over(self)
        self._on_exit(self, how)

    def _listen(self) -> Exit:
        """Fetch records until the worker ends, or is lost."""
        call: Any = None
        while (how := self._overdue(time.monotonic())) is None:
            try:
                call = call or self._post.call("records", self._after, WAIT_SECONDS, self._post.gather())
                if self._post.wait(call, 0.5):
                    answered, call = call, None
                    how = self._hear(self._post.answer(answered))
                    if how is not None:
                        return how
                if not self.ready:  # it waits for its CPU, or loads its libraries on a busy one
                    self._on_record(self, {"kind": "alive"}, b"")
            except Unreachable as error:
                self._refused, call = self._refused or (time.monotonic(), str(error)), None
                time.sleep(0.2)
            except Gone as error:
                return Exit(None, self._cause(Cause.LOST if self.placed else Cause.NOT_STARTED), str(error))
        return how

    def _hear(self, records: list[Record]) -> Exit | None:
        """Hear the records that came; how the worker ended, where it has."""
        self.placed, self._heard, self._refused = True, time.monotonic(), None
        for header, body in records:
            self._after += 1
            if header["kind"] == EXIT:
                return Exit(header["code"], self._cause(Cause(header["cause"])), header["last_words"])
            if header["kind"] == "ready":
                self.ready, self.pid = True, int(header["pid"])
            self._on_record(self, header, body)
        return None

    def _overdue(self, now: float) -> Exit | None:
        """Whether it is given up: it was killed, or cannot be reached, or says nothing, or finds no CPU."""
        if self._killed_at is not None and now - self._killed_at > KILL_SECONDS:
            return Exit(None, Cause.KILLED)
        if self._refused is not None and now - self._refused[0] > REFUSED_SECONDS:
            return Exit(None, Cause.LOST, self._refused[1])
        if self.placed and now - self._heard > SILENT_SECONDS:
            return Exit(None, Cause.LOST, f"no answer for {now - self._heard:.0f} s")
        if not self.ready and now - self._began > START_SECONDS:
            return Exit(None, Cause.NOT_STARTED, f"not ready after {START_SECONDS:.0f} s")
        return None

    def _cause(self, otherwise: Cause) -> Cause:
        return Cause.KILLED if self._killed_at is not None else otherwise

    def _send(self) -> None:
        """One order after another, each until it has arrived or the worker is no more: the host knows them by number."""
        for number in itertools.count(1):
            order = self._orders.get()
            if order is None:
                return
            call = self._begun(number, order) if isinstance(order, Job) else ("tell", number, order[0], str(order[1]))
            while call and self._asking.is_alive() and not self._sent(*call):
                time.sleep(0.2)

    def _begun(self, number: int, job: Job) -> tuple[Any, ...]:
        """The call that begins a job; none where its table is gone."""
        what, data = (job.playground, job.work, dict(job.config)), None
        if job.table is not None:
            try:
                data = self._post.parcel(job.table.digest, job.table.read())
            except UserError as error:
                said = {"kind": "failed", "job": job.number, "sentence": error.sentence, "values": error.values}
                self._on_record(self, said, b"")
                return ()
            except (Unreachable, Gone):  # `_ask` finds out
                return ()
        return "begin", number, job.number, what, data

    def _sent(self, method: str, *arguments: Any) -> bool:
        try:
            call = self._post.call(method, *arguments)
            if not self._post.wait(call, WAIT_SECONDS):
                return False
            self._post.answer(call)
        except (Unreachable, Gone):
            return False
        return True
