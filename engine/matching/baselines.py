"""What needs no training, to stand beside the models: BM25 and the cosine of letter-trigram counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.matching.data.hashing import features
from engine.runs.frame import Array

BASELINES = ("bm25", "trigrams")
Rows = Sequence[Sequence[str]]


class Baselines:
    """Scores of token rows against a pool of documents; a Chinese token is a character, and its own only feature."""

    def __init__(self, language: str, pool: Rows) -> None:
        import bm25s  # here, for a server's start would wait for it

        self._language = language
        self._bm25 = bm25s.BM25()
        self._bm25.index([list(row) for row in pool], show_progress=False)
        counts = [self._counts(row) for row in pool]
        self._columns = {feature: n for n, feature in enumerate(dict.fromkeys(f for one in counts for f in one))}
        self._pool = self._directions(counts)

    def _counts(self, row: Sequence[str]) -> Counter[str]:
        return Counter(feature for token in row for feature in features(token, self._language))

    def _directions(self, counts: Sequence[Counter[str]]) -> Any:
        """(N, D) counts as vectors of length 1; what the pool lacks lengthens a query and matches nothing."""
        from scipy.sparse import csr_matrix

        known = [[(self._columns[f], n) for f, n in one.items() if f in self._columns] for one in counts]
        lengths = [max(sum(n * n for n in one.values()), 1) ** 0.5 for one in counts]
        values = [n / length for row, length in zip(known, lengths, strict=True) for _, n in row]
        columns = [column for row in known for column, _ in row]
        starts = np.concatenate(([0], np.cumsum([len(row) for row in known])))
        return csr_matrix((values, columns, starts), shape=(len(counts), max(len(self._columns), 1)))

    def _scores(self, row: Sequence[str]) -> Array:
        return np.asarray(self._bm25.get_scores(list(row))) if row else np.zeros(self._pool.shape[0])

    def scores(self, queries: Rows) -> dict[str, Array]:
        """ "bm25" and "trigrams", each (Q, N)."""
        found = self._directions([self._counts(row) for row in queries]) @ self._pool.T
        return {
            "bm25": np.stack([self._scores(row) for row in queries]).astype(np.float64),
            "trigrams": np.asarray(found.toarray(), np.float64),
        }
