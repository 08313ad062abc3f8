"""Features: what a recommender's two stages read of a user and of an impression (Covington et al. 2016, §3.2 and §4.1).

Training and serving both compute them here and nowhere else. It is numpy alone, so that a model server imports it without
torch, and a request is read to the bit as the same moment was read in training.

B users · N impressions · V videos · K of them in the vocabulary · W watches of one user
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Row = Callable[[Array], Array]
"""The tables' row of each video, -1 for one outside the vocabulary."""
QUANTILES = 256


class Rules(Protocol):
    """The settings of a run that features depend on: the days of its log, and what is switched on."""

    @property
    def days(self) -> int: ...
    @property
    def example_age(self) -> str: ...
    @property
    def bends(self) -> str: ...
    @property
    def powers(self) -> str: ...


class UserFeatures(NamedTuple):
    """What recall reads: watched (B, 50) rows and searched (B, 50) tokens, -1 for none; region (B,); numbers (B, 7)."""

    watched: Array
    searched: Array
    region: Array
    numbers: Array


class ImpressionFeatures(NamedTuple):
    """What ranking reads: video (N,) and recent (N, 10) rows, -1 for none; languages (N, 2) of user and video; numbers
    (N, 6)."""

    video: Array
    recent: Array
    languages: Array
    numbers: Array


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


def user_features(
    rules: Rules,
    row: Row,
    watched: Array,
    searched: Array,
    region: Array,
    age: Array,
    gender: Array,
    example_age: Array,
) -> UserFeatures:
    """Videos watched (B, 50), the latest first, -1 for none, become rows; the rest is scaled and bent. Age in years, example
    age in days."""
    return UserFeatures(row(watched), searched, region, user_numbers(rules, age, gender, example_age, watched))


def user_numbers(rules: Rules, age: Array, gender: Array, example_age: Array, watched: Array) -> Array:
    """(B, 7); age and example age in 0 … 1, the latter 0 where it is switched off, as at serving; squares and root are 0
    where they are."""
    years = np.clip((age - 13) / 60.0, 0.0, 1.0)
    since = np.clip(example_age / rules.days, 0.0, 1.0) * (rules.example_age == "on")
    bends = rules.bends == "on"
    parts = (years, years**2 * bends, gender, since, since**2 * bends, np.sqrt(since) * bends, (watched >= 0).any(1))
    return np.stack(parts, 1).astype(np.float32)


def impression_features(
    rules: Rules, row: Row, hours: Quantiles, shown: Quantiles, some: Impressions
) -> ImpressionFeatures:
    """Videos become rows; hours and previous impressions their share among the training values, and its powers."""
    on = rules.powers == "on"
    columns = (powers(hours(some.hours), on), powers(shown(some.seen), on))
    return ImpressionFeatures(
        row(some.video),
        row(some.recent),
        np.stack((some.user_language, some.video_language), 1),
        np.concatenate(columns, 1).astype(np.float32),
    )


def powers(x: Array, on: bool) -> Array:
    """(N, 3) x, x² and √x, which let a network bend a feature; zeros for the latter two where they are off."""
    return np.stack((x, x**2 * on, np.sqrt(x) * on), 1)


def hours_since(watched: Array, second: Array, asked: Array, now: int) -> Array:
    """(N,) hours from the last watch of each channel that is asked (N,) to a second; inf where there is none. The user's
    watches are told by channel and second (W,)."""
    last = np.full(int(max(watched.max(initial=0), asked.max(initial=0))) + 1, -np.inf)
    np.maximum.at(last, watched, second.astype(float))
    hours: Array = (now - last[asked]) / 3_600.0
    return hours


def counted(videos: Array, counts: Array, asked: Array) -> Array:
    """(N,) how often each asked video was shown, by some videos, ascending, with their counts (W,); 0 for one that was
    not."""
    if not len(videos):
        return np.zeros(len(asked), np.int64)
    at = np.minimum(np.searchsorted(videos, asked), len(videos) - 1)
    return np.where(videos[at] == asked, counts[at], 0)


def rows_of(known: Array, videos: int) -> Array:
    """(V,) the row of each video in the vocabulary, whose ids (K,) ascend; -1 for one outside."""
    row = np.full(videos, -1, np.int64)
    row[known] = np.arange(len(known))
    return row


def row_of(rows: Array, videos: Array) -> Array:
    """The row of each video (…,) → (…,), by the rows (V,) of all; -1 for -1."""
    return np.where(videos < 0, -1, rows[videos])
