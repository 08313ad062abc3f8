"""Item-kNN: what was watched by the same users (Sarwar et al. 2001; the baseline that deep models are judged by since
Ferrari Dacrema et al. 2019).

U users · K videos of the vocabulary · N rows · L watches of a row
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy import sparse

from engine.recommender.recall.samples import Examples, histories
from engine.recommender.site.history import Sequences
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array
from engine.runs.studies.verdict import mean_interval

NEIGHBOURS = 100
"""Most similar videos that a video keeps."""
LATEST = 500
"""Watches of a user that count: a heavy user costs their square."""
AT_ONCE = 1_024
"""Rows of a block, which bounds the memory."""
DENSE = 2_000_000
"""Scores in a block of users."""


class ItemKNN:
    """cos(i, j) = |U_i ∩ U_j| / √(|U_i| |U_j|), where U_i are the users who watched video i.

    watches  by row of the vocabulary; whatever is held out must not be among them
    videos   K
    """

    def __init__(self, watches: Sequences, videos: int, tick: Callable[[], None] | None = None) -> None:
        owner, item = _latest(watches)
        users = len(watches.start) - 1
        seen = sparse.csr_matrix((np.ones(len(owner), np.float32), (owner, item)), shape=(users, videos))
        seen.sum_duplicates()
        seen.data[:] = 1.0  # twice is once
        self.popularity = np.asarray(seen.sum(0)).ravel()  # (K,) users of each video
        norm = sparse.diags(1.0 / np.sqrt(np.maximum(self.popularity, 1.0)))
        columns = (seen @ norm).tocsr()  # (U, K)
        by_video = columns.T.tocsr()
        blocks = []
        for begin in range(0, videos, AT_ONCE):
            blocks.append(_nearest(by_video[begin : begin + AT_ONCE] @ columns, begin))
            if tick is not None:
                tick()
        self.similar = sparse.vstack(blocks, format="csr")  # (K, K), NEIGHBOURS a row
        self._behind = np.argsort(np.argsort(-self.popularity, kind="stable")) * np.float32(-1e-9)

    def every(self, watched: Array) -> Array:
        """(N, K) scores of all videos for users who watched (N, L), -1 for none: the sum of cosines. What nothing speaks
        for stands behind, by popularity."""
        found: Array = (_bags(watched, len(self.popularity)) @ self.similar).toarray() + self._behind
        return found

    def scores(self, watched: Array, video: Array) -> Array:
        """(N,) the sum of cosines of what was watched (N, L) with one video (N,), as `every`; one outside the vocabulary
        stands last."""
        found = np.zeros(len(video), np.float32)
        for begin in range(0, len(video), AT_ONCE):
            rows = slice(begin, begin + AT_ONCE)
            asked = np.maximum(video[rows], 0)
            bags = _bags(watched[rows], len(self.popularity))
            near = self.similar[:, asked].T.tocsr()  # (n, K) what is near each video asked for
            sums = np.asarray(bags.multiply(near).sum(1)).ravel() + self._behind[asked]
            found[rows] = np.where(video[rows] >= 0, sums, -1.0)
        return found


def _latest(watches: Sequences) -> tuple[Array, Array]:
    """Owner and item of each user's last watches."""
    owner = watches.owner()
    kept = watches.start[1:][owner] - np.arange(len(owner)) <= LATEST
    return owner[kept], watches.item[kept]


def _nearest(block: sparse.csr_matrix, begin: int) -> sparse.csr_matrix:
    """Of each row the NEIGHBOURS largest, without the diagonal; of equal ones the first."""
    block = block.tocsr()
    block.sort_indices()
    row = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
    own = block.indices == row + begin
    row, column, value = row[~own], block.indices[~own], block.data[~own]
    order = np.lexsort((column, -value, row))
    start = np.searchsorted(row, np.arange(block.shape[0]))
    place = np.arange(len(order)) - start[row]  # rows ascend before and after sorting
    kept = order[place < NEIGHBOURS]
    return sparse.csr_matrix((value[kept], (row[kept], column[kept])), shape=block.shape)


def _bags(watched: Array, videos: int) -> sparse.csr_matrix:
    """(N, K) how often each was watched."""
    rows, places = np.nonzero(watched >= 0)
    counts = np.ones(len(rows), np.float32)
    return sparse.csr_matrix((counts, (rows, watched[rows, places])), shape=(len(watched), videos))


def top(scores: Array, most: int) -> Array:
    """(N, most) columns of the largest scores (N, K), best first; -1 where the score is -inf."""
    columns = np.argpartition(-scores, most - 1, axis=1)[:, :most]
    order = np.argsort(-np.take_along_axis(scores, columns, 1), axis=1, kind="stable")
    columns = np.take_along_axis(columns, order, 1)
    return np.where(np.isneginf(np.take_along_axis(scores, columns, 1)), -1, columns)


class Beside:
    """What needs no model, on the watches of a log that are not held out, and lists as they would be served: without what
    the user has watched before."""

    def __init__(self, site: Site, held_out: Array, tick: Callable[[], None] | None = None) -> None:
        seen = np.ones(len(site.history.watches.item), bool)
        seen[held_out] = False
        self._site = site
        self.knn = ItemKNN(site.watches(seen), len(site.known), tick)
        self._made: dict[tuple[int, int], dict[str, Array]] = {}

    def lists(self, test: Examples, most: int) -> dict[str, Array]:
        """ "popular" and "knn": (E, most) videos for each example. They do not change while a model trains."""
        if (len(test), most) not in self._made:
            watched = self._site.row(histories(self._site, test)[0])
            self._made[len(test), most] = {
                "popular": self.fresh(test, most, lambda rows: np.tile(self.knn.popularity, (len(rows), 1))),
                "knn": self.fresh(test, most, lambda rows: self.knn.every(watched[rows])),
            }
        return self._made[len(test), most]

    def fresh(self, test: Examples, most: int, scores: Callable[[Array], Array]) -> Array:
        """(E, most) videos, best first, that a user has not watched before; -1 where there are no more. `scores` gives
        those of the vocabulary for some rows of the test (n,) → (n, K)."""
        watches, known = self._site.history.watches, self._site.known
        found = np.empty((len(test), most), np.int64)
        size = max(DENSE // len(known), 1)
        for begin in range(0, len(test), size):
            rows = np.arange(begin, min(begin + size, len(test)))
            some = np.array(scores(rows), np.float32)
            start, end = watches.start[test.user[rows]], test.place[rows]
            user = np.repeat(np.arange(len(rows)), end - start)
            place = np.arange(len(user)) - np.repeat(np.cumsum(end - start) - (end - start), end - start)
            row = self._site.row(watches.item[np.repeat(start, end - start) + place])
            some[user[row >= 0], row[row >= 0]] = -np.inf
            best = top(some, most)
            found[rows] = np.where(best < 0, -1, known[best])
        return found


def paired(lists: Mapping[str, Array], labels: Array, cuts: tuple[int, ...]) -> dict[str, Array]:
    """ "{name}.gain" (len(cuts), 3) for every list but "recall": how much oftener recall hits, and the 95 % interval, over
    the same examples."""
    hit = {name: found == labels[:, None] for name, found in lists.items()}
    gains = {}
    for name in lists.keys() - {"recall"}:
        rows = []
        for cut in cuts:
            less, more = (hit[one][:, :cut].any(1).astype(np.float64) for one in (name, "recall"))
            rows.append(mean_interval(more - less))
        gains[f"{name}.gain"] = np.array(rows)
    return gains
