"""Study: many configs, each a cell that one worker trains.

A cell is a config of its own playground and a result is its last frame, so the numbers do not
depend on how many workers share the work or in which order they finish.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.frame import Array
from engine.runs.service.run import Run, State
from engine.runs.service.runs import Runs
from engine.runs.studies.fingerprint import work_of
from engine.runs.studies.stored import Results


class Study:
    """The cells of one study on their way through the workers; results stream in.

    Raises UserError where so many cells cannot wait.
    """

    def __init__(self, runs: Runs, cells: Sequence[Config], owner: str) -> None:
        self._runs = runs
        self.cells = tuple(dict.fromkeys(cells))
        self._jobs: list[Run] = []
        try:
            for cell in self.cells:
                self._jobs.append(runs.submit(cell, owner, work=work_of(type(cell)), background=True))
        except UserError:
            self.stop()  # a study is whole or not at all
            raise

    def results(self) -> Results:
        """The last metrics of the cells that are done."""
        return {
            run.config: run.metrics for run in self._jobs if self._runs.view(run).state == State.FINISHED and run.frames
        }

    @property
    def fraction(self) -> float:
        """How much of the work is done, 0 … 1."""
        views = [self._runs.view(run) for run in self._jobs]
        shares = [1.0 if not v.active else v.step / v.steps if v.steps else 0.0 for v in views]
        return sum(shares) / max(len(shares), 1)

    @property
    def active(self) -> bool:
        """Whether a cell is still to come."""
        return any(self._runs.view(run).active for run in self._jobs)

    @property
    def failures(self) -> tuple[UserError, ...]:
        """What went wrong, cell by cell, for a page to say in its language."""
        views = [self._runs.view(run) for run in self._jobs]
        return tuple(UserError(view.sentence, **view.values) for view in views if view.state == State.FAILED)

    @property
    def processors(self) -> tuple[str, ...]:
        """What its cells were computed on, "" for one like this machine's: where these are several, digits may differ."""
        return tuple(sorted({run.processor for run in self._jobs if run.frames}))

    def stop(self) -> None:
        """Give up what is not done."""
        for run in self._jobs:
            self._runs.stop(run)


def measure(cells: Sequence[Config], work: Callable[[Config], Mapping[str, Array]]) -> Results:
    """What a study gives, without workers, one cell after another: for notebooks and tests."""
    return {cell: work(cell) for cell in dict.fromkeys(cells)}
