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

from engine.errors import UserError
from engine.recommender.config import RecommenderConfig
from engine.recommender.ranking.features import Impressions, impressions
from engine.recommender.ranking.model import Ranker, Ranking, mispredicted
from engine.recommender.ranking.past import Earlier
from engine.recommender.recall.baselines import Beside, paired
from engine.recommender.recall.index import Retriever
from engine.recommender.recall.samples import Examples, split
from engine.recommender.recall.training import Recall, batches, hit_rates, popular
from engine.recommender.site.vocabulary import Site, open_site
from engine.recommender.site.world import World, expected_watch
from engine.runs.frame import Array, Frame, frame_steps
from engine.runs.work import Tick

CUTS = (20, 100, 300)
HELD_OUT = 0.1
"""The last tenth of the days is not trained on by ranking, and judges it; of a user's own log, of the impressions."""
TESTED = 500
"""Held-out watches that judge recall on the way; all of them do at its end, in a user's own log as many as
`MOST_SCORES` allow."""
MOST_SCORES = 200_000_000
"""Of users times videos: a few seconds."""
ITEM2VEC = "item2vec.watched"
"""The table of watches as item2vec left it, in the first frame behind it that keeps parameters."""
NEW = 7.0
"""Days that a video counts as new."""
MOST_BYTES = 4_000_000
"""Of a network's parameters that every frame keeps; larger ones are kept at the first, middle and last of its phase."""


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A site with what both models learn from: examples of recall, impressions of ranking, each split by its own rule."""

    site: Site
    train: Examples
    test: Examples
    features: Impressions
    learnt: Array
    judged: Array


def prepare(site: Site) -> Data:
    """Split, and read the features of every impression, if there are any that were not watched."""
    log = site.world.log
    rows = np.arange(0 if log.clicked.all() else len(log.user))
    features = impressions(site, log.user[rows], log.video[rows], log.time[rows], log.seen[rows])
    cut = int(np.searchsorted(log.time[rows], frontier(site.world)))
    return Data(site, *split(site), features, rows[:cut], rows[cut:])


def frontier(world: World) -> float:
    """The moment from which impressions are held out. People come and go in a log that was not simulated."""
    if world.true:
        return world.config.days * (1.0 - HELD_OUT)
    return float(world.log.time[int(len(world.log.time) * (1.0 - HELD_OUT))])


def rankable(world: World) -> bool:
    """Whether ranking has both, watched and not, to learn from and to be judged by; of watches alone there is neither."""
    clicked, cut = world.log.clicked, int(np.searchsorted(world.log.time, frontier(world)))
    return all(0 < int(part.sum()) < len(part) for part in (clicked[:cut], clicked[cut:]))


def train(config: RecommenderConfig, tick: Tick | None = None) -> Iterator[Frame]:
    """Candidate generation for `steps`, then ranking for `ranking_steps`; about `frames` frames of each.

    metrics of recall: "recall.loss", "recall.hits" (3,) and "popular.hits" (3,) at 20, 100, 300 of held-out watches,
    "recall.new" the share of new videos among the first 100, "recall.groups" (2,) hits at 100 of quiet and active users.
    Of ranking, on the last tenth of the days: "ranking.loss",
    "ranking.auc", "ranking.mispredicted", "ranking.first" the true minutes of the first of each page, and "best.first"
    of the best that could be first.
    """
    yield from train_on(open_site(config), tick)


def train_on(site: Site, tick: Tick | None = None) -> Iterator[Frame]:
    """The same on a site that is there."""
    yield from train_from(prepare(site), tick)


def train_from(data: Data, tick: Tick | None = None) -> Iterator[Frame]:
    """The same on data that are split; without ranking where it has nothing to learn from. Raises UserError where recall
    has nothing to learn from."""
    check_vocabulary(data.site, data.train)
    yield from _train_recall(data, tick)  # its tables, the largest there are, are gone when ranking makes its own
    if rankable(data.site.world):
        yield from _train_ranking(data, tick)


def check_vocabulary(site: Site, train: Examples) -> None:
    """Raises UserError where recall has nothing to learn from."""
    if len(site.known) < 2 or not len(train):
        raise UserError(
            "Too few are watched often enough for a vector (at least: {least}). Lower how many watches one needs.",
            least=site.world.config.fewest,
        )


def _train_recall(data: Data, tick: Tick | None) -> Iterator[Frame]:
    site, config = data.site, data.site.world.config
    total = config.steps + config.ranking_steps * rankable(site.world)
    begun = (lambda: tick(0, total)) if tick is not None else None
    beside = None if site.world.true else Beside(site, data.test.place, begun)
    recall = Recall(site, data.train, data.test.place)
    moments, losses = frame_steps(config.steps, config.frames), _Losses()
    kept, left = _kept(moments, recall.net), dict[str, Array]()
    for step in range(config.steps + 1):
        if step == 1 and config.pretrained == "on":  # behind the first frame, which shows the net untrained
            recall.pretrain(begun)
            left = {ITEM2VEC: recall.net.watched.weight.detach().numpy().copy()}
        if step:
            losses.add(recall.learn())
        if tick is not None:
            tick(step, total)
        if step in moments:
            some = _tested(data, TESTED if step < config.steps else len(data.test))
            metrics = _recall_metrics(data, recall, some, beside) | losses.take("recall")
            parameters = _parameters("recall", recall.net) | left if step in kept else {}
            left = {} if parameters else left
            yield Frame(step, metrics, parameters)


def _train_ranking(data: Data, tick: Tick | None) -> Iterator[Frame]:
    config, log, rows = data.site.world.config, data.site.world.log, data.learnt
    early = Earlier(data.site, data.learnt, data.judged, data.features)
    start = early.vectors() if config.pretrained == "on" else None
    truth, beside = _truth(data), dict[str, Array]()  # what needs no model stands beside each frame's
    if truth is not None:
        beside["best.first"] = _first(data, truth, truth)
    else:
        for name, scores in early.scores().items():
            beside |= _judged(data, name, scores)
    ranking = Ranking(data.site, data.features.some(rows), log.clicked[rows], log.minutes[rows], start)
    moments, losses = frame_steps(config.ranking_steps, config.frames)[1:], _Losses()  # step 0 is recall's last
    kept, edges = _kept(moments, ranking.net), {
        "ranking.hours": ranking.ranker.hours.edges, "ranking.shown": ranking.ranker.shown.edges
    }  # fmt: skip
    for step in range(1, config.ranking_steps + 1):
        losses.add(ranking.learn())
        if tick is not None:
            tick(config.steps + step, config.steps + config.ranking_steps)
        if step in moments:
            metrics = _ranking_metrics(data, ranking.ranker, truth) | beside | losses.take("ranking")
            parameters = _parameters("ranking", ranking.net) | edges if step in kept else {}
            yield Frame(config.steps + step, metrics, parameters)


class _Losses:
    """The mean of what was added since it was taken last. Numbers, not tensors: one that stays between two steps keeps
    glibc from using the large block before it again, and with the full softmax that was 14 GB after 1,800 steps."""

    def __init__(self) -> None:
        self._seen: list[float] = []

    def add(self, loss: Tensor) -> None:
        self._seen.append(float(loss))

    def take(self, name: str) -> dict[str, Array]:
        mean = torch.tensor(self._seen).mean().numpy() if self._seen else np.float32(np.nan)
        self._seen = []
        return {f"{name}.loss": np.asarray(mean)}


def _tested(data: Data, most: int) -> Examples:
    """At most so many: the first of a simulated site, where users stand in no order; of a file they do."""
    if data.site.world.true:
        return data.test.some(np.arange(min(len(data.test), most)))
    count = min(len(data.test), most, max(MOST_SCORES // len(data.site.known), TESTED))
    return data.test.some(np.linspace(0, len(data.test) - 1, count).astype(np.int64))


def _recall_metrics(data: Data, recall: Recall, test: Examples, beside: Beside | None) -> dict[str, Array]:
    site = data.site
    u = torch.cat([recall.read(some).vector for some in batches(test)]).numpy()
    v, most = recall.net.output.weight.detach().numpy(), min(CUTS[-1], len(site.known))
    if beside is None:
        found = site.known[Retriever(v).search(u, most)[1]]
        best = np.tile(popular(data.train, len(site.world.videos), most), (len(test), 1))
        lists, gains = {"recall": found, "popular": best}, {}
    else:
        lists = beside.lists(test, most) | {"recall": beside.fresh(test, most, lambda rows: u[rows] @ v.T)}
        found, gains = lists["recall"], paired(lists, test.label, CUTS)
    age = site.world.config.days - site.world.videos.uploaded[found[:, :100]]
    hits = {f"{name}.hits": hit_rates(one, test.label, CUTS) for name, one in lists.items()}
    return (
        hits
        | gains
        | {
            "recall.new": np.asarray(((age >= 0) & (age < NEW) & (found[:, :100] >= 0)).mean()),
            "recall.groups": _by_group(site, test, found),
        }
    )


def _by_group(site: Site, test: Examples, found: Array) -> Array:
    """(2,) hit rates at the middle cut of quiet and of active users, divided at the median number of watches."""
    count = np.diff(site.history.watches.start)[test.user]
    active = count > np.median(count)
    return np.array([float(hit_rates(found[some], test.label[some], (CUTS[1],))[0]) for some in (~active, active)])


def _ranking_metrics(data: Data, ranker: Ranker, truth: Array | None) -> dict[str, Array]:
    z = ranker.logits(data.features.some(data.judged))
    found = _judged(data, "ranking", z)
    return found if truth is None else found | {"ranking.first": _first(data, z, truth)}


def _truth(data: Data) -> Array | None:
    """Expected minutes of the judged impressions, (N,), where they are known."""
    world, rows = data.site.world, data.judged
    log = world.log
    if not world.true:
        return None
    return expected_watch(world.config, world.videos, world.users, log.user[rows], log.video[rows], log.seen[rows])


def _first(data: Data, scores: Array, truth: Array) -> Array:
    """() the true minutes of what scores highest on each page."""
    return np.asarray(truth[first_of(data.site.world.log.page[data.judged], scores)].mean())


def _judged(data: Data, name: str, scores: Array) -> dict[str, Array]:
    log, rows = data.site.world.log, data.judged
    wrong = mispredicted(scores, log.page[rows], log.clicked[rows], log.minutes[rows])
    return {f"{name}.auc": np.asarray(auc(scores, log.clicked[rows])), f"{name}.mispredicted": np.asarray(wrong)}


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


def _kept(moments: tuple[int, ...], net: torch.nn.Module) -> frozenset[int]:
    """The moments whose parameters are kept."""
    size = sum(parameter.nbytes for parameter in net.parameters())
    if size <= MOST_BYTES:
        return frozenset(moments)
    return frozenset((moments[0], moments[len(moments) // 2], moments[-1]))


def _parameters(name: str, net: torch.nn.Module) -> dict[str, Array]:
    return {f"{name}.{key}": tensor.detach().numpy().copy() for key, tensor in net.named_parameters()}
