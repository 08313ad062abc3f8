"""The worker process: trains what it is told to, one job at a time.

    python -m engine.runs.worker

Started with subprocess, since multiprocessing's spawn would run app.py again in the child. Commands
come as JSON lines on stdin, answers go as records on stdout (see `engine.runs.wire`). The worker
ends when stdin closes, so it cannot outlive the server.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import queue
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from engine.errors import UserError
from engine.runs import wire
from engine.runs.memory import keep_freed_memory
from engine.runs.work import Work

NICENESS = 15
"""Workers give way to the page: un-niced ones made a rerun 3 times slower."""


class Stopped(Exception):
    """The job was told to stop."""


class Desk:
    """Commands as they come in, and what they mean for the job at hand."""

    def __init__(self, source: BinaryIO) -> None:
        self.jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._paused = self._stopped = self._one_frame = False
        self._job = -1
        threading.Thread(target=self._listen, args=(source,), daemon=True).start()

    def _listen(self, source: BinaryIO) -> None:
        for line in source:
            command = json.loads(line)
            if command["do"] == "start":
                self.jobs.put(command)
                continue
            with self._changed:
                if command["job"] == self._job:
                    self._obey(command["do"])
                    self._changed.notify_all()
        os._exit(0)  # the server is gone: nothing is left to be told to

    def _obey(self, what: str) -> None:
        self._stopped = self._stopped or what == "stop"
        self._paused = what in ("pause", "step") or (self._paused and what != "resume")
        self._one_frame = what == "step"

    def begin(self, job: int) -> None:
        """A new job starts with no command pending."""
        with self._changed:
            self._job, self._paused, self._stopped, self._one_frame = job, False, False, False

    def checkpoint(self) -> None:
        """Between two training steps: wait while paused, raise when stopped."""
        with self._changed:
            while self._paused and not self._one_frame and not self._stopped:
                self._changed.wait()
            if self._stopped:
                raise Stopped

    def frame_sent(self) -> None:
        """A frame is out: a single step ends here."""
        with self._changed:
            self._one_frame = False


def playgrounds() -> dict[str, ModuleType]:
    """Engine's own packages that define `WORKS`: the only names a job may ask for."""
    import engine

    found = {}
    for module in pkgutil.iter_modules(engine.__path__):
        if module.ispkg and module.name != "runs":
            package = importlib.import_module(f"engine.{module.name}")
            if hasattr(package, "WORKS"):
                found[module.name] = package
    return found


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Do jobs until stdin closes."""
    os.nice(NICENESS)
    keep_freed_memory()
    import torch

    torch.set_num_threads(1)  # two threads beside a busy neighbour were 20 to 35 times slower
    known = playgrounds()
    desk = Desk(source)
    _warm(known)
    wire.write(sink, {"kind": "ready"})
    while True:
        command = desk.jobs.get()
        desk.begin(command["job"])
        try:
            _do(command, known, desk, sink)
            answer: dict[str, Any] = {"kind": "finished"}
        except Stopped:
            answer = {"kind": "stopped"}
        except UserError as error:
            answer = {"kind": "failed", "sentence": error.sentence, "values": error.values}
        except Exception as error:  # a defect of ours: the page says so without a traceback
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            answer = {
                "kind": "failed",
                "sentence": "The training process failed: {name}.",
                "values": {"name": type(error).__name__},
            }
        wire.write(sink, answer | {"job": command["job"]})


def _warm(known: dict[str, ModuleType]) -> None:
    """Load what torch imports late, so that the first visitor's first frame does not wait for it."""
    for package in known.values():
        for work in package.WORKS.values():
            if work.warm is not None:
                for _ in work.run(work.warm, None):
                    pass


def _do(command: dict[str, Any], known: dict[str, ModuleType], desk: Desk, sink: BinaryIO) -> None:
    job, package = command["job"], known[command["playground"]]
    last_tick = -1

    def tick(step: int, steps: int) -> None:
        nonlocal last_tick
        desk.checkpoint()
        percent = 100 * step // max(steps, 1)
        if percent != last_tick:
            last_tick = percent
            wire.write(sink, {"kind": "progress", "job": job, "step": step, "steps": steps})

    work: Work = package.WORKS[command["work"]]
    table = (Path(command["table"]).read_bytes(),) if work.needs_table else ()
    for frame in work.run(work.config.from_dict(command["config"]), *table, tick):
        wire.write(sink, {"kind": "frame", "job": job}, frame.to_bytes())
        desk.frame_sent()


def main() -> None:
    """Keep stdout for records: whatever a library prints goes to stderr."""
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
