"""train(config): draw the world, train candidate generation, then ranking.

for frame in train(RecommenderConfig(seed=1)):
    print(frame.step, {name: values for name, values in frame.metrics.items()})
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.recommender.config import RecommenderConfig
from engine.recommender.held_out.data import Data, check_vocabulary, prepare, rankable
from engine.recommender.held_out.evaluation import Opponents, RankingJudge, RecallJudge
from engine.recommender.ranking.features import impressions
from engine.recommender.ranking.model import Ranker
from engine.recommender.ranking.past import Earlier
from engine.recommender.ranking.training import Ranking
from engine.recommender.recall.model import CandidateNet
from engine.recommender.recall.samples import split
from engine.recommender.recall.training import ITEM2VEC, Recall
from engine.recommender.site.vocabulary import Site, open_site
from engine.runs.frame import Array, Frame, frame_steps, kept_steps
from engine.runs.work import Tick


def train(config: RecommenderConfig, tick: Tick | None = None) -> Iterator[Frame]:
    """Candidate generation for `steps`, then ranking for `ranking_steps`; about `frames` frames of each.

    metrics of recall: "recall.loss", "recall.hits" (3,) at 20, 100, 300 of held-out watches, among what may be served,
    "recall.new" the share of new videos among the first 100 at the end of the log, "recall.groups" (2,) hits at 100 of
    quiet and active users. Of ranking, on the last tenth of the days: "ranking.loss", "ranking.auc",
    "ranking.mispredicted", and "ranking.first" the true minutes of the first of each page. What needs no training is
    measured by `engine.recommender.opponents`, once for each world.
    """
    yield from train_on(open_site(config), tick)


def train_on(site: Site, tick: Tick | None = None) -> Iterator[Frame]:
    """Train on a site that is there, as `train` does on a drawn one."""
    yield from train_from(prepare(site), tick)


def train_from(data: Data, tick: Tick | None = None, beside: Opponents | None = None) -> Iterator[Frame]:
    """Train recall, then ranking, on data that are split, with what stands `beside` both models; without ranking where it has
    nothing to learn from. Raises UserError where recall has nothing to learn from."""
    check_vocabulary(data.site, data.train)
    yield from train_recall(
        data, tick, beside
    )  # its tables, the largest there are, are gone when ranking makes its own
    if rankable(data.site.world):
        yield from train_ranking(data, tick, beside)


def steps_of(data: Data) -> int:
    """How many steps both stages take together."""
    config = data.site.world.config
    return config.steps + config.ranking_steps * rankable(data.site.world)


def train_recall(data: Data, tick: Tick | None, beside: Opponents | None) -> Iterator[Frame]:
    """Train candidate generation alone."""
    config, total = data.site.world.config, steps_of(data)
    begun = (lambda: tick(0, total)) if tick is not None else None
    judge, recall = RecallJudge(data, beside), Recall(data.site, data.train, data.test.place)
    moments, losses, unseen = frame_steps(config.steps, config.frames), Losses(), True
    keeping = kept_steps(moments, nbytes_of(recall.net))
    for step, loss in enumerate(recall.fit(begun)):
        losses.add(loss)
        if tick is not None:
            tick(step, total)
        if step in moments:
            metrics = judge.metrics(recall, whole=step == config.steps) | losses.take("recall")
            parameters = kept_parameters("recall", recall.net) if step in keeping else {}
            if parameters and recall.item2vec is not None and unseen:
                parameters[ITEM2VEC], unseen = recall.item2vec, False
            yield Frame(step, metrics, parameters)


def train_ranking(data: Data, tick: Tick | None, beside: Opponents | None) -> Iterator[Frame]:
    """Train ranking alone, whose steps are counted on from those of candidate generation."""
    config, log, rows = data.site.world.config, data.site.world.log, data.learnt
    past = Earlier(data.site, data.judged)
    start = past.vectors() if config.pretrained == "on" else None
    judge = RankingJudge(data, past, beside)
    ranking = Ranking(data.site, data.features.some(rows), log.clicked[rows], log.minutes[rows], start)
    moments, losses = frame_steps(config.ranking_steps, config.frames)[1:], Losses()  # step 0 is recall's last
    keeping = kept_steps(moments, nbytes_of(ranking.net))
    edges = {"ranking.hours": ranking.ranker.hours.edges, "ranking.shown": ranking.ranker.shown.edges}
    for step, loss in enumerate(ranking.fit(), 1):
        losses.add(loss)
        if tick is not None:
            tick(config.steps + step, config.steps + config.ranking_steps)
        if step in moments:
            metrics = judge.metrics(ranking.ranker) | losses.take("ranking")
            parameters = kept_parameters("ranking", ranking.net) | edges if step in keeping else {}
            yield Frame(config.steps + step, metrics, parameters)


@dataclass(frozen=True, slots=True, eq=False)
class Models:
    """What one training leaves: the site whose vocabulary it speaks, and both networks."""

    site: Site
    net: CandidateNet
    ranker: Ranker


def fit(site: Site, step: Callable[[int], None]) -> Models:
    """Train both networks as `train` does, on everything that the site's log holds, and nothing measured on the way.

    `step` is called with 1 after every step, with 0 on the way through item2vec. Raises UserError where recall has
    nothing to learn from.
    """
    config, log, train = site.world.config, site.world.log, split(site)[0]
    check_vocabulary(site, train)
    recall = Recall(site, train)
    for loss in recall.fit(lambda: step(0)):
        step(int(loss is not None))
    start = recall.net.watched.weight.detach() if config.pretrained == "on" else None
    features = impressions(site, log.user, log.video, log.time, log.seen)
    ranking = Ranking(site, features, log.clicked, log.minutes, start)
    for _ in ranking.fit():
        step(1)
    return Models(site, recall.net, ranking.ranker)


class Losses:
    """The mean of what was added since it was taken last. Numbers, not tensors: one that stays between two steps keeps
    glibc from using the large block before it again, and with the full softmax that was 14 GB after 1,800 steps."""

    def __init__(self) -> None:
        self._seen: list[float] = []

    def add(self, loss: Tensor | None) -> None:
        """Add the loss () of one step, if it has one."""
        if loss is not None:
            self._seen.append(float(loss))

    def take(self, name: str) -> dict[str, Array]:
        """The mean as "{name}.loss" (), nan where nothing was added."""
        mean = torch.tensor(self._seen).mean().numpy() if self._seen else np.float32(np.nan)
        self._seen = []
        return {f"{name}.loss": np.asarray(mean)}


def nbytes_of(net: torch.nn.Module) -> int:
    """Bytes of a network's parameters."""
    return sum(parameter.nbytes for parameter in net.parameters())


def kept_parameters(name: str, net: torch.nn.Module) -> dict[str, Array]:
    """A copy of a network's parameters, as a frame keeps them, by "{name}.{parameter}", each in its own shape."""
    return {f"{name}.{key}": tensor.detach().numpy().copy() for key, tensor in net.named_parameters()}
