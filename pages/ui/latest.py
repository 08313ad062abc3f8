"""Latest: the last few results of something that is asked for at every rerun, and for the same thing nearly always."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """At most `most` results by their keys, shared by all sessions: a key must tell everything that a result depends on, the
    language included. Two threads may make the same result at once; one of the two is kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def held(self, key: Hashable) -> T | None:
        """The result for a key, where there is one."""
        with self._lock:
            return self._held.get(key)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The result for a key, made where it is not held."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        with self._lock:
            self._held[key] = made
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return made
