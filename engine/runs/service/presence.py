"""Presence: which owners are there, told by a connection that may break and come back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class _Owner:
    connection: str
    gone_since: float | None = None


class Presence:
    """Owners by name, each with the connection it was last seen on. Every method may be called from any thread.

    connected   whether a connection stands at the moment
    lost        called with an owner whose connection broke, once
    back        called when that owner is there again
    left        called when it has been away for `keep_seconds`; then it is forgotten
    """

    def __init__(
        self,
        connected: Callable[[str], bool],
        *,
        lost: Callable[[str], None],
        back: Callable[[str], None],
        left: Callable[[str], None],
        keep_seconds: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connected, self._lost, self._back, self._left = connected, lost, back, left
        self._keep, self._now = keep_seconds, now
        self._owners: dict[str, _Owner] = {}
        self._lock = threading.Lock()

    def here(self, owner: str, connection: str) -> None:
        """The owner has just asked for something."""
        with self._lock:
            known = self._owners.get(owner)
            returned = known is not None and known.gone_since is not None
            self._owners[owner] = _Owner(connection)
        if returned:
            self._back(owner)

    def look(self) -> None:
        """Look which owners are there, and tell who has been away too long: called every second or so."""
        told: list[tuple[Callable[[str], None], str]] = []
        with self._lock:
            now = self._now()
            for name, owner in list(self._owners.items()):
                if self._connected(owner.connection):
                    if owner.gone_since is not None:
                        owner.gone_since = None
                        told.append((self._back, name))
                elif owner.gone_since is None:
                    owner.gone_since = now
                    told.append((self._lost, name))
                elif now - owner.gone_since > self._keep:
                    del self._owners[name]
                    told.append((self._left, name))
        for tell, name in told:
            tell(name)

    def __len__(self) -> int:
        return len(self._owners)
