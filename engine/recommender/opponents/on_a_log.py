"""What stands beside both models while they train on a viewer's own log.

E held-out watches · N judged impressions
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from threading import Event

import numpy as np

from engine.recommender.held_out.data import Data
from engine.recommender.held_out.evaluation import TESTED, tested
from engine.recommender.held_out.served import CUTS, Serving
from engine.recommender.opponents import clicks
from engine.recommender.opponents.beside import Beside, Chosen
from engine.recommender.opponents.tuning import Tuned, tune
from engine.recommender.ranking.past import Earlier
from engine.recommender.recall.samples import Examples
from engine.runs.frame import Array


def facts(data: Data, tuned: Tuned) -> dict[str, Array]:
    """ "ceiling", the share of the held-out watches that any list can hold, "chosen.{setting}", and "tried.{setting}" (2,) the
    lowest and the highest value that were tried."""
    found = {f"chosen.{name}": np.asarray(value) for name, value in asdict(tuned.chosen).items()}
    found |= {f"tried.{name}": np.asarray(ends, float) for name, ends in tuned.between.items()}
    return found | {"ceiling": np.asarray(Serving(data.site, data.test).ceiling())}


def chosen_of(found: Mapping[str, Array]) -> Chosen:
    """The settings of the opponents, as `facts` holds them: "chosen.{setting}" ()."""
    return Chosen(**{name: type(value)(found[f"chosen.{name}"]) for name, value in asdict(Chosen()).items()})


@dataclass(frozen=True, slots=True)
class _Made:
    """The held-out watches that were asked about, the lists for them by opponent, and `facts`."""

    test: Examples
    lists: dict[str, Array]
    facts: dict[str, Array]


class OnALog:
    """Opponents tuned on a log and asked about its held-out watches, in a thread of their own while the models train: most
    of it is spent where Python's lock is free.

    metrics of theirs: "{name}.hits" (3,), "{name}.gain" (3, 3) by how much recall hits oftener, with the 95 % interval, of
    each of `OPPONENTS`, and "popular.auc", "popular.mispredicted", "knn.auc" and "knn.mispredicted"; and `facts`. Frames on
    the way have those of recall as soon as they are known, the last one of recall always.
    """

    def __init__(self, data: Data) -> None:
        self._data, self._over, self._most = data, Event(), min(CUTS[-1], len(data.site.known))
        pool = ThreadPoolExecutor(1, "opponents")
        self._made: Future[_Made] = pool.submit(self._make)
        pool.shutdown(wait=False)

    def lists(self, test: Examples, most: int) -> dict[str, Array]:
        """By opponent (E, most) videos for each held-out watch; nothing, for the few of a frame on the way, while they are
        not known."""
        if len(test) == TESTED < len(self._data.test) and not self._made.done():
            return {}
        made = self._made.result()
        rows = np.searchsorted(made.test.place, test.place)
        if not np.array_equal(made.test.place[np.minimum(rows, len(made.test) - 1)], test.place):
            return {}
        return {name: found[rows, :most] for name, found in made.lists.items()}

    def scores(self, data: Data, past: Earlier) -> dict[str, Array]:
        """By opponent (N,) scores of the judged impressions."""
        return clicks.scores(data, past)

    def facts(self) -> dict[str, Array]:
        """What is known so far of the opponents on this log, by the names and in the shapes of `facts`."""
        return self._made.result().facts if self._made.done() else {}

    def stop(self) -> None:
        """Nobody waits for them any more: the thread ends at its next step."""
        self._over.set()

    def _make(self) -> _Made:
        data = self._data
        held_out, test = data.test.place, tested(data, len(data.test))
        tuned = tune(data.site, held_out, self._go_on)
        lists = Beside(data.site, held_out, tuned.chosen, self._go_on).lists(test, self._most)
        return _Made(test, lists, facts(data, tuned))

    def _go_on(self) -> None:
        if self._over.is_set():
            raise InterruptedError
