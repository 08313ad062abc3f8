"""From the frames of a run back to what serves: both networks with the parameters of a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import torch

from engine.recommender.ranking.features import Quantiles
from engine.recommender.ranking.model import Ranker, RankNet
from engine.recommender.recall.model import CandidateNet
from engine.recommender.serving.server import Server
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array, Frame

N = TypeVar("N", bound=torch.nn.Module)


def server_at(site: Site, frames: Sequence[Frame]) -> Server:
    """Serve as of the last of these frames: each network as it was kept last; without ranking before it was trained."""
    held = {part: _latest(frames, part) for part in ("recall", "ranking")}
    config, videos = site.world.config, len(site.known)
    net = _loaded(CandidateNet(videos, config.dimensions, config.tower), held["recall"], "recall")
    if not held["ranking"]:
        return Server(site, net)
    rank = _loaded(RankNet(videos, config.dimensions, config.layers), held["ranking"], "ranking")
    hours, shown = (Quantiles(held["ranking"][f"ranking.{name}"]) for name in ("hours", "shown"))
    return Server(site, net, Ranker(rank, site, hours, shown))


def _latest(frames: Sequence[Frame], part: str) -> dict[str, Array]:
    for frame in reversed(frames):
        held = {name: array for name, array in frame.parameters.items() if name.startswith(f"{part}.")}
        if held:
            return held
    return {}


def _loaded(net: N, held: dict[str, Array], part: str) -> N:
    names = dict(net.named_parameters())
    net.load_state_dict({name: torch.from_numpy(held[f"{part}.{name}"]) for name in names})
    return net.eval()
