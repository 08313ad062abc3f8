"""Both stages of the funnel, ready to leave: a user's watches to u beside the videos' vectors, an impression to its odds.

B users or impressions · D dimensions of an embedding · K videos of the vocabulary
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.carried import Carried, Graph, Leaving
from engine.recommender.config import RecommenderConfig
from engine.recommender.ranking.export import INPUTS, Odds
from engine.recommender.ranking.model import Ranker, RankNet
from engine.recommender.recall.model import NUMBERS, CandidateNet, Viewers
from engine.recommender.serving.explain import AGES
from engine.recommender.serving.opened import Opened
from engine.recommender.serving.server import Server
from engine.recommender.site.vocabulary import Site
from engine.runs.seeds import generator

USERS = ("watched", "searched", "region", "numbers")
SIZES = (5, 1, 33)
"""Users, or impressions, of what is tried."""


class UserTower(nn.Module):
    """The user's path with four inputs instead of one tuple, and the vectors that u is multiplied with."""

    def __init__(self, net: CandidateNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, watched: Tensor, searched: Tensor, region: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """u (B, D), and v (K, D) of every video."""
        u = self.net(Viewers(watched, searched, region, numbers)).vector
        return u, self.net.output.weight + 0.0  # a parameter by itself is no output


def carry(opened: Opened, stage: str) -> Carried:
    """One stage of an opened moment. Raises UserError where it is not trained."""
    server = opened.server
    site, net = server.site, server.net
    beside = {"videos": torch.from_numpy(site.known)}
    if stage == "recall":
        return Carried(net, lambda: _recall(server), beside, _names(site))
    ranker = opened.ranker
    edges = {
        name: torch.from_numpy(one.edges.copy()) for name, one in (("hours", ranker.hours), ("shown", ranker.shown))
    }
    return Carried(ranker.net, lambda: _ranking(server, ranker), beside | edges, _names(site))


def _names(site: Site) -> dict[str, str]:
    """In a viewer's own log: what the videos of the vocabulary are called there."""
    titles = site.world.titles
    return {"videos": json.dumps([titles[n] for n in site.known], ensure_ascii=False)} if titles else {}


def _recall(server: Server) -> Graph:
    config, net, count = server.config, server.net, len(server.site.known)
    source = generator(0, "taken")

    def drawn(users: int) -> tuple[Tensor, ...]:
        """Some have watched less than others, and one nothing."""
        ids = [
            torch.randint(-1, table.num_embeddings, (users, most), generator=source)
            for table, most in ((net.watched, config.watches), (net.searched, config.searches))
        ]
        ids[0][-1] = -1
        region = torch.randint(net.region.num_embeddings, (users,), generator=source)
        return *ids, region, torch.rand(users, NUMBERS, generator=source)

    tower = UserTower(net)
    about = (
        f"watched (users, {config.watches}) and searched (users, {config.searches}): rows of the vocabulary, -1 for none; "
        f"the ids of its {count} videos are the array “beside.videos” of the weights. region (users). numbers (users, "
        f"{NUMBERS}): {', '.join(AGES)}. u (users, {config.dimensions}): the user's vector. v ({count}, {config.dimensions}): "
        "the vector of each video, for an index of dot products; the score of a video is u · v. Example age is 0 at serving."
    )
    inputs = {name: ("users",) if name == "region" else ("users", "") for name in USERS}
    return Graph(tower, tower, inputs, ("u", "v"), tuple(drawn(n) for n in SIZES), about)


def _ranking(server: Server, ranker: Ranker) -> Graph:
    net, config, source = ranker.net, server.config, generator(0, "taken")

    def drawn(count: int) -> tuple[Tensor, ...]:
        """Videos inside and outside the vocabulary."""
        rows, recent = net.video.num_embeddings, config.recent
        return (
            torch.randint(-1, rows, (count,), generator=source),
            torch.randint(-1, rows, (count, recent), generator=source),
            torch.randint(net.language.num_embeddings, (count, 2), generator=source),
            torch.rand(count, 6, generator=source),
        )

    odds = Odds(net)
    about = (
        f"video (impressions) and recent (impressions, {config.recent}), the last watches: rows of the vocabulary, -1 for "
        "none; the ids are the array “beside.videos” of the weights. languages (impressions, 2): of user and video. numbers "
        "(impressions, 6): x, x² and √x of hours since the channel was watched and of previous impressions, each its share "
        "among the training values (edges “beside.hours” and “beside.shown” of the weights)"
        f"{'' if config.powers == 'on' else '; x² and √x are 0'}. odds (impressions): e^z, which ranks"
        f"{', and is the expected watch time in minutes' if config.weighting == 'watch_time' else ''}."
    )
    inputs = {name: ("impressions",) if name == "video" else ("impressions", "") for name in INPUTS}
    return Graph(odds, lambda *fed: (odds(*fed),), inputs, ("odds",), tuple(drawn(n) for n in SIZES), about)


class _Shape(NamedTuple):
    """Which network a stage has, the table whose rows are the videos, and the setting of its layers."""

    net: type[CandidateNet] | type[RankNet]
    table: str
    layers: str


SHAPES = {"recall": _Shape(CandidateNet, "watched.weight", "tower"), "rank": _Shape(RankNet, "video.weight", "layers")}


def shaped(config: RecommenderConfig, stage: str, learnt: Mapping[str, Tensor], notes: Mapping[str, str]) -> nn.Module:
    """A stage's network of a config, for as many videos as there are rows."""
    shape = SHAPES[stage]
    return shape.net(len(learnt[shape.table]), config.dimensions, getattr(config, shape.layers))


LEAVING: Leaving[RecommenderConfig, Opened] = Leaving(carry, shaped)
