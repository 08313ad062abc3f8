"""Popularity at a moment: what was watched most in the days before it, by all, or in the kinds that a user watches.

E held-out watches · K videos of the vocabulary · C kinds
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

SMOOTH = 1.0
"""Watches, spread over all kinds, that are added to a user's own."""


class Recent:
    """Watches of each video in the `days` before a moment, of those that are not held out.

    there  (W,) which of the log's watches may be counted
    """

    def __init__(self, site: Site, there: Array, days: float) -> None:
        watches = site.history.watches
        row = site.row(watches.item)
        kept = there & (row >= 0)
        order = np.argsort(watches.second[kept], kind="stable")
        self._second, self._row = watches.second[kept][order], row[kept][order]
        self._videos, self._span = len(site.known), round(days * SECONDS)

    def counts(self, moment: Array) -> Array:
        """(n, K) watches before each moment (n,), in seconds."""
        low, high = (np.searchsorted(self._second, at, side="left") for at in (moment - self._span, moment))
        found = [np.bincount(self._row[a:b], minlength=self._videos) for a, b in zip(low, high, strict=True)]
        return np.stack(found).astype(np.float32) if found else np.zeros((0, self._videos), np.float32)


def kinds_of(site: Site) -> Array | None:
    """(K,) what kind of thing each video is, as the site itself would say: of a simulated one its topic and language, of a
    log its channel. None where no two videos share one."""
    videos = site.world.videos
    kinds = videos.topic * 1_000 + videos.language if site.world.true else videos.channel
    names, found = np.unique(kinds[site.known], return_inverse=True)
    return found if len(names) < len(found) else None


class OfOwnKinds:
    """P(kind | user) · P(video | kind, these days): a user's last watches by kind, and what was watched most in each."""

    def __init__(self, recent: Recent, kinds: Array) -> None:
        self._recent, self._kinds, self._count = recent, kinds, int(kinds.max()) + 1

    def every(self, watched: Array, moment: Array) -> Array:
        """(n, K) scores for users who watched (n, L), -1 for none, at moments (n,) in seconds."""
        counts = self._recent.counts(moment)
        rows, places = np.nonzero(watched >= 0)
        own = np.full((len(watched), self._count), SMOOTH / self._count)
        np.add.at(own, (rows, self._kinds[watched[rows, places]]), 1.0)
        totals = np.zeros_like(own)
        for n, some in enumerate(counts):
            totals[n] = np.bincount(self._kinds, some, self._count)
        found: Array = counts * (own / np.maximum(totals, 1.0))[:, self._kinds]
        return found


def where_silent(scores: Callable[[Array], Array], counts: Array) -> Callable[[Array], Array]:
    """Scores (n, K) with popularity, counts (K,), where they rest on nothing: for a user of whom a model knows nothing, all 0; and
    behind all others what nobody watched, or a model does not look at, -inf. A 0 there is no opinion: it would stand before
    whatever the model thinks little of."""
    place = np.argsort(np.argsort(-counts, kind="stable")).astype(np.float32)  # 0 of the most popular

    def filled(rows: Array) -> Array:
        found = scores(rows)
        nothing = ~np.isfinite(found) | (counts == 0)
        spoken = np.where(nothing, 0.0, found)
        last = spoken.min(1, initial=0.0)[:, None] - 1.0 - place / np.float32(len(counts))
        silent = ~spoken.any(1)
        found = np.where(nothing, last, found)
        found[silent] = -place
        return found

    return filled
