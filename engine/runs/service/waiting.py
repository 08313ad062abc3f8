"""Waiting: the runs that have no worker, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import UserError
from engine.runs.service.policy import RunPolicy
from engine.runs.service.run import Run


class Waiting:
    """Live runs go in their order, and before background runs (studies). Those take turns: next is the owner who was served
    longest ago, with its oldest cell, so that a long study does not keep a short one waiting."""

    def __init__(self, policy: RunPolicy) -> None:
        self._policy = policy
        self._runs: list[Run] = []
        self._served: dict[str, int] = {}  # owner of background runs → the attempt that was last begun for it

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def live(self) -> int:
        """How many live runs wait."""
        return sum(not run.background for run in self._runs)

    def refuse_where_full(self, run: Run) -> None:
        """Raise UserError where there is no room for it. A live run that its owner gives up for this one makes room."""
        same = [other for other in self._runs if other.background == run.background]
        waiting = len(same) if run.background else sum(other.owner != run.owner for other in same)
        if waiting >= (self._policy.background_queue if run.background else self._policy.queue):
            raise UserError("Too many people are waiting to train. Try again in a minute.")

    def add(self, run: Run) -> None:
        """Put a run into the queue."""
        self._runs.append(run)

    def discard(self, run: Run) -> None:
        """Take a run out of the queue, if it is there."""
        if run in self._runs:
            self._runs.remove(run)

    @property
    def first(self) -> Run | None:
        """The run whose turn it is; None where none waits."""
        return min(self._runs, key=lambda one: (one.background, self._turn(one), one.number), default=None)

    def place(self, run: Run) -> int:
        """From 1, among its kind and by age."""
        return sum(one.background == run.background and one.number <= run.number for one in self._runs)

    def served(self, run: Run) -> None:
        """Note that an owner's run was begun, so that another owner comes before the next."""
        if run.background:
            self._served[run.owner] = run.attempt

    def forget(self, owner: str) -> None:
        """The owner has no run any more."""
        self._served.pop(owner, None)

    def _turn(self, run: Run) -> int:
        return self._served.get(run.owner, 0) if run.background else 0
