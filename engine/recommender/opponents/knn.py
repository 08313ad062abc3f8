"""Item-kNN: what was watched by the same users (Sarwar et al. 2001; the baseline that deep models are judged by since
Ferrari Dacrema et al. 2019).

U users · K videos of the vocabulary · N rows · L watches of a row
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from engine.recommender.site.history import Sequences
from engine.runs.frame import Array

NEIGHBOURS = 100
"""Most similar videos that a video keeps, unless told."""
LATEST = 500
"""Watches of a user that count: a heavy user costs their square."""
AT_ONCE = 1_024
"""Rows of a block, which bounds the memory."""


class ItemKNN:
    """s(i, j) = |U_i ∩ U_j| / (√(|U_i| |U_j|) + shrinkage), where U_i are the users who watched video i: the cosine, and less
    where few watched both.

    watches  by row of the vocabulary; whatever is held out must not be among them
    videos   K
    """

    def __init__(
        self,
        watches: Sequences,
        videos: int,
        tick: Callable[[], None] | None = None,
        *,
        neighbours: int = NEIGHBOURS,
        shrinkage: float = 0.0,
    ) -> None:
        seen = watched_by(watches, videos, LATEST)
        self.popularity = np.asarray(seen.sum(0)).ravel()  # (K,) users of each video
        length = np.sqrt(self.popularity)
        by_video = seen.T.tocsr()
        blocks = []
        for begin in range(0, videos, AT_ONCE):
            both = (by_video[begin : begin + AT_ONCE] @ seen).tocoo()
            both.data /= length[both.row + begin] * length[both.col] + np.float32(shrinkage)
            blocks.append(_nearest(both.tocsr(), begin, neighbours))
            if tick is not None:
                tick()
        self.similar = sparse.vstack(blocks, format="csr")  # (K, K), at most `neighbours` a row
        self._behind = behind(self.popularity)

    def every(self, watched: Array) -> Array:
        """(N, K) scores of all videos for users who watched (N, L), -1 for none: the sum of similarities. What nothing
        speaks for stands behind, by popularity."""
        found: Array = (_bags(watched, len(self.popularity)) @ self.similar).toarray() + self._behind
        return found

    def scores(self, watched: Array, video: Array) -> Array:
        """(N,) the sum of similarities of what was watched (N, L) with one video (N,), as `every`; one outside the
        vocabulary stands last."""
        found = np.zeros(len(video), np.float32)
        for begin in range(0, len(video), AT_ONCE):
            rows = slice(begin, begin + AT_ONCE)
            asked = np.maximum(video[rows], 0)
            bags = _bags(watched[rows], len(self.popularity))
            near = self.similar[:, asked].T.tocsr()  # (n, K) what is near each video asked for
            sums = np.asarray(bags.multiply(near).sum(1)).ravel() + self._behind[asked]
            found[rows] = np.where(video[rows] >= 0, sums, -1.0)
        return found


def watched_by(watches: Sequences, videos: int, latest: int | None = None) -> sparse.csr_matrix:
    """(U, K) 1 where a user watched a video, among his last `latest` watches."""
    owner, item = watches.owner(), watches.item
    if latest is not None:
        kept = watches.start[1:][owner] - np.arange(len(owner)) <= latest
        owner, item = owner[kept], item[kept]
    seen = sparse.csr_matrix((np.ones(len(owner), np.float32), (owner, item)), shape=(len(watches.start) - 1, videos))
    seen.sum_duplicates()
    seen.data[:] = 1.0  # twice is once
    return seen


def behind(popularity: Array) -> Array:
    """(K,) numbers below any score that order what nothing speaks for by popularity (K,)."""
    return np.argsort(np.argsort(-popularity, kind="stable")) * np.float32(-1e-9)


def _nearest(block: sparse.csr_matrix, begin: int, most: int) -> sparse.csr_matrix:
    """Of each row the `most` largest, without the diagonal; of equal ones the first."""
    block.sort_indices()
    row = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
    own = block.indices == row + begin
    row, column, value = row[~own], block.indices[~own], block.data[~own]
    order = np.lexsort((column, -value, row))
    start = np.searchsorted(row, np.arange(block.shape[0]))
    place = np.arange(len(order)) - start[row]  # rows ascend before and after sorting
    kept = order[place < most]
    return sparse.csr_matrix((value[kept], (row[kept], column[kept])), shape=block.shape)


def _bags(watched: Array, videos: int) -> sparse.csr_matrix:
    """(N, K) how often each was watched."""
    rows, places = np.nonzero(watched >= 0)
    counts = np.ones(len(rows), np.float32)
    return sparse.csr_matrix((counts, (rows, watched[rows, places])), shape=(len(watched), videos))
