"""Serving recall: nearest neighbours of the user vector in dot product, with FAISS."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.runs.frame import Array


class Retriever:
    """Video vectors (V, D) ready to be searched.

    kind    "exact" looks at all; "ivf" at the `effort` cells nearest to u of about √V · 4; "hnsw" walks a graph with a
            list of `effort`. A graph of dot products would lose its short vectors, so one more dimension makes all
            equally long, and the nearest is the one of largest product (Bachrach et al. 2014)
    """

    def __init__(self, vectors: Array, kind: str = "exact", effort: int | None = None) -> None:
        import faiss  # here: it takes a third of a second, and only serving needs it

        data = np.ascontiguousarray(vectors, np.float32)
        count, dimensions = data.shape
        self.kind, self._vectors = kind, data
        self._index: Any
        if kind == "ivf":
            cells = int(min(max(4 * count**0.5, 1), count / 40 + 1))
            self._index = faiss.IndexIVFFlat(
                faiss.IndexFlatIP(dimensions), dimensions, cells, faiss.METRIC_INNER_PRODUCT
            )
            self._index.cp.seed, self._index.cp.min_points_per_centroid = 1, 1  # it would warn
            self._index.train(data[:: max(count // 100_000, 1)])
            self._index.nprobe = effort or max(cells // 16, 8)
        elif kind == "hnsw":
            lengths = (data**2).sum(1)
            data = np.hstack((data, np.sqrt(lengths.max() - lengths)[:, None])).astype(np.float32)
            self._index = faiss.IndexHNSWFlat(dimensions + 1, 16)
            self._index.hnsw.efSearch = effort or 512
        else:
            self._index = faiss.IndexFlatIP(dimensions)
        self._index.add(data)

    def search(self, users: Array, most: int) -> tuple[Array, Array]:
        """Scores and ids (B, most), best first; id -1 where fewer were found."""
        asked = np.ascontiguousarray(users, np.float32)
        if self.kind != "hnsw":
            scores, ids = self._index.search(asked, most)
            return scores, ids
        _, ids = self._index.search(np.hstack((asked, np.zeros((len(asked), 1), np.float32))), most)
        scores = np.einsum("bd,bkd->bk", asked, self._vectors[np.maximum(ids, 0)])
        return np.where(ids < 0, -np.inf, scores), ids


def recall_against(found: Array, exact: Array) -> float:
    """The share of the exact answer that was found: both (B, most)."""
    hits = [len(np.intersect1d(a[a >= 0], b)) for a, b in zip(found, exact, strict=True)]
    return float(np.sum(hits)) / max(exact.size, 1)
