"""What needs no training, to stand beside the models: BM25 and the cosine of letter-trigram counts."""

from __future__ import annotations

from collections.abc import Sequence

import bm25s
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from engine.matching.hashing import features
from engine.runs.frame import Array

BASELINES = ("bm25", "trigrams")
Rows = Sequence[Sequence[str]]


class Baselines:
    """Scores of token rows against a pool of documents; a Chinese token is a character, and its own only feature."""

    def __init__(self, language: str, pool: Rows) -> None:
        self._bm25 = bm25s.BM25()
        self._bm25.index([list(row) for row in pool], show_progress=False)
        self._counter = CountVectorizer(analyzer=lambda row: [f for token in row for f in features(token, language)])
        self._pool: csr_matrix = normalize(self._counter.fit_transform(pool))

    def scores(self, queries: Rows) -> dict[str, Array]:
        """ "bm25" and "trigrams", each (Q, N)."""
        found = normalize(self._counter.transform(queries)) @ self._pool.T
        return {
            "bm25": np.stack([self._bm25.get_scores(list(row)) for row in queries]).astype(np.float64),
            "trigrams": np.asarray(found.toarray(), np.float64),
        }
