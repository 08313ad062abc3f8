"""What the lists of a log are measured by beside their hits: more cuts, NDCG, and how much of the catalogue they show.

E held-out watches · K videos of the vocabulary
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from engine.recommender.held_out.data import Data
from engine.recommender.held_out.evaluation import tested
from engine.recommender.held_out.served import Serving, gain, hit_rates
from engine.recommender.opponents.on_a_log import OnALog
from engine.recommender.own_log.present import Present
from engine.recommender.recall.model import CandidateNet
from engine.recommender.recall.samples import Examples
from engine.recommender.recall.training import batches, viewers
from engine.recommender.serving.restore import server_at
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array, Frame

CUTS = (20, 50, 100, 300)
"""Lengths of lists."""
PLACES = 100
"""NDCG and coverage look at so many."""


def further(
    data: Data, frames: Sequence[Frame], beside: OnALog, present: Present | None = None
) -> dict[str, Array]:  # fmt: skip
    """Measures of the network as these frames leave it, and of what stands beside it: "{name}.at" (4,) hits at `CUTS`,
    "{name}.ndcg" (), "{name}.coverage" (). Of the lists that are served at `present` also "present.hits" (3,), "present.gain"
    (3, 3) by how much the network hits oftener, and "present.listed" (), the share of users who have a list."""
    test, site = tested(data, len(data.test)), data.site
    most = min(CUTS[-1], len(site.known))
    found = {"recall": lists_of(server_at(site, frames).net, site, test, most)} | beside.lists(test, most)
    if present is None:
        return measured(found, test.label, len(site.known))
    served = present.lists(test, CUTS[-1])
    gained = {
        "present.hits": hit_rates(served, test.label),
        "present.gain": gain(found["recall"], served, test.label),
        "present.listed": np.asarray((served >= 0).any(1).mean()),
    }
    return measured(found | {"present": served}, test.label, len(site.known)) | gained


def lists_of(net: CandidateNet, site: Site, test: Examples, most: int) -> Array:
    """(E, most) videos that the network finds for each held-out watch, best first."""
    with torch.inference_mode():
        u = torch.cat([net(viewers(site, some)).vector for some in batches(test)]).numpy()
        v = net.output.weight.detach().numpy()
    return Serving(site, test).best(lambda rows: u[rows] @ v.T, most)


def measured(lists: Mapping[str, Array], labels: Array, videos: int) -> dict[str, Array]:
    """Hits, NDCG and coverage, as `further` names them, of lists (E, most) by name, best first, -1 where there is nothing;
    labels (E,), of `videos` that there are."""
    found: dict[str, Array] = {}
    for name, one in lists.items():
        found |= {
            f"{name}.at": hit_rates(one, labels, CUTS),
            f"{name}.ndcg": np.asarray(gains(one, labels).mean()),
            f"{name}.coverage": np.asarray(len(np.unique(one[:, :PLACES][one[:, :PLACES] >= 0])) / max(videos, 1)),
        }
    return found


def gains(lists: Array, labels: Array) -> Array:
    """(E,) NDCG among the first `PLACES` where one item alone is right: 1 ÷ log2(1 + its rank), 0 where it is not there."""
    hit = lists[:, :PLACES] == labels[:, None]
    return np.asarray((hit / np.log2(np.arange(hit.shape[1]) + 2.0)).sum(1))
