"""Candidate generation: which video comes next, as a softmax over the catalogue (Covington et al. 2016, §3).

B examples · D dimensions of an embedding · V videos · S sampled negatives
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.recommender.config import TOPICS
from engine.recommender.site.world import REGIONS, WORDS
from engine.runs.frame import Array

NUMBERS = 7
"""age and its square, gender, example age, its square and root, and whether anything was watched."""


class Viewers(NamedTuple):
    """watched (B, 50), searched (B, 50) ids or -1; region (B,); numbers (B, 7)."""

    watched: Tensor
    searched: Tensor
    region: Tensor
    numbers: Tensor


class Read(NamedTuple):
    """The user's path: averages (B, D) each, what is concatenated (B, C), each layer (B, H), and u (B, D)."""

    watched: Tensor
    searched: Tensor
    joined: Tensor
    hidden: tuple[Tensor, ...]
    vector: Tensor


class CandidateNet(nn.Module):
    """Averages of watches and searches, region, age, gender, example age → ReLU layers → u; the score of video i
    is v_i · u, with an output embedding v of its own. Videos are rows of the vocabulary (`Site.known`).

    The product itself is taken by `sampled_loss` and `full_loss` in training, by `Retriever.search` when served, and shown
    term by term by `serving.explain.explain_score`. The big tables have sparse gradients: a step costs the same for any
    number of videos.
    """

    def __init__(self, videos: int, dimensions: int, tower: tuple[int, ...]) -> None:
        super().__init__()
        self.watched = nn.Embedding(videos, dimensions, sparse=True)
        self.searched = nn.Embedding(TOPICS * WORDS, dimensions, sparse=True)
        self.region = nn.Embedding(REGIONS, 4)
        self.output = nn.Embedding(videos, dimensions, sparse=True)
        widths = (2 * dimensions + 4 + NUMBERS, *tower, dimensions)
        self.layers = nn.ModuleList(nn.Linear(low, high) for low, high in zip(widths, widths[1:], strict=False))

    def linears(self) -> tuple[nn.Linear, ...]:
        """The ReLU layers, the last of which gives u; for who needs their weights."""
        return tuple(layer for layer in self.layers if isinstance(layer, nn.Linear))

    def forward(self, viewers: Viewers) -> Read:
        watched, searched = average(self.watched, viewers.watched), average(self.searched, viewers.searched)
        joined = torch.cat((watched, searched, self.region(viewers.region), viewers.numbers), -1)
        hidden, x = [], joined
        for layer in self.layers:
            x = torch.relu(layer(x))
            hidden.append(x)
        return Read(watched, searched, joined, tuple(hidden), x)


def average(table: nn.Embedding, ids: Tensor) -> Tensor:
    """The mean of the rows that are there: ids (B, L), -1 for none → (B, D); zeros where there are none. Written out, since
    torch's embedding_bag becomes a loop in an ONNX file."""
    there = ids >= 0
    rows = table(ids.clamp_min(0)) * there[..., None]
    return rows.sum(1) / there.sum(1, keepdim=True).clamp_min(1)


class Sampler:
    """Draws negatives from q: even, or by the watches of each video to the power of 3/4 (Mikolov et al. 2013).

    labels (E,) rows of the vocabulary that training asks for; videos how many rows there are
    """

    def __init__(self, labels: Array, videos: int, kind: str) -> None:
        counts = np.bincount(labels, minlength=videos).astype(np.float64)
        weight = (counts + 0.5) ** 0.75 if kind == "popular" else np.ones(videos)
        self._cumulative = np.cumsum(weight / weight.sum())
        self.log_q = torch.from_numpy(np.log(weight / weight.sum()).astype(np.float32))

    def draw(self, count: int, source: np.random.Generator) -> Tensor:
        """(S,) with repetition; a search in the sums costs log V."""
        found = np.searchsorted(self._cumulative, source.random(count))
        return torch.from_numpy(np.minimum(found, len(self._cumulative) - 1))


def sampled_loss(net: CandidateNet, u: Tensor, labels: Tensor, drawn: Tensor, log_q: Tensor | None) -> Tensor:
    """-log softmax over the label and the S drawn: u (B, D), labels (B,), drawn (S,) shared by the batch.

    With `log_q` (V,) each drawn logit is lowered by log(S q), which makes its gradient that of the full softmax on
    average (Bengio & Sénécal 2008); a drawn video that is the label does not compete with itself.
    """
    own = (u * net.output(labels)).sum(-1, keepdim=True)  # (B, 1)
    others = u @ net.output(drawn).T  # (B, S)
    if log_q is not None:
        others = others - (log_q[drawn] + np.log(len(drawn)))
    others = others.masked_fill(drawn == labels[:, None], -torch.inf)
    return functional.cross_entropy(torch.cat((own, others), 1), torch.zeros(len(u), dtype=torch.long))


def full_loss(net: CandidateNet, u: Tensor, labels: Tensor) -> Tensor:
    """-log softmax over every video, for small catalogues: u (B, D), labels (B,)."""
    return functional.cross_entropy(u @ net.output.weight.T, labels)


@torch.no_grad()
def initialise(net: CandidateNet, source: torch.Generator) -> CandidateNet:
    """Seeded, in place: embeddings small, layers He-uniform."""
    for table in (net.watched, net.searched, net.output, net.region):
        table.weight.normal_(0.0, 0.1, generator=source)
    for layer in net.linears():
        bound = (6.0 / layer.in_features) ** 0.5
        layer.weight.uniform_(-bound, bound, generator=source)
        layer.bias.fill_(0.01)
    return net
