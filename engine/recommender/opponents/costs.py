"""What each method of a site costs: how long until it can serve, how long serving takes, and what it keeps.

K videos of the vocabulary
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import numpy as np

from engine.cost import ROWS
from engine.recommender.config import RecommenderConfig, WorldConfig
from engine.recommender.held_out.data import Data, prepare, rankable
from engine.recommender.held_out.served import CUTS, Serving
from engine.recommender.opponents.beside import OPPONENTS, Beside, Chosen
from engine.recommender.opponents.ease import MOST
from engine.recommender.opponents.on_a_log import chosen_of
from engine.recommender.opponents.tuning import tune
from engine.recommender.ranking.training import Ranking
from engine.recommender.recall.training import Recall
from engine.recommender.site.vocabulary import open_site
from engine.runs.frame import Array, Frame
from engine.runs.work import Tick
from engine.training_time import STEPS

Known: TypeAlias = Callable[[WorldConfig], Mapping[str, Array] | None]
"""What was measured on a site before, where it was."""


def time_methods(known: Known, config: RecommenderConfig, tick: Tick | None = None) -> Iterator[Frame]:
    """Time both stages and every opponent of a site in seconds of one core; a frame for the stages and one for all.

    metrics: "recall.seconds" and "rank.seconds" () of a whole training, from `STEPS` steps of it and what comes before them;
    of each of `OPPONENTS` "{name}.seconds" until it can serve, its tuning apart, "{name}.milliseconds" for the first 300 that may be
    served to each of `engine.cost.ROWS` users, and the "{name}.numbers" that it keeps. Their settings are those that are
    `known` of this site (`on_a_log.facts`), and are tuned here where nothing is.
    """
    data = prepare(open_site(config))
    going = (lambda: tick(0, 2)) if tick is not None else (lambda: None)
    spent = {"recall": _of_recall(data, going)}
    if rankable(data.site.world):
        spent["rank"] = _of_ranking(data, going)
    metrics = {f"{stage}.seconds": np.asarray(one) for stage, one in spent.items()}
    yield Frame(1, dict(metrics), {})
    found = known(config.world)
    chosen = chosen_of(found) if found is not None else tune(data.site, data.test.place, going).chosen
    kept = numbers_kept(data, chosen)
    asked = data.test.some(np.resize(np.arange(len(data.test)), ROWS))
    serving, began = Serving(data.site, asked), time.process_time()
    for name, scores in Beside(data.site, data.test.place, chosen, going).scores(asked, OPPONENTS):
        made = time.process_time()
        serving.best(scores, min(CUTS[-1], len(data.site.known)))
        took = {"seconds": made - began, "milliseconds": 1_000 * (time.process_time() - made), "numbers": kept[name]}
        metrics |= {f"{name}.{what}": np.asarray(float(one)) for what, one in took.items()}
        began = time.process_time()
    yield Frame(2, metrics, {})


def numbers_kept(data: Data, chosen: Chosen) -> dict[str, int]:
    """By opponent the numbers that it keeps: counts; of each watch its item and its moment; at most so many similarities;
    of EASE a square of its items, or of the users where they are fewer; of ALS the factors of both."""
    users, items = len(data.site.history.watches.start) - 1, len(data.site.known)
    watches = len(data.site.history.watches.item) - len(data.test)
    return {
        "popular": items,
        "recent": 2 * watches,
        "kinds": 2 * watches + items,
        "knn": items * min(chosen.neighbours, items - 1),
        "ease": min(users, items, MOST) ** 2,
        "als": (users + items) * chosen.factors,
    }


def _of_recall(data: Data, going: Callable[[], None]) -> float:
    began, config = time.process_time(), data.site.world.config
    recall = Recall(data.site, data.train, data.test.place)
    if config.pretrained == "on":
        recall.pretrain()
    before = time.process_time() - began
    return before + config.steps * _a_step(recall, going)


def _of_ranking(data: Data, going: Callable[[], None]) -> float:
    rows, log = data.learnt, data.site.world.log
    ranking = Ranking(data.site, data.features.some(rows), log.clicked[rows], log.minutes[rows])
    return data.site.world.config.ranking_steps * _a_step(ranking, going)


def _a_step(training: Recall | Ranking, going: Callable[[], None]) -> float:
    """The median of some steps after one that does not count."""
    spent: list[float] = []
    for _ in range(1 + STEPS):
        began = time.process_time()
        training.learn()
        spent.append(time.process_time() - began)
        going()
    return float(np.median(spent[1:]))
