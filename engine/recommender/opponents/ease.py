"""EASE: one linear model from all that a user watched to every video, in closed form (Steck 2019).

U users · K videos of the vocabulary · M of them that it looks at
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.linalg import lapack

from engine.recommender.opponents.knn import AT_ONCE, watched_by
from engine.recommender.site.history import Sequences
from engine.runs.frame import Array

MOST = 10_000
"""Videos, the most watched: the time grows with the cube of their number, or of the users' if they are fewer."""


class Ease:
    """B = I - P diag(1 / diag P) with P = (XᵀX + λI)⁻¹ and X (U, M) what was watched: the least squares of X against XB with
    a diagonal of 0, so that no video speaks for itself. Scores of a user are his row of X times B.

    watches  by row of the vocabulary; whatever is held out must not be among them
    penalty  λ

    Where users are fewer than videos P is never made: P = (I - Xᵀ(XXᵀ + λI)⁻¹X) / λ, and XP = (XXᵀ + λI)⁻¹X.
    """

    def __init__(self, watches: Sequences, videos: int, penalty: float, most: int = MOST) -> None:
        seen = watched_by(watches, videos)
        order = np.argsort(-np.asarray(seen.sum(0)).ravel(), kind="stable")
        self.kept = np.sort(order[:most])
        self._videos, self._penalty, self._seen = videos, penalty, seen[:, self.kept]
        x = self._seen
        self._weights: Array | None = None
        if x.shape[0] >= x.shape[1]:
            p = _inverse(
                x.T.tocsr(), penalty
            ).T  # the same, its rows in memory one after another: a user's row times B adds rows
            p /= -np.diag(p).copy()
            np.fill_diagonal(p, 0.0)
            self._weights = p
        else:
            self._inner = _inverse(x, penalty)
            self._diagonal = (1.0 - np.asarray(x.multiply(self._inner @ x).sum(0)).ravel()) / penalty

    def every(self, users: Array) -> Array:
        """(N, K) scores of all videos for some users (N,) of the log; -inf for those that it does not look at."""
        x = self._seen[users]
        if self._weights is not None:
            scores = x @ self._weights
        else:
            p = (self._seen.T @ self._inner[users].T).T
            scores = x.toarray() - p / self._diagonal
        found = np.full((len(users), self._videos), -np.inf, np.float32)
        found[:, self.kept] = scores
        return found


def _inverse(x: sparse.csr_matrix, penalty: float) -> Array:
    """(XXᵀ + λI)⁻¹ of X (N, M), by Cholesky in float32, in the memory of one such matrix and some rows."""
    count, other = x.shape[0], x.T.tocsr()
    gram = np.empty((count, count), np.float32, order="F")
    for begin in range(0, count, AT_ONCE):
        gram[begin : begin + AT_ONCE] = (x[begin : begin + AT_ONCE] @ other).toarray()
    gram[np.diag_indices(count)] += penalty
    factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
    found, wrong = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed or wrong:
        raise RuntimeError("the matrix has no Cholesky factor")
    for begin in range(0, count, AT_ONCE):  # the upper half is not written
        rows = slice(begin, begin + AT_ONCE)
        found[rows, begin + AT_ONCE :] = found[begin + AT_ONCE :, rows].T
        lower = np.tril(found[rows, rows])
        found[rows, rows] = lower + np.tril(lower, -1).T
    return found
