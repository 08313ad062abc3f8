"""How far the gradient of the sampled softmax is from that of the full one.

B examples · K videos · D dimensions · S negatives
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.recommender.recall.model import Sampler
from engine.recommender.recall.samples import split
from engine.recommender.recall.training import viewers
from engine.recommender.serving.server import Server

NEGATIVES = (5, 10, 20, 50, 100, 200, 500, 1_000, 2_000)
EXAMPLES, DRAWS = 32, 50
SAMPLERS = ("popular", "uniform")


@dataclass(frozen=True, slots=True)
class Distance:
    """‖g - full‖ / ‖full‖ of the gradient by u, for a number of negatives: `mean` of g averaged over the draws, which is
    the bias, and `one` of a single draw, root of the mean square."""

    sampler: str
    negatives: int
    corrected: bool
    mean: float
    one: float


@torch.no_grad()
def distances(
    server: Server, users: Sequence[int], counts: Sequence[int] = NEGATIVES, draws: int = DRAWS
) -> list[Distance]:
    """At the parameters of this moment, on training examples of some users; both samplers, with logQ and without."""
    train = split(server.site)[0]
    mine = np.flatnonzero(np.isin(train.user, users))
    some = train.some(mine[np.linspace(0, len(mine) - 1, min(EXAMPLES, len(mine))).astype(int)])
    u = server.net(viewers(server.site, some)).vector
    labels = torch.from_numpy(server.site.row(some.label))
    v, every = server.net.output.weight, server.site.row(train.label)
    exact = torch.softmax(u @ v.T, 1) @ v - v[labels]  # (B, D), the gradient of -log P(label) by u
    found = []
    for name in SAMPLERS:
        sampler, rng = Sampler(every, len(v), name), np.random.default_rng(0)
        for count in counts:
            drawn = [sampler.draw(count, rng) for _ in range(draws)]
            for log_q in (None, sampler.log_q):
                each = torch.stack([sampled_gradient(u, v, labels, one, log_q) for one in drawn])  # (draws, B, D)
                mean, single = _apart(each.mean(0), exact), _apart(each, exact)
                found.append(Distance(name, count, log_q is not None, mean, single))
    return found


def _apart(found: Tensor, exact: Tensor) -> float:
    """Root of the mean square over draws, against the length of the exact one."""
    squares = ((found - exact) ** 2).sum((-2, -1)).mean()
    return float((squares / (exact**2).sum()).sqrt())


def sampled_gradient(u: Tensor, v: Tensor, labels: Tensor, drawn: Tensor, log_q: Tensor | None) -> Tensor:
    """(B, D) ∂/∂u of each example's `recall.model.sampled_loss`: Σ_j p_j v_j - v_label over the label and the S drawn."""
    rows = v[drawn]
    own, others = (u * v[labels]).sum(1, keepdim=True), u @ rows.T
    if log_q is not None:
        others = others - (log_q[drawn] + np.log(len(drawn)))
    others = others.masked_fill(drawn == labels[:, None], -torch.inf)
    p = torch.softmax(torch.cat((own, others), 1), 1)  # (B, 1 + S)
    return p[:, 1:] @ rows + (p[:, :1] - 1.0) * v[labels]
