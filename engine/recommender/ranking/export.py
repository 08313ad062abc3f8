"""The ranking model as an ONNX file, and served from it: what a model server would take (Covington et al. 2016, §4).

Both libraries are imported when they are needed: they take a second.
"""

from __future__ import annotations

import numpy as np
import torch

from engine.recommender.ranking.model import RankNet, Seen
from engine.runs.frame import Array

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
    sizes = {name: {0: torch.export.Dim("impressions")} for name in INPUTS}
    program = torch.onnx.export(
        Odds(net).eval(), tuple(example), dynamo=True, input_names=list(INPUTS), output_names=["odds"],
        dynamic_shapes=sizes, verbose=False,
    )  # fmt: skip
    if program is None:
        raise RuntimeError("torch gave no ONNX program")
    return bytes(program.model_proto.SerializeToString())


class Served:
    """An ONNX file in ONNX Runtime."""

    def __init__(self, file: bytes) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def odds(self, seen: Seen) -> Array:
        """(N,) e^z of some impressions."""
        feed = {name: tensor.numpy() for name, tensor in zip(INPUTS, seen, strict=True)}
        (found,) = self._session.run(["odds"], feed)
        return np.asarray(found)
