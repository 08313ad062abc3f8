"""ALS: weighted matrix factorisation by alternating least squares (Hu, Koren & Volinsky 2008).

U users · K videos of the vocabulary · F factors · N rows that are solved for · L watches of a row
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from engine.recommender.opponents.knn import watched_by
from engine.recommender.site.history import Sequences
from engine.runs.frame import Array

ROUNDS, ROUNDS_OF_A_TRIAL = 15, 5
"""Times that users and videos are solved for in turn; in a trial fewer, so that a log of a million watches is tuned while the
network trains on it."""
START = 0.1
"""Standard deviation of a video's factors before the first round."""
FACTORS, CONFIDENCE, PENALTY = 32, 10.0, 30.0
"""Unless told."""
GATHERED = 4_000_000
"""Numbers of a block of systems, which bounds the memory."""


class Als:
    """Minimises Σ c (p - x·y)² + λ (Σ|x|² + Σ|y|²) over all pairs of a user and a video, p 1 where it was watched and 0 elsewhere,
    c = 1 + α p. With one side held the other is a least squares of its own for each row, so each is solved for in turn.

    watches     by row of the vocabulary; whatever is held out must not be among them
    videos      K
    factors     F
    confidence  α
    penalty     λ
    """

    def __init__(
        self,
        watches: Sequences,
        videos: int,
        tick: Callable[[], None] | None = None,
        *,
        factors: int = FACTORS,
        confidence: float = CONFIDENCE,
        penalty: float = PENALTY,
        rounds: int = ROUNDS,
    ) -> None:
        seen = watched_by(watches, videos)
        other = seen.T.tocsr()
        start = np.random.default_rng(0).normal(0.0, START, (videos, factors))
        self.videos = start.astype(np.float32)  # (K, F)
        for _ in range(rounds):
            self.users = solved(seen, self.videos, confidence, penalty)  # (U, F)
            self.videos = solved(other, self.users, confidence, penalty)
            if tick is not None:
                tick()

    def every(self, users: Array) -> Array:
        """(N, K) scores of all videos for some users (N,) of the log."""
        found: Array = self.users[users] @ self.videos.T
        return found


def solved(seen: sparse.csr_matrix, other: Array, confidence: float, penalty: float) -> Array:
    """(N, F) the x of each row of what was seen (N, M) where the other side's y (M, F) is held:

    (G + α Yᵀ Y) x = (1 + α) Yᵀ 1 with G = other^T other + λ I and Y (L, F) the y of what the row has seen. Where L < F the smaller
    system is solved: x = (1 + α) G⁻¹ Yᵀ (I + α Y G⁻¹ Yᵀ)⁻¹ 1. Rows of about equal length are solved together, filled with zeros.
    """
    factors, count = other.shape[1], np.diff(seen.indptr)
    gram = other.T @ other + np.float32(penalty) * np.eye(factors, dtype=np.float32)
    whole = np.concatenate((other, np.zeros((1, factors), np.float32)))  # the last stands for nothing
    short = whole @ np.linalg.inv(gram)
    found, order = np.zeros((len(count), factors), np.float32), np.argsort(-count, kind="stable")
    begin, end = 0, int(np.count_nonzero(count))
    while begin < end:
        length = int(count[order[begin]])
        rows = order[begin : min(begin + max(GATHERED // (length * max(length, factors)), 1), end)]
        rows = rows[count[rows] >= length // 2]
        y_of = _padded(seen, rows, count[rows], length)
        y = whole[y_of]  # (n, L, F)
        if length < factors:
            inner = np.eye(length, dtype=np.float32) + np.float32(confidence) * (y @ short[y_of].transpose(0, 2, 1))
            each = np.linalg.solve(inner, np.ones((len(rows), length, 1), np.float32))
            x = np.einsum("nlf,nl->nf", short[y_of], each[:, :, 0])
        else:
            left = gram + np.float32(confidence) * (y.transpose(0, 2, 1) @ y)
            x = np.linalg.solve(left, y.sum(1)[:, :, None])[:, :, 0]
        found[rows] = np.float32(1.0 + confidence) * x
        begin += len(rows)
    return found


def _padded(seen: sparse.csr_matrix, rows: Array, count: Array, length: int) -> Array:
    """(n, L) columns that some rows have seen, M where there are no more."""
    place = np.arange(length)
    at = np.minimum(seen.indptr[rows][:, None] + place, seen.nnz - 1)
    return np.where(place < count[:, None], seen.indices[at], seen.shape[1])
