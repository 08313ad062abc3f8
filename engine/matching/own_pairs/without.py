"""What needs no training, for single pairs: BM25, the cosine of letter-trigram counts, and what the file says itself.

N pairs
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from engine.matching.data.hashing import features
from engine.runs.frame import Array

K1, B = 1.5, 0.75
"""BM25's, as in `bm25s`."""
Rows = Sequence[Sequence[str]]


class OfPairs:
    """Scores of pairs of token rows, by number: queries, documents. As `engine.matching.baselines` over these documents, without
    a score of every query with every one of them."""

    def __init__(self, language: str, queries: Rows, documents: Rows) -> None:
        self._language, self._queries, self._documents = language, queries, documents
        self._counts = [Counter(row) for row in documents]
        held = Counter(token for counts in self._counts for token in counts)
        total = len(documents)
        self._rare = {token: np.log(1 + (total - n + 0.5) / (n + 0.5)) for token, n in held.items()}
        self._mean = max(sum(map(len, documents)) / max(total, 1), 1e-9)
        self._bags: dict[tuple[str, ...], tuple[Counter[str], float]] = {}

    def bm25(self, query: Array, document: Array) -> Array:
        """(N,) Σ over the query's words idf · tf / (tf + k1 (1 - b + b · length / mean length)), Lucene's."""
        return np.array([self._bm25(q, d) for q, d in zip(query.tolist(), document.tolist(), strict=True)])

    def _bm25(self, query: int, document: int) -> float:
        counts = self._counts[document]
        norm = K1 * (1 - B + B * len(self._documents[document]) / self._mean)
        return float(sum(self._rare[t] * counts[t] / (counts[t] + norm) for t in self._queries[query] if t in counts))

    def trigrams(self, query: Array, document: Array) -> Array:
        """(N,) cosines of the counts of features: letter trigrams, in Chinese characters."""
        pairs = zip(query.tolist(), document.tolist(), strict=True)
        return np.array([self._cosine(self._queries[q], self._documents[d]) for q, d in pairs])

    def _cosine(self, one: Sequence[str], other: Sequence[str]) -> float:
        (less, length), (more, width) = self._bag(tuple(one)), self._bag(tuple(other))
        return float(sum(n * more[feature] for feature, n in less.items() if feature in more) / (length * width))

    def _bag(self, row: tuple[str, ...]) -> tuple[Counter[str], float]:
        if row not in self._bags:
            counts = Counter(feature for token in row for feature in features(token, self._language))
            self._bags[row] = counts, max(sum(n * n for n in counts.values()), 1) ** 0.5
        return self._bags[row]
