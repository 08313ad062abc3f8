"""ONNX Runtime gives the odds that torch gives, for any number of impressions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.recommender.ranking.export import Served, to_onnx
from engine.recommender.ranking.model import RankNet, Seen
from engine.runs.seeds import generator


def seen(count: int) -> Seen:
    random = generator(count, "seen")
    return Seen(
        torch.randint(50, (count,), generator=random),
        torch.randint(-1, 50, (count, 6), generator=random),
        torch.randint(4, (count, 2), generator=random),
        torch.rand(count, 6, generator=random),
    )


@pytest.mark.parametrize("layers", [(), (16, 8)])
def test_the_file_is_the_model(layers: tuple[int, ...]) -> None:
    net = RankNet(50, 8, layers)
    served = Served(to_onnx(net, seen(5)))
    for count in (1, 5, 300):
        some = seen(count)
        with torch.no_grad():
            np.testing.assert_allclose(served.odds(some), net(some).exp().numpy(), rtol=1e-5)
