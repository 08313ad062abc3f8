"""The sampled softmax's gradient: that of the loss it stands for, and nearer to the full one with the correction."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.recommender.config import RecommenderConfig
from engine.recommender.looks.negative_sampling import distances, sampled_gradient
from engine.recommender.recall.model import CandidateNet, Sampler, full_loss, sampled_loss
from engine.recommender.recall.samples import split
from engine.recommender.recall.training import Recall
from engine.recommender.serving.server import Server
from engine.recommender.serving.users import sample_users
from engine.recommender.site.vocabulary import open_site
from engine.runs.seeds import generator


@pytest.mark.parametrize("corrected", [True, False])
def test_it_is_the_gradient_of_the_loss(corrected: bool) -> None:
    random = generator(1, "gradients")
    net = CandidateNet(40, 8, (16,))
    u = torch.rand(6, 8, generator=random, requires_grad=True)
    labels = torch.randint(40, (6,), generator=random)
    sampler = Sampler(labels.numpy(), 40, "popular")
    drawn = torch.cat((sampler.draw(30, np.random.default_rng(0)), labels[:2]))  # two of them are labels
    log_q = sampler.log_q if corrected else None
    sampled_loss(net, u, labels, drawn, log_q).backward()
    found = sampled_gradient(u.detach(), net.output.weight.detach(), labels, drawn, log_q)
    np.testing.assert_allclose(found.numpy() / 6, u.grad.numpy(), atol=1e-6)  # type: ignore[union-attr]


def test_corrected_it_tends_to_the_full_softmax() -> None:
    config = RecommenderConfig(videos=2_000, users=300, days=20, dimensions=8, tower=(32,), fewest=2)
    site = open_site(config)
    recall = Recall(site, split(site)[0])
    for _ in range(200):
        recall.learn()
    server = Server(site, recall.net)
    found = {
        (one.sampler, one.negatives, one.corrected): one
        for one in distances(server, sample_users(server, 40, ()), (5, 1_000), 40)
    }
    few, many = found["popular", 5, True], found["popular", 1_000, True]
    assert many.mean < 0.3 * few.mean and many.mean < 0.1
    assert found["popular", 1_000, False].mean > 2 * many.mean  # it stays apart
    assert all(one.mean <= one.one + 1e-6 for one in found.values())  # an average is no farther than its parts


def test_the_full_gradient_is_that_of_the_full_loss() -> None:
    """Every video drawn once, evenly: the label too, but it does not compete with itself."""
    random = generator(2, "gradients")
    net = CandidateNet(30, 4, ())
    u, labels = torch.rand(5, 4, generator=random, requires_grad=True), torch.randint(30, (5,), generator=random)
    full_loss(net, u, labels).backward()
    found = sampled_gradient(u.detach(), net.output.weight.detach(), labels, torch.arange(30), None)
    np.testing.assert_allclose(found.numpy() / 5, u.grad.numpy(), atol=1e-6)  # type: ignore[union-attr]
