"""Scratch: a server's folder for what lives as long as the server, swept by the next one if it dies."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

PREFIX = "gatescope-"
LOCK = ".lock"
UNLOCKED_SECONDS = 60.0
"""A folder without a lock is a server's that is just starting, unless it is older."""


class Scratch:
    """A new folder, its lock held until it is closed or the process ends, however it ends. Those of others that nobody
    holds any more are removed first."""

    def __init__(self, above: Path | None = None) -> None:
        above = above or Path(tempfile.gettempdir())
        sweep(above)
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=above))
        self._lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def sweep(above: Path) -> None:
    """Remove the folders of servers that are gone: nobody holds their lock."""
    for folder in above.glob(f"{PREFIX}*"):
        try:
            lock = os.open(folder / LOCK, os.O_RDWR)
        except OSError:
            if folder.is_dir() and time.time() - _changed(folder) > UNLOCKED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            pass  # its server lives
        finally:
            os.close(lock)


def _changed(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return time.time()
