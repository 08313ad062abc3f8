"""The worker process: trains what it is told to, one job at a time.

    python -m engine.runs.workers.main

Started with subprocess, since multiprocessing's spawn would run app.py again in the child. Commands come as records on
stdin, answers go as records on stdout (see `engine.runs.workers.wire`). The worker ends when stdin closes, so it cannot outlive
the server.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback
from collections.abc import Mapping
from typing import Any, BinaryIO

from engine.errors import UserError
from engine.runs.playground import Engine, engines
from engine.runs.workers import wire
from engine.runs.workers.machine import Machine
from engine.runs.workers.memory import keep_freed_memory
from engine.runs.workers.protocol import Command

NICENESS = 15
"""Workers give way to the page: un-niced ones made a rerun 3 times slower."""
ALIVE_SECONDS = 5.0
"""How often it gives a sign of life, also in a long step."""


class Stopped(Exception):
    """The job was told to stop."""


class Inbox:
    """Commands as they come in, and what they mean for the job at hand."""

    def __init__(self, source: BinaryIO) -> None:
        self.jobs: queue.SimpleQueue[tuple[dict[str, Any], bytes]] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._paused = self._stopped = self._one_frame = False
        self._job = -1
        self._early: list[tuple[int, str]] = []  # commands about a job that waits in `jobs`
        threading.Thread(target=self._listen, args=(source,), daemon=True).start()

    def _listen(self, source: BinaryIO) -> None:
        while (record := wire.read(source)) is not None:
            command, body = record
            if command["do"] == "start":
                self.jobs.put((command, body))
                continue
            with self._changed:
                if command["job"] == self._job:
                    self._obey(command["do"])
                    self._changed.notify_all()
                elif command["job"] > self._job:
                    self._early.append((command["job"], command["do"]))
        os._exit(0)  # the server is gone: nothing is left to be told to

    def _obey(self, what: str) -> None:
        self._stopped = self._stopped or what == Command.STOP
        self._paused = what in (Command.PAUSE, Command.STEP) or (self._paused and what != Command.RESUME)
        self._one_frame = what == Command.STEP

    def begin(self, job: int) -> None:
        """A new job starts with what it was told before it began."""
        with self._changed:
            self._job, self._paused, self._stopped, self._one_frame = job, False, False, False
            for number, what in self._early:
                if number == job:
                    self._obey(what)
            self._early = [(number, what) for number, what in self._early if number > job]

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


class Outbox:
    """Says records, one at a time, and every few seconds that the process is alive."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink, self._speaking = sink, threading.Lock()
        threading.Thread(target=self._breathe, daemon=True).start()

    def say(self, header: dict[str, Any], body: bytes = b"") -> None:
        """Send one record to the server."""
        with self._speaking:
            wire.write(self._sink, header, body)

    def _breathe(self) -> None:
        quiet = threading.Event()
        while not quiet.wait(ALIVE_SECONDS):
            self.say({"kind": "alive"})


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Do jobs until stdin closes."""
    os.nice(NICENESS)
    keep_freed_memory()
    outbox, inbox = Outbox(sink), Inbox(source)
    import torch

    torch.set_num_threads(1)  # two threads beside a busy neighbour were 20 to 35 times slower
    known = engines()
    _warm(known)
    outbox.say({"kind": "ready", "pid": os.getpid(), "machine": Machine.here().to_dict()})
    while True:
        command, table = inbox.jobs.get()
        inbox.begin(command["job"])
        outbox.say(_answer(command, table, known, inbox, outbox) | {"job": command["job"]})


def _answer(
    command: dict[str, Any], table: bytes, known: Mapping[str, Engine[Any, Any]], inbox: Inbox, outbox: Outbox
) -> dict[str, Any]:
    """Do a job; what became of it."""
    try:
        _do(command, table, known, inbox, outbox)
    except Stopped:
        return {"kind": "stopped"}
    except UserError as error:
        return {"kind": "failed", "sentence": error.sentence, "values": error.values}
    except Exception as error:  # a defect of ours: the page says so without a traceback, the server's log has it
        return {
            "kind": "failed",
            "sentence": "The training process failed: {name}.",
            "values": {"name": type(error).__name__},
            "traceback": traceback.format_exc(),
        }
    return {"kind": "finished"}


def _warm(known: Mapping[str, Engine[Any, Any]]) -> None:
    """Load what torch imports late, so that the first visitor's first frame does not wait for it."""
    for engine in known.values():
        for work in engine.works.values():
            if work.warm is not None:
                for _ in work.run(work.warm, None):
                    pass


def _do(
    command: dict[str, Any], table: bytes, known: Mapping[str, Engine[Any, Any]], inbox: Inbox, outbox: Outbox
) -> None:
    job = command["job"]
    last_tick = -1

    def tick(step: int, steps: int) -> None:
        nonlocal last_tick
        inbox.checkpoint()
        percent = 100 * step // max(steps, 1)
        if percent != last_tick:
            last_tick = percent
            outbox.say({"kind": "progress", "job": job, "step": step, "steps": steps})

    work = known[command["playground"]].works[command["work"]]
    tables = (table,) if work.needs_table else ()
    inbox.checkpoint()
    for frame in work.run(work.config.from_dict(command["config"]), *tables, tick):
        outbox.say({"kind": "frame", "job": job}, frame.to_bytes())
        inbox.frame_sent()


def main() -> None:
    """Keep stdout for records: whatever a library prints goes to stderr."""
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
