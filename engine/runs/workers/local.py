"""LocalWorker: a warm process of this machine that trains."""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any

from engine.errors import UserError
from engine.files import ROOT
from engine.runs.workers import wire
from engine.runs.workers.protocol import Cause, Command, Exit, Job, OnExit, OnRecord

LOG = logging.getLogger("gatescope.worker")
LAST_WORDS = 20
"""Lines of its error output that are kept."""


class LocalWorker:
    """One process and the threads that speak with it: what it is told waits in a queue here, so that a pipe which nobody
    empties blocks no caller."""

    def __init__(self, on_record: OnRecord, on_exit: OnExit) -> None:
        self.ready = False
        self._killed = False
        self._on_record, self._on_exit = on_record, on_exit
        self._orders: queue.SimpleQueue[Job | tuple[int, Command] | None] = queue.SimpleQueue()
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS)
        threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.runs.workers.main"],
            cwd=ROOT,
            env=os.environ | threads,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.name = f"worker {self.pid}"
        try:
            self._listening = threading.Thread(target=self._listen_to_errors, daemon=True, name=f"{self.name} errors")
            self._listening.start()
            for task in (self._send, self._read):
                threading.Thread(target=task, daemon=True, name=self.name).start()
        except RuntimeError:  # no thread to be had: the process must not be left alone
            self._process.kill()
            self._orders.put(None)
            raise

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def begin(self, job: Job) -> None:
        self._orders.put(job)

    def tell(self, number: int, command: Command) -> None:
        self._orders.put((number, command))

    def kill(self) -> None:
        self._killed = True
        self._process.kill()

    # — each of the following is a thread —

    def _send(self) -> None:
        with suppress(OSError), _pipe(self._process.stdin) as sink:
            while (order := self._orders.get()) is not None:
                with suppress(OSError, ValueError):  # the process is gone: `_on_exit` tells what became of the run
                    if isinstance(order, Job):
                        self._send_job(sink, order)
                    else:
                        wire.write(sink, {"do": order[1], "job": order[0]})

    def _send_job(self, sink: IO[bytes], job: Job) -> None:
        try:
            data = job.table.read() if job.table is not None else b""
        except UserError as error:
            said = {"kind": "failed", "job": job.number, "sentence": error.sentence, "values": error.values}
            self._on_record(self, said, b"")
            return
        start: dict[str, Any] = {
            "do": "start",
            "job": job.number,
            "playground": job.playground,
            "work": job.work,
            "config": job.config,
        }
        wire.write(sink, start, data)

    def _read(self) -> None:
        with _pipe(self._process.stdout) as source:
            try:
                while (record := wire.read(source)) is not None:
                    self._hear(*record)
            except Exception:  # a defect of ours: whatever it says cannot be followed any more
                LOG.exception("a record of %s could not be read", self.name)
                self.kill()
        code = self._process.wait()
        self._orders.put(None)
        self._listening.join(timeout=1.0)
        cause = Cause.KILLED if self._killed else Cause.SIGNAL if code < 0 else Cause.ENDED
        self._on_exit(self, Exit(code, cause, "\n".join(self._last_words)))

    def _hear(self, header: Mapping[str, Any], body: bytes) -> None:
        self.ready = self.ready or header["kind"] == "ready"
        self._on_record(self, header, body)

    def _listen_to_errors(self) -> None:
        with _pipe(self._process.stderr) as source:
            for line in source:
                text = line.decode(errors="replace").rstrip()
                self._last_words.append(text)
                LOG.warning("%s: %s", self.name, text)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
