"""What ranking knows of an impression, as it was at that moment (Covington et al. 2016, §4.1).

N impressions
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.recommender.site.history import SECONDS
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array

QUANTILES = 256


@dataclass(frozen=True, slots=True, eq=False)
class Impressions:
    """video (N,), recent (N, most) the user's last watches or -1, user_language and video_language (N,), and two
    continuous features as they are: hours since the user's last watch of the channel (inf: never), and how often this
    video was shown to the user before."""

    video: Array
    recent: Array
    user_language: Array
    video_language: Array
    hours: Array
    seen: Array

    def __len__(self) -> int:
        return len(self.video)

    def some(self, rows: Array) -> Impressions:
        """The impressions in some rows (B,), in that order."""
        return Impressions(
            self.video[rows], self.recent[rows], self.user_language[rows], self.video_language[rows],
            self.hours[rows], self.seen[rows],
        )  # fmt: skip


def impressions(site: Site, user: Array, video: Array, time: Array, seen: Array) -> Impressions:
    """Features at `time` in days: only what happened in an earlier second counts. (N,) each."""
    history, videos, users = site.history, site.world.videos, site.world.users
    second = np.floor(time * SECONDS).astype(np.int64)
    place = history.watches.before(user, second)
    return Impressions(
        video,
        history.watches.last(user, place, site.world.config.recent),
        users.language[user],
        videos.language[video],
        history.since_channel(user, videos.channel[video], second) / 3_600.0,
        seen,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """x → its share among the training values, in 0 … 1 (§4.1, normalising continuous features)."""

    edges: Array

    @classmethod
    def of(cls, values: Array) -> Quantiles:
        """Edges of even shares of the finite values among (N,); what is infinite lies above all."""
        finite = values[np.isfinite(values)]
        return cls(np.quantile(finite if len(finite) else np.zeros(1), np.linspace(0.0, 1.0, QUANTILES)))

    def __call__(self, values: Array) -> Array:
        """Linear between the edges, the middle of a run of equal edges, 1 for the infinite."""
        grid = np.linspace(0.0, 1.0, len(self.edges))
        finite = np.where(np.isfinite(values), values, self.edges[-1])
        low = np.interp(finite, self.edges, grid)
        high = 1.0 - np.interp(-finite, -self.edges[::-1], grid)
        return np.where(np.isfinite(values), (low + high) / 2, 1.0)


def powers(x: Array, on: bool) -> Array:
    """(N, 3) x, x² and √x, which let a network bend a feature; zeros for the latter two where they are off."""
    return np.stack((x, x**2 * on, np.sqrt(x) * on), 1)
