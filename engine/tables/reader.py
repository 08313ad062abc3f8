"""The process that reads one file of a user: whatever the file asks for, it is this process that pays, and it is limited.

    python -m engine.tables.reader

Started by `engine.tables.guard`. On stdin come a record that says what to read, and the file; the answer goes to stdout.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from engine.errors import UserError
from engine.files import ROOT
from engine.runs.workers import wire
from engine.tables.parcel import Parcel

NICENESS = 5
"""Gives way to the page, but goes before training."""


def named(reader: str) -> Callable[..., Any]:
    """The function that "engine.room.module:function" names, without what the room's package would import besides: a
    table needs no torch, which takes longer to load than most tables to read."""
    module, _, function = reader.partition(":")
    parts = module.split(".")
    for package in (".".join(parts[:depth]) for depth in range(2, len(parts))):  # engine itself imports nothing
        if package not in sys.modules:
            bare = ModuleType(package)
            bare.__path__ = [str(ROOT.joinpath(*package.split(".")))]
            sys.modules[package] = bare
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def confine(memory: int, seconds: int) -> None:
    """From now on at most so many bytes more, and so many seconds of the processor. Nothing happens where the system has
    no such limits; then only the clock of who started this process holds."""
    try:
        import resource
    except ImportError:
        return
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _lower(resource.RLIMIT_CPU, int(used) + seconds, 5)  # SIGXCPU first, which tells why it ended
    _lower(resource.RLIMIT_CORE, 0)
    try:
        held = {line.partition(":")[0]: line for line in Path("/proc/self/status").read_text().splitlines()}
    except OSError:
        return
    for limit, name in ((resource.RLIMIT_DATA, "VmData"), (resource.RLIMIT_AS, "VmSize")):
        _lower(limit, int(held[name].split()[1]) * 1_024 + memory)


def _lower(limit: int, value: int, grace: int = 0) -> None:
    import resource

    hardest = resource.getrlimit(limit)[1]
    if hardest == resource.RLIM_INFINITY or value + grace <= hardest:
        resource.setrlimit(limit, (value, value + grace))


def answer(source: BinaryIO) -> dict[str, Any] | Parcel:
    """Read what comes: a parcel, or in a record why there is none."""
    asked = wire.read(source)
    if asked is None:
        return {"kind": "failed", "name": "EOFError"}
    try:
        read = named(asked[0]["reader"])
        confine(asked[0]["memory"], asked[0]["seconds"])
        return Parcel(read(source.read(), **asked[0]["how"]))
    except UserError as error:
        return {"kind": "refused", "sentence": error.sentence, "values": error.values}
    except MemoryError:
        return {"kind": "memory"}
    except Exception as error:  # a defect of ours: the page says so without a traceback
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return {"kind": "failed", "name": type(error).__name__}


def main() -> None:
    """Keep stdout for the answer: whatever a library prints goes to stderr."""
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    said = answer(sys.stdin.buffer)
    if isinstance(said, Parcel):
        said.send(sink)
    else:
        wire.write(sink, said)
    sink.flush()
    os._exit(0)  # what was read need not be taken apart


if __name__ == "__main__":
    main()
