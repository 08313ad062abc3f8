"""Pool: a few warm worker processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.runs import wire
from engine.runs.run import Run

ROOT = Path(__file__).resolve().parents[2]

OnRecord = Callable[["Worker", dict[str, Any], bytes], None]
OnExit = Callable[["Worker"], None]


class Worker:
    """One process and the thread that reads what it says."""

    def __init__(self, on_record: OnRecord, on_exit: OnExit) -> None:
        self.run: Run | None = None  # what it is busy with, also while it is still stopping
        self.ready = False
        threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.runs.worker"],
            cwd=ROOT,
            env=os.environ | threads,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._on_record, self._on_exit = on_record, on_exit
        self._sending = threading.Lock()
        threading.Thread(target=self._read, daemon=True, name=f"worker {self.pid}").start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self) -> None:
        assert self._process.stdout is not None
        while (record := wire.read(self._process.stdout)) is not None:
            self._on_record(self, *record)
        self._process.wait()
        self._on_exit(self)

    def begin(self, run: Run) -> None:
        """Hand it a job."""
        self.run = run
        self.tell(
            run,
            "start",
            playground=run.config.playground,
            work=run.work,
            config=run.config.to_dict(),
            table=str(run.table or ""),
        )

    def tell(self, run: Run, what: str, **more: object) -> None:
        """Send a command; one that comes too late, to a process that is gone, is no error."""
        line = json.dumps({"do": what, "job": run.number, **more}) + "\n"
        try:
            with self._sending:
                assert self._process.stdin is not None
                self._process.stdin.write(line.encode())
                self._process.stdin.flush()
        except (BrokenPipeError, ValueError, OSError):
            pass  # `_on_exit` will tell what became of the run

    def kill(self) -> None:
        """End it now; `on_exit` follows."""
        self._process.kill()
