"""Uploads: users' files on the server's disk, by who brought them and by their content."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Collection
from pathlib import Path

from engine.errors import UserError
from engine.files import not_kept, write_whole
from engine.runs.table import Table, gone

MOST_BYTES = 4_000_000_000
"""Of all files of a server together: about sixty of the largest."""


class Uploads:
    """The files of one server, in a folder of their own; every method may be called from any thread.

    An owner's box holds one file: the next one takes its place. Files that are still in use are named by the caller.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._most = folder, most_bytes
        self._lock = threading.Lock()
        self._boxes: dict[tuple[str, str], set[str]] = {}

    def keep(self, owner: str, box: str, data: bytes, digest: str, in_use: Collection[str] = ()) -> Table:
        """Keep a file in a box; what the box held before goes, unless its digest is `in_use`.

        Raises UserError where the disk is full, or the server holds as much as it may; what was there stays.
        """
        path = self._folder / owner / digest
        with self._lock:
            if not path.exists():
                if self.held() + len(data) > self._most:
                    raise UserError("The server holds as many files as it may. Try again in a few minutes.")
                try:
                    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    write_whole(path, data)
                except OSError as error:
                    raise not_kept(error) from error
            held = self._boxes.setdefault((owner, box), set())
            dropped = {one for one in held if one != digest and one not in in_use}
            self._boxes[owner, box] = held - dropped | {digest}
            needed = {one for (who, _), digests in self._boxes.items() if who == owner for one in digests}
            for one in dropped - needed:
                (self._folder / owner / one).unlink(missing_ok=True)
        return self.table(owner, digest)

    def table(self, owner: str, digest: str) -> Table:
        """An owner's file; it is looked for when it is read."""
        return Table(digest, (self._folder / owner / digest).read_bytes)

    def read(self, owner: str, digest: str) -> bytes:
        """The bytes of an owner's file. Raises UserError where it is gone."""
        if not digest.isalnum():  # from a URL it may be anything
            raise gone()
        return self.table(owner, digest).read()

    def held(self) -> int:
        """How many bytes of files are kept on disk."""
        return sum(_size(path) for path in self._folder.glob("*/*"))

    def drop(self, owner: str, box: str) -> None:
        """What a box holds goes now, but for what another box of the same owner holds too."""
        with self._lock:
            held = self._boxes.pop((owner, box), set())
            needed = {one for (who, _), digests in self._boxes.items() if who == owner for one in digests}
            for one in held - needed:
                (self._folder / owner / one).unlink(missing_ok=True)

    def release(self, owner: str) -> None:
        """The owner will not come back: its files go."""
        with self._lock:
            self._boxes = {key: held for key, held in self._boxes.items() if key[0] != owner}
            shutil.rmtree(self._folder / owner, ignore_errors=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
