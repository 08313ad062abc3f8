"""Table: a user's file on its way to what trains on it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from engine.errors import UserError


@dataclass(frozen=True, slots=True)
class Table:
    """A file by its content hash, fetched when a worker begins: a queue holds no bytes, and a worker needs no path.

    digest  sha256 of the bytes, in hex
    open    gives the bytes; raises FileNotFoundError where the file is gone
    """

    digest: str
    open: Callable[[], bytes]

    @classmethod
    def of(cls, data: bytes) -> Table:
        """A table that is held in memory: for notebooks and tests."""
        return cls(digest_of(data), lambda: data)

    def read(self) -> bytes:
        """The bytes. Raises UserError where the file is gone or no longer the same."""
        try:
            data = self.open()
        except OSError:
            raise gone() from None
        if digest_of(data) != self.digest:
            raise gone()
        return data


def digest_of(data: bytes) -> str:
    """The name of a file's content: sha256 in hex."""
    return hashlib.sha256(data).hexdigest()


def gone() -> UserError:
    """What whoever needs a file that is no longer there says."""
    return UserError("The file is no longer on the server. Choose the file again.")
