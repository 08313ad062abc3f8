"""What an index costs and misses: searched for some users, and held against the exact answer.

K videos of the vocabulary · D dimensions · C candidates · R shown
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.recommender.recall.index import Retriever
from engine.recommender.serving.server import Recommendation, Server
from engine.runs.frame import Array

KINDS = ("exact", "ivf", "hnsw")


class Index(Retriever):
    """A retriever whose effort is told at each search, so that one index serves them all.

    built    milliseconds that it took
    efforts  from little to the most that makes a difference: cells looked at, or length of the list; none for exact
    """

    def __init__(self, vectors: Array, kind: str) -> None:
        begun = time.perf_counter()
        super().__init__(vectors, kind)
        self.built = (time.perf_counter() - begun) * 1_000
        self.efforts: tuple[int, ...] = {
            "ivf": tuple(dict.fromkeys((*_doubled(1, self._cells(), 4), self._cells()))),
            "hnsw": _doubled(64, 4_096, 2),
        }.get(kind, (0,))

    def _cells(self) -> int:
        return int(self._index.nlist) if self.kind == "ivf" else 1

    def with_effort(self, user: Array, most: int, effort: int) -> Array:
        """(most,) rows, best first, -1 where fewer were found: user (1, D)."""
        import faiss

        options: Any = faiss  # its stubs know neither of the two
        if self.kind == "exact":
            return np.asarray(self._index.search(user, most)[1][0])
        if self.kind == "ivf":
            how = options.SearchParametersIVF(nprobe=effort)
            return np.asarray(self._index.search(user, most, params=how)[1][0])
        longer = np.hstack((user, np.zeros((1, 1), np.float32)))
        return np.asarray(self._index.search(longer, most, params=options.SearchParametersHNSW(efSearch=effort))[1][0])


def _doubled(first: int, last: int, factor: int) -> tuple[int, ...]:
    found = [first]
    while found[-1] * factor <= last:
        found.append(found[-1] * factor)
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A user at the end of the log: u (1, D), rows that may not be shown, the exact C candidates' rows, best first, and
    those R of them that ranking puts on top; none of these before it is trained."""

    u: Array
    gone: Array
    exact: Array
    shown: Array


def asked(server: Server, users: Sequence[int], most: int) -> tuple[Asked, ...]:
    """What the exact search and ranking answer for each for whom something is left."""
    answers = (_asked(server, user, most) for user in users)
    return tuple(one for one in answers if len(one.exact))


def _asked(server: Server, user: int, most: int) -> Asked:
    site, when = server.site, float(server.config.days)
    u = np.ascontiguousarray(server.path(user, when).vector.numpy(), np.float32)
    gone = site.row(server.gone(user, when))
    gone = gone[gone >= 0]
    scores = server.vectors @ u[0]
    scores[gone] = -np.inf
    most = min(most, len(scores) - len(gone))
    exact = np.argpartition(-scores, max(most - 1, 0))[:most]
    exact = exact[np.argsort(-scores[exact], kind="stable")]
    shown = np.zeros(0, np.int64)
    if server.ranker is not None:
        z = server.logits(user, site.known[exact], when)
        shown = exact[np.argsort(-z, kind="stable")][: server.config.shown]
    return Asked(u, gone, exact, shown)


@dataclass(frozen=True, slots=True)
class Searched:
    """An index with one effort: the share of the exact candidates that it finds, the share of the exact twenty that it
    loses (nan without ranking), and milliseconds of one search, the median."""

    effort: int
    recall: float
    lost: float
    milliseconds: float


def searched(index: Index, users: Sequence[Asked], effort: int) -> Searched:
    """One user after another, as at serving, on one core."""
    import faiss

    cores = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # an index of many cores would wait for those that others keep busy
    try:
        hits, lost, spent = [], [], []
        for one in users:
            begun = time.perf_counter()
            rows = index.with_effort(one.u, len(one.exact) + len(one.gone), effort)
            spent.append(time.perf_counter() - begun)
            found = rows[~np.isin(rows, one.gone)][: len(one.exact)]
            hits.append(np.isin(one.exact, found).mean())
            lost.append(1.0 - np.isin(one.shown, found).mean() if len(one.shown) else np.nan)
    finally:
        faiss.omp_set_num_threads(cores)
    return Searched(effort, float(np.mean(hits)), float(np.mean(lost)), float(np.median(spent)) * 1_000)


def softmax_logits(server: Server, given: Recommendation) -> Array:
    """(C,) what the softmax layer of training gives the candidates: the rows of its weight times the last ReLU layer."""
    every = given.read.hidden[-1] @ server.net.output.weight.detach().T  # (1, K)
    return np.asarray(every[0].numpy()[server.site.row(given.candidates)])
