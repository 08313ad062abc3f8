"""The ranking model as an ONNX file, and served from it: what a model server would take (Covington et al. 2016, §4)."""

from __future__ import annotations

import torch

from engine.carried import Graph
from engine.recommender.ranking.model import RankNet, Seen
from engine.runs.frame import Array
from engine.taken.onnx import Session, written

INPUTS = ("video", "recent", "languages", "numbers")


class Odds(torch.nn.Module):
    """The network with four inputs instead of one tuple, which is what a file can name."""

    def __init__(self, net: RankNet) -> None:
        super().__init__()
        self.net = net

    def forward(
        self, video: torch.Tensor, recent: torch.Tensor, languages: torch.Tensor, numbers: torch.Tensor
    ) -> torch.Tensor:
        return torch.exp(self.net(Seen(video, recent, languages, numbers)))


def to_onnx(net: RankNet, example: Seen) -> bytes:
    """The file: four inputs by name, any number of impressions at once, one output "odds", e^z."""
    odds = Odds(net)
    axes = {name: ("impressions", *[""] * (part.ndim - 1)) for name, part in zip(INPUTS, example, strict=True)}
    return written(Graph(odds, lambda *fed: (odds(*fed),), axes, ("odds",), (tuple(example),), ""), "", {})


class Served:
    """Such a file in ONNX Runtime."""

    def __init__(self, file: bytes) -> None:
        self._session = Session(file)

    def odds(self, seen: Seen) -> Array:
        """(N,) e^z of some impressions."""
        return self._session(["odds"], {name: part.numpy() for name, part in zip(INPUTS, seen, strict=True)})[0]
