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
DENSE = 8_000_000
"""Similarities in a block."""


class ItemKNN:
    """s(i, j) = |U_i ∩ U_j| / (√(|U_i| |U_j|) + shrinkage), where U_i are the users who watched video i: the cosine, and less
    where few watched both.

    watches   by row of the vocabulary; whatever is held out must not be among them
    videos    K
    together  (K, K) users who watched both, where they were counted before
    """

    def __init__(
        self,
        watches: Sequences,
        videos: int,
        tick: Callable[[], None] | None = None,
        *,
        neighbours: int = NEIGHBOURS,
        shrinkage: float = 0.0,
        together: Array | None = None,
    ) -> None:
        seen = watched_by(watches, videos, LATEST)
        self.popularity = np.asarray(seen.sum(0)).ravel()  # (K,) users of each video
        length, by_video = np.sqrt(self.popularity), seen.T.tocsr()
        blocks, size = [], max(DENSE // max(videos, 1), 1)
        for begin in range(0, videos, size):
            rows = slice(begin, begin + size)
            both = (by_video[rows] @ seen).toarray() if together is None else together[rows]
            scale = length[rows, None] * length + np.float32(shrinkage)
            near = np.divide(both, scale, out=np.zeros_like(both), where=both > 0)
            blocks.append(_nearest(near, begin, neighbours))
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


def watched_together(watches: Sequences, videos: int) -> Array:
    """(K, K) users who watched both videos, as `ItemKNN` counts them."""
    seen = watched_by(watches, videos, LATEST)
    counts: Array = (seen.T @ seen).toarray()
    return counts


def behind(popularity: Array) -> Array:
    """(K,) numbers below any score that order what nothing speaks for by popularity (K,)."""
    return np.argsort(np.argsort(-popularity, kind="stable")) * np.float32(-1e-9)


def _nearest(near: Array, begin: int, most: int) -> sparse.csr_matrix:
    """Of each row (n, K), the first of which is that of video `begin`, the `most` largest above 0, without the video itself;
    of equal ones the first."""
    rows = np.arange(len(near))
    near[rows, begin + rows] = 0.0
    if most < near.shape[1]:
        least = np.partition(near, -most, axis=1)[:, -most, None]
        equal, room = near == least, most - (near > least).sum(1, keepdims=True)
        near[(near < least) | (equal & (equal.cumsum(1) > room))] = 0.0
    return sparse.csr_matrix(near)


def _bags(watched: Array, videos: int) -> sparse.csr_matrix:
    """(N, K) how often each was watched."""
    rows, places = np.nonzero(watched >= 0)
    counts = np.ones(len(rows), np.float32)
    return sparse.csr_matrix((counts, (rows, watched[rows, places])), shape=(len(watched), videos))
