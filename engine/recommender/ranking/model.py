"""Ranking: whether this video is watched, and for how long (Covington et al. 2016, §4).

B impressions · D dimensions of an embedding
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.features import Impressions, Quantiles, impression_features
from engine.recommender.recall.model import average
from engine.recommender.site.vocabulary import Site
from engine.recommender.site.world import LANGUAGES
from engine.runs.frame import Array

LANGUAGE = 4
"""Numbers of a language's embedding."""


class Seen(NamedTuple):
    """video (B,) and recent (B, 10) rows of the vocabulary or -1, languages (B, 2) of user and video, numbers (B, 6)."""

    video: Tensor
    recent: Tensor
    languages: Tensor
    numbers: Tensor


class RankNet(nn.Module):
    """Impression video, average of the last watches, both languages, and x, x², √x of two continuous features → ReLU
    layers → one logit z. With positives weighted by watch time its odds e^z are expected watch time (§4.2)."""

    def __init__(self, videos: int, dimensions: int, layers: tuple[int, ...]) -> None:
        super().__init__()
        self.video = nn.Embedding(videos, dimensions, sparse=True)
        self.language = nn.Embedding(LANGUAGES, LANGUAGE)
        widths = (2 * dimensions + 2 * LANGUAGE + 6, *layers)
        self.layers = nn.ModuleList(nn.Linear(low, high) for low, high in zip(widths, widths[1:], strict=False))
        self.logit = nn.Linear(widths[-1], 1)

    def forward(self, seen: Seen) -> Tensor:
        """The logit z (B,) of each impression."""
        x = self.joined(seen)
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.logit(x)[:, 0]

    def joined(self, seen: Seen) -> Tensor:
        """What enters the first layer (B, D'): the impression and the watches share an embedding, and are fed
        separately. A video
        outside the vocabulary is zero (§4.1)."""
        languages = self.language(seen.languages).flatten(1)
        video = average(self.video, seen.video[:, None])
        return torch.cat((video, average(self.video, seen.recent), languages, seen.numbers), -1)


def weighted_loss(z: Tensor, clicked: Tensor, minutes: Tensor, weighting: str) -> Tensor:
    """Logistic regression; a positive counts as much as it was watched, a negative 1 (§4.2). (B,) each."""
    weight = torch.where(clicked, minutes, torch.ones_like(minutes)) if weighting == "watch_time" else None
    return functional.binary_cross_entropy_with_logits(z, clicked.to(z.dtype), weight)


@dataclass(frozen=True, slots=True)
class Ranker:
    """The network and its normalisers, of hours since the channel was watched and of previous impressions."""

    net: RankNet
    site: Site
    hours: Quantiles
    shown: Quantiles

    def seen(self, some: Impressions) -> Seen:
        """What the network reads of some impressions: features (B,) looked up, normalised and bent."""
        found = impression_features(self.site.world.config, self.site.row, self.hours, self.shown, some)
        return Seen(*(torch.from_numpy(part) for part in found))

    @torch.no_grad()
    def logits(self, some: Impressions, size: int = 8_192) -> Array:
        """The logit z (N,) of each of many impressions, a few thousand at a time."""
        parts = [
            self.net(self.seen(some.some(np.arange(begin, min(begin + size, len(some)))))).numpy()
            for begin in range(0, len(some), size)
        ]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def mispredicted(z: Array, page: Array, clicked: Array, minutes: Array) -> float:
    """The paper's weighted per-user loss: for pairs of a clicked and an unclicked impression on one page, the clicked
    one's watch time is mispredicted where the unclicked scores higher, half of it at a tie; their share of all watch time
    (§4.2)."""
    if not len(z):
        return float("nan")
    order = np.lexsort((z, page))
    page, z, clicked, minutes = page[order], z[order], clicked[order], minutes[order]
    unclicked = np.concatenate(([0], np.cumsum(~clicked)))  # (N + 1,) how many stand before a place
    begin, end = _runs(page[1:] != page[:-1])
    low, high = _runs((page[1:] != page[:-1]) | (z[1:] != z[:-1]))  # equal scores on one page
    others = unclicked[end] - unclicked[begin]
    higher = unclicked[end] - unclicked[high] + 0.5 * (unclicked[high] - unclicked[low])
    paired = clicked & (others > 0)
    total = float(minutes[paired].sum())
    return float((higher[paired] / others[paired] * minutes[paired]).sum()) / total if total else float("nan")


def _runs(ends: Array) -> tuple[Array, Array]:
    """For each of N in order its run's first place and the place behind its last, by where runs end (N - 1,)."""
    edges = np.concatenate(([0], np.flatnonzero(ends) + 1, [len(ends) + 1]))
    run = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
    return edges[run], edges[run + 1]
