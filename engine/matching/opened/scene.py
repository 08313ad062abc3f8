"""A scene: one query, the documents that compete for it, and how every model and baseline ranks them."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.matching.baselines import Baselines
from engine.matching.config import MatchingConfig
from engine.matching.data.log import Query
from engine.matching.measures import levels
from engine.matching.models import cosines
from engine.matching.opened.trace import OpenedModel, Row
from engine.matching.training import Library, vectors
from engine.runs.frame import Array

RANKED = 24
"""Queries whose scores are kept: a page asks for those of the same one again and again."""
CANDIDATES = 5
"""Documents on stage: the clicked one and four unclicked, as many as the papers train with."""


@dataclass(frozen=True, slots=True)
class Scene:
    """`documents` (N,) by index, what was clicked first; `clicked` says whether that is known. Rows are their tokens,
    with deleted words left out."""

    text: str
    query: Row
    documents: tuple[int, ...]
    rows: tuple[Row, ...]
    clicked: bool = True


class SceneMaker:
    """Makes scenes of one run's log: of held-out queries, and of what a viewer types."""

    def __init__(self, config: MatchingConfig, library: Library) -> None:
        self.config, self.library = config, library
        self.baselines = Baselines(config.language, library.pool)
        self._made: dict[int, Scene] = {}

    def picks(self, most: int = 8) -> tuple[int, ...]:
        """Held-out queries to choose from: two of each skill, the same documents with the other one clicked."""
        return tuple(range(min(2 * max(len(self.config.skills), most // 2), len(self.library.test), most)))

    def held_out(self, index: int) -> Scene:
        """The clicked document, what was shown beside it, and the unclicked that look most like the query."""
        if index not in self._made:
            self._made[index] = self._make(index)
        return self._made[index]

    def _make(self, index: int) -> Scene:
        query: Query = self.library.log.test[index]
        row = self.library.test[index]
        near = self._nearest(row, {n for n in query.grades} | set(query.shown))
        documents = (query.clicked, *query.shown[:1], *near)[:CANDIDATES]
        return Scene(query.text, row, documents, tuple(self.library.documents[n] for n in documents))

    def _nearest(self, row: Row, without: set[int]) -> list[int]:
        """The pool's documents by untrained trigram cosine, best first."""
        order = np.argsort(-self.baselines.scores([row])["trigrams"][0], kind="stable")
        pool = self.library.log.pool
        return [pool[n] for n in order if pool[n] not in without][:CANDIDATES]

    def typed(self, text: str, ranking: Mapping[str, Array]) -> Scene:
        """What a viewer types: the documents of best mean rank over the models."""
        places = np.mean([ranks(scores) for name, scores in ranking.items() if name in self.config.models], 0)
        documents = tuple(self.library.log.pool[n] for n in np.argsort(places, kind="stable")[:CANDIDATES])
        rows = tuple(self.library.documents[n] for n in documents)
        return Scene(text, self.library.lexicon.row(text), documents, rows, clicked=False)


class Index:
    """Every model's vectors of the pool at one frame, to rank queries with."""

    def __init__(self, opened: Mapping[str, OpenedModel], hand: SceneMaker) -> None:
        self._opened, self._hand = opened, hand
        self._ranked = functools.lru_cache(RANKED)(self._rank)
        self._pool = {
            name: vectors(at.matcher.document, at.matcher, at.lexicon, hand.library.pool) for name, at in opened.items()
        }

    def scores(self, model: str, queries: Sequence[Row]) -> Array:
        """Cosines (Q, N) of many queries with the pool."""
        at = self._opened[model]
        left = vectors(at.matcher.query, at.matcher, at.lexicon, queries)
        return cosines(left, self._pool[model]).numpy()

    def ranking(self, query: Row) -> dict[str, Array]:
        """Scores (N,) of the pool's documents by model and baseline."""
        return {name: scores.copy() for name, scores in self._ranked(query).items()}

    def _rank(self, query: Row) -> dict[str, Array]:
        found = {name: cosines(at.vector(0, [query]), self._pool[name])[0].numpy() for name, at in self._opened.items()}
        return found | {name: scores[0] for name, scores in self._hand.baselines.scores([query]).items()}


def ranks(scores: Array) -> Array:
    """(N,) from 1; equals share the mean of their places."""
    level = levels(scores)
    counts = np.bincount(level)
    return np.asarray((2 * np.cumsum(counts) - counts + 1) / 2)[level]


def without(row: Row, deleted: Sequence[int]) -> Row:
    """A row without some of its words."""
    gone = set(deleted)
    return tuple(token for n, token in enumerate(row) if n not in gone)
