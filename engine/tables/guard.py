"""Reading a user's file where it can do no harm: in a process with limits, a few at a time.

A file is small and what it unfolds to may not be: half a megabyte of parquet can hold gigabytes. The server itself reads
only short texts, whose memory is a small multiple of their length.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import typing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, TypeVar

from engine.errors import UserError
from engine.files import ROOT
from engine.runs.workers import wire
from engine.tables.beside import apart
from engine.tables.parcel import Cut, unpack
from engine.tables.written.packed import is_packed

T = TypeVar("T")
Waiting = Callable[[], None]
"""Called now and then while a file waits for its turn; what it raises ends the wait."""

SHORT = 2_000_000
"""Bytes of a text that the server reads by itself: a process would take longer to start."""
MEMORY = 2_500_000_000
"""Bytes that reading a file may take. The largest tables within the limits of `engine.tables.table` need 2 GB."""
SECONDS = 60
START = 15
"""Seconds that a process may take to start on a busy machine."""
AT_ONCE = 2
PATIENCE, GLANCE = 75.0, 0.25
"""Seconds that a file waits for its turn, and between two calls of `Waiting`."""
PIECE = 1 << 20
SIGXCPU = int(getattr(signal, "SIGXCPU", 24))
"""Ends a process whose processor time is up."""

_places = threading.BoundedSemaphore(AT_ONCE)


class Busy(UserError):
    """No turn came: nothing is wrong with the file."""


class Clock:
    """Ends a process when its time is up."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.rang = False
        self._process = process
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def _ring(self) -> None:
        self.rang = True
        self._process.kill()

    def stop(self) -> None:
        self._timer.cancel()


def read(
    reader: Callable[..., T], data: bytes, how: dict[str, object] | None = None, waiting: Waiting | None = None
) -> T:
    """`reader(data, **how)`, a function of engine with an annotated result; elsewhere unless it is a short text.

    Raises UserError where the reader does, where the file needs more than `MEMORY` or `SECONDS`, and Busy.
    """
    if is_short(data):
        return reader(data, **(how or {}))
    with _turn(waiting):
        return _elsewhere(reader, data, how or {})


def is_short(data: bytes) -> bool:
    """Whether the server reads it by itself."""
    return len(data) <= SHORT and not any(map(is_packed, apart(data)))


@contextmanager
def _turn(waiting: Waiting | None) -> Iterator[None]:
    if not _places.acquire(blocking=False):
        for _ in range(int(PATIENCE / GLANCE)):
            if waiting is not None:
                waiting()
            if _places.acquire(timeout=GLANCE):
                break
        else:
            raise _busy()
    try:
        yield
    finally:
        _places.release()


def _busy() -> Busy:
    return Busy("Too many files are being read. Try again in a minute.")


def _elsewhere(reader: Callable[..., T], data: bytes, how: dict[str, object]) -> T:
    try:
        process = _started()
    except OSError:  # no processes, handles or memory left: others hold them
        raise _busy() from None
    clock = Clock(process, START + SECONDS)
    try:
        _ask(process, reader, data, how)
        assert process.stdout is not None
        said = wire.read(process.stdout)
        if said is not None and said[0]["kind"] == "read":
            kind = typing.get_type_hints(reader)["return"]
            return typing.cast(T, unpack(kind, said[0], process.stdout))
    except Cut:
        said = None
    finally:
        clock.stop()
        _end(process)
    raise _error(said[0] if said is not None else {"kind": "gone"}, clock.rang or process.returncode == -SIGXCPU)


def _started() -> subprocess.Popen[bytes]:
    few = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    plain = {"MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system"}  # no memory but what is asked for
    return subprocess.Popen(
        [sys.executable, "-m", "engine.tables.reader"],
        cwd=ROOT, env=os.environ | few | plain, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def _ask(process: subprocess.Popen[bytes], reader: Callable[..., Any], data: bytes, how: dict[str, object]) -> None:
    """The whole file goes first: a reader answers only when it has it all."""
    sink = typing.cast(IO[bytes], process.stdin)
    name = f"{reader.__module__}:{reader.__qualname__}"
    try:
        wire.write(sink, {"reader": name, "how": how, "memory": MEMORY, "seconds": SECONDS})
        view = memoryview(data)
        for begin in range(0, len(view), PIECE):
            sink.write(view[begin : begin + PIECE])
        sink.close()
    except OSError:
        pass  # it ended: how, its answer or its exit status tells


def _end(process: subprocess.Popen[bytes]) -> None:
    """Its pipes are closed and its memory is free when this returns."""
    for pipe in (process.stdin, process.stdout):
        try:
            if pipe is not None:
                pipe.close()
        except OSError:
            pass
    try:
        process.wait(timeout=2.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _error(said: dict[str, Any], late: bool) -> UserError:
    if said["kind"] == "refused":
        sentence = said["sentence"]
        return UserError(sentence, **said["values"])
    if said["kind"] == "failed":
        return UserError("The file could not be read ({name}).", name=said["name"])
    if late:
        return UserError(
            "The file takes more than {seconds} seconds to read. Save it with fewer rows or columns.", seconds=SECONDS
        )
    return UserError(
        "The file needs more than {limit} MB of memory to be read. Save it with fewer rows or columns.",
        limit=f"{MEMORY // 1_000_000:,}",
    )
