"""Cluster: workers on the machines of a Ray cluster. The only module that imports ray.

An actor with one CPU holds a worker process of its machine (`engine.runs.workers.host`), the same that a server without a
cluster has. Its records are fetched by number with a call that waits for them, beside which orders travel. What Ray's
own streams, retries and cancelling promise is not needed.
"""

from __future__ import annotations

import atexit
import itertools
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

for name, value in {
    "RAY_USAGE_STATS_ENABLED": "0",  # no word to anybody outside
    "RAY_ENABLE_AUTO_CONNECT": "0",  # a call after the end must not start a cluster of its own
    "RAY_gcs_rpc_server_reconnect_timeout_s": "1000000000",  # else a lost head ends the server, 60 s later
}.items():
    os.environ.setdefault(name, value)

import ray  # noqa: E402
from ray import exceptions  # noqa: E402

from engine.runs.workers.far import KILL_SECONDS, FarWorker, Gone, Unreachable  # noqa: E402
from engine.runs.workers.host import Host  # noqa: E402
from engine.runs.workers.joined import Joined  # noqa: E402
from engine.runs.workers.machine import CAPABILITY  # noqa: E402
from engine.runs.workers.protocol import OnExit, OnRecord, Worker  # noqa: E402

LOG = logging.getLogger("gatescope.cluster")
JOIN_SECONDS = 60.0
"""For this machine to become a node of the cluster."""
LEAVE_SECONDS = 10.0
"""For saying goodbye to a head, which may be lost."""
LOOK_SECONDS, RETRY_SECONDS = 0.5, 30.0
"""How often free CPUs are counted, and a cluster that is not there is tried again."""
LEAST_GATHER_SECONDS, ASK_SECONDS = 0.05, 0.002
"""A host gathers records for so long, and for so long times the workers: then they are asked 500 times a second in all."""
STALE_SECONDS = 10.0
"""After so long without a count there is no room."""


class Cluster:
    """The cluster at `address` ("auto", or host:port of its head), connected to by a thread: until then there is no room.

    most  workers that are asked for, also where no CPU is free, so that a cluster grows; 0 only where one is
    """

    def __init__(self, address: str, most: int = 0) -> None:
        self._address, self._most = address, most
        self._numbers = itertools.count(1)
        self._free, self._counted_at = 0, float("-inf")
        self._connected, self._closed = threading.Event(), threading.Event()
        self._workers: set[FarWorker] = set()
        self._lock = threading.Lock()
        self._joined: Joined | None = None
        self._tables = Tables()
        threading.Thread(target=self._look, daemon=True, name="cluster").start()

    def room(self) -> int:
        """How many more workers could begin there now."""
        with self._lock:
            if time.monotonic() - self._counted_at > STALE_SECONDS:
                return 0
            if self._most:
                return max(self._most - len(self._workers), 0)
            return max(self._free - sum(not worker.counted for worker in self._workers), 0)

    def hire(self, on_record: OnRecord, on_exit: OnExit) -> Worker:
        """An actor for one worker. Raises RuntimeError where the cluster does not take it."""
        name = f"cluster worker {next(self._numbers)}"
        worker = FarWorker(RayPost(self._tables, self._gather), name, self._over, on_record, on_exit)
        with self._lock:
            self._workers.add(worker)
        try:
            worker.start()
        except RuntimeError:
            self._over(worker)
            raise
        return worker

    def _gather(self) -> float:
        return max(LEAST_GATHER_SECONDS, len(self._workers) * ASK_SECONDS)

    def _over(self, worker: FarWorker) -> None:
        with self._lock:
            self._workers.discard(worker)

    def close(self) -> None:
        """Kill every worker, and leave the cluster."""
        self._closed.set()
        with self._lock:
            workers = list(self._workers)
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.join(2 * KILL_SECONDS)
        if self._connected.is_set():
            leaving = threading.Thread(target=ray.shutdown, daemon=True)
            leaving.start()
            leaving.join(LEAVE_SECONDS)
            if leaving.is_alive():
                atexit.unregister(ray.shutdown)  # else it would wait for a lost head once more
        if self._joined is not None:
            self._joined.leave()

    def _look(self) -> None:
        """A thread: connect, then count free CPUs."""
        while not self._closed.is_set():
            wait = LOOK_SECONDS
            try:
                if not self._connected.is_set():
                    self._connect()
                self._count()
            except Exception as error:  # whatever ray raises: the server goes on with its own workers
                wait = RETRY_SECONDS
                LOG.warning("the cluster at %s cannot be reached: %s", self._address, str(error).partition("\n")[0])
            self._tables.forget_old()
            self._closed.wait(wait)

    def _connect(self) -> None:
        if os.environ.get("RAY_AUTH_MODE") != "token":
            LOG.warning("the cluster takes orders from whoever reaches it: set RAY_AUTH_MODE=token on all its machines")
        try:
            _init(self._address)
        except (ConnectionError, RuntimeError):
            if self._address == "auto":
                raise
            self._join()
        self._connected.set()

    def _join(self) -> None:
        """No node of the cluster is on this machine: start one, and connect by it."""
        self._joined = Joined(self._address)
        until = time.monotonic() + JOIN_SECONDS
        while True:
            try:
                _init(self._address)
                return
            except (ConnectionError, RuntimeError):
                if self._closed.wait(1.0) or time.monotonic() > until or self._joined.over:
                    self._joined.leave()
                    raise

    def _count(self) -> None:
        with self._lock:
            begun = [worker for worker in self._workers if worker.placed]
        free = int(ray.available_resources().get("CPU", 0.0))  # type: ignore[no-untyped-call]
        with self._lock:
            self._free, self._counted_at = free, time.monotonic()
            for worker in begun:
                worker.counted = True


def _init(address: str) -> None:
    """Connect, with what Ray says in our log alone: its errors go past its loggers to the screen."""
    for name in ("ray", "ray._private.worker"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    private: Any = ray._private.worker
    private.print_to_stdstream = lambda said, **_: LOG.debug("ray: %s", "\n".join(said["lines"]))
    ray.init(address=address, log_to_driver=False, configure_logging=False, logging_level=logging.CRITICAL)


class Tables:
    """Users' tables on their way: put into the object store once for all that train on one, and kept for a minute."""

    KEEP_SECONDS = 60.0

    def __init__(self) -> None:
        self._refs: dict[str, tuple[Any, float]] = {}
        self._lock = threading.Lock()

    def ref(self, digest: str, data: bytes) -> Any:
        """A reference to the bytes."""
        with self._lock:
            found = self._refs[digest][0] if digest in self._refs else ray.put(data)
            self._refs[digest] = (found, time.monotonic())
            return found

    def forget_old(self) -> None:
        """Let go of what nobody has asked for lately."""
        with self._lock:
            old = time.monotonic() - self.KEEP_SECONDS
            self._refs = {digest: kept for digest, kept in self._refs.items() if kept[1] > old}


class RayPost:
    """Calls to the actor that is a host. Raises RuntimeError where the cluster does not take it."""

    def __init__(self, tables: Tables, gather: Callable[[], float]) -> None:
        self._tables, self.gather = tables, gather
        environment = {name: os.environ[name] for name in CAPABILITY if name in os.environ}
        try:
            self._actor = ACTOR.remote(environment)
        except Exception as error:  # whatever ray raises
            raise RuntimeError(f"no actor: {error}") from error

    def call(self, method: str, *arguments: Any) -> Any:
        with _told():
            return getattr(self._actor, method).remote(*arguments)

    def wait(self, call: Any, seconds: float) -> bool:
        with _told():
            done, _ = ray.wait([call], timeout=seconds)
            return bool(done)

    def answer(self, call: Any) -> Any:
        with _told():
            return ray.get(call)

    def parcel(self, digest: str, data: bytes) -> Any:
        with _told():
            return self._tables.ref(digest, data)

    def let_go(self) -> None:
        with suppress(Exception):  # it may be gone, and the cluster too
            ray.kill(self._actor)


@contextmanager
def _told() -> Iterator[None]:
    """What ray raises, as whoever calls a host knows it."""
    try:
        yield
    except exceptions.ActorUnavailableError as error:
        raise Unreachable(_first_line(error)) from error
    except Exception as error:  # RayError, and others where the cluster was left
        raise Gone(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


ACTOR: Any = ray.remote(num_cpus=1, max_restarts=0, max_concurrency=8)(Host)  # type: ignore[call-overload]
