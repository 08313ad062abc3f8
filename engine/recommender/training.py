"""train(config): draw the world, train candidate generation, then ranking.

for frame in train(RecommenderConfig(seed=1)):
    print(frame.step, {name: values for name, values in frame.metrics.items()})
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.recommender.config import RecommenderConfig
from engine.recommender.features import Impressions, impressions
from engine.recommender.history import History, history_of
from engine.recommender.ranking import Ranking, mispredicted
from engine.recommender.recall import Recall, batches, hit_rates, popular
from engine.recommender.retrieval import Retriever
from engine.recommender.samples import Examples, split
from engine.recommender.world import World, expected_watch, simulate
from engine.runs.frame import Array, Frame, frame_steps
from engine.runs.work import Tick

CUTS = (20, 100, 300)
HELD_OUT = 0.1
"""The last tenth of the days is not trained on by ranking, and judges it."""
NEW = 7.0
"""Days that a video counts as new."""
TABLES = ("watched.weight", "output.weight", "video.weight")
"""What is as long as the catalogue: kept in the last frame of its phase alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A world with what both models learn from: examples of recall, impressions of ranking, each split by its own rule."""

    world: World
    history: History
    train: Examples
    test: Examples
    features: Impressions
    learnt: Array
    judged: Array


def prepare(config: RecommenderConfig) -> Data:
    """Simulate, sort, split, and read the features of every impression."""
    world = simulate(config)
    history, log = history_of(world.log, world.videos, world.users), world.log
    features = impressions(history, world.videos, world.users, log.user, log.video, log.time, log.seen, config.recent)
    cut = int(np.searchsorted(log.time, config.days * (1.0 - HELD_OUT)))
    rows = np.arange(len(log.user))
    return Data(world, history, *split(config, history), features, rows[:cut], rows[cut:])


def train(config: RecommenderConfig, tick: Tick | None = None) -> Iterator[Frame]:
    """Candidate generation for `steps`, then ranking for `ranking_steps`; about `frames` frames of each.

    metrics of recall: "recall.loss", "recall.hits" (3,) and "popular.hits" (3,) at 20, 100, 300 of held-out watches,
    "recall.new" the share of new videos among the first 100. Of ranking, on the last tenth of the days: "ranking.loss",
    "ranking.auc", "ranking.mispredicted", "ranking.first" the true minutes of the first of each page, and "best.first"
    of the best that could be first.
    """
    data, total = prepare(config), config.steps + config.ranking_steps
    recall = Recall(config, data.history, data.world.users, data.train)
    if config.pretrained == "on":
        recall.pretrain(lambda: tick(0, total) if tick is not None else None)
    moments, losses = frame_steps(config.steps, config.frames), _Losses()
    for step in range(config.steps + 1):
        if step:
            losses.add(recall.learn())
        if tick is not None:
            tick(step, total)
        if step in moments:
            whole = step == config.steps
            yield Frame(
                step, _recall(config, data, recall) | losses.take("recall"), _parameters("recall", recall.net, whole)
            )
    yield from _rank(config, data, recall, tick)


def _rank(config: RecommenderConfig, data: Data, recall: Recall, tick: Tick | None) -> Iterator[Frame]:
    log, rows = data.world.log, data.learnt
    start = recall.net.watched.weight.detach() if config.pretrained == "on" else None
    ranking = Ranking(config, data.features.some(rows), log.clicked[rows], log.minutes[rows], start)
    moments, losses = frame_steps(config.ranking_steps, config.frames), _Losses()
    for step in range(1, config.ranking_steps + 1):
        losses.add(ranking.learn())
        if tick is not None:
            tick(config.steps + step, config.steps + config.ranking_steps)
        if step in moments:
            whole = step == config.ranking_steps
            metrics = _ranking(config, data, ranking) | losses.take("ranking")
            yield Frame(config.steps + step, metrics, _parameters("ranking", ranking.net, whole))


class _Losses:
    """The mean of what was added since it was taken last."""

    def __init__(self) -> None:
        self._seen: list[Tensor] = []

    def add(self, loss: Tensor) -> None:
        self._seen.append(loss)

    def take(self, name: str) -> dict[str, Array]:
        mean = torch.stack(self._seen).mean().numpy() if self._seen else np.float32(np.nan)
        self._seen = []
        return {f"{name}.loss": np.asarray(mean)}


def _recall(config: RecommenderConfig, data: Data, recall: Recall) -> dict[str, Array]:
    u = torch.cat([recall.read(some).vector for some in batches(data.test)]).numpy()
    most = min(CUTS[-1], config.videos)
    _, found = Retriever(recall.net.output.weight.detach().numpy()).search(u, most)
    best = np.tile(popular(data.train, config.videos, most), (len(data.test), 1))
    age = config.days - data.world.videos.uploaded[found[:, :100]]
    return {
        "recall.hits": hit_rates(found, data.test.label, CUTS),
        "popular.hits": hit_rates(best, data.test.label, CUTS),
        "recall.new": np.asarray(((age >= 0) & (age < NEW)).mean()),
    }


def _ranking(config: RecommenderConfig, data: Data, ranking: Ranking) -> dict[str, Array]:
    log, rows = data.world.log, data.judged
    z = ranking.logits(data.features.some(rows))
    truth = expected_watch(config, data.world.videos, data.world.users, log.user[rows], log.video[rows])
    page = log.page[rows]
    return {
        "ranking.auc": np.asarray(auc(z, log.clicked[rows])),
        "ranking.mispredicted": np.asarray(mispredicted(z, page, log.clicked[rows], log.minutes[rows])),
        "ranking.first": np.asarray(truth[first_of(page, z)].mean()),
        "best.first": np.asarray(truth[first_of(page, truth)].mean()),
    }


def auc(scores: Array, positive: Array) -> float:
    """The share of pairs of a positive and a negative in the right order; a tie counts half. nan without both."""
    order = np.argsort(scores, kind="stable")
    _, level, counts = np.unique(scores[order], return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[level]
    above = positive[order]
    count, others = int(above.sum()), int((~above).sum())
    return (
        float((ranks[above].sum() - count * (count + 1) / 2) / (count * others)) if count and others else float("nan")
    )


def first_of(page: Array, scores: Array) -> Array:
    """Rows that score highest on their page."""
    order = np.lexsort((-scores, page))
    return order[np.concatenate(([True], np.diff(page[order]) > 0))] if len(order) else order


def _parameters(name: str, net: torch.nn.Module, whole: bool) -> dict[str, Array]:
    return {
        f"{name}.{key}": tensor.detach().numpy().copy()
        for key, tensor in net.named_parameters()
        if whole or key not in TABLES
    }
