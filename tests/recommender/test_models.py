"""Candidate generation, its sampled softmax, retrieval and ranking against independent ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from engine.recommender.config import RecommenderConfig
from engine.recommender.held_out.served import Serving, hit_rates
from engine.recommender.opponents.beside import Beside, Chosen
from engine.recommender.ranking.model import mispredicted, weighted_loss
from engine.recommender.recall.index import Retriever, recall_against
from engine.recommender.recall.model import CandidateNet, Sampler, average, full_loss, initialise, sampled_loss
from engine.recommender.recall.samples import split
from engine.recommender.recall.training import Recall, batches
from engine.recommender.site.vocabulary import open_site
from engine.runs.seeds import generator

SMALL = RecommenderConfig(videos=2_000, users=300, days=20, dimensions=8, tower=(32,), batch_size=64, steps=200)


def test_averages_leave_out_what_is_not_there() -> None:
    table = torch.nn.Embedding(5, 3)
    ids = torch.tensor([[0, 2, -1], [-1, -1, -1]])
    found = average(table, ids)
    torch.testing.assert_close(found[0], (table.weight[0] + table.weight[2]) / 2)
    assert not found[1].any()


def gradient(loss: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
    return torch.autograd.grad(loss, u)[0]


def test_the_corrected_sampled_softmax_goes_to_the_full_one() -> None:
    """Averaged over draws, with more negatives the corrected gradient comes nearer; the uncorrected one stalls."""
    videos = 1_000
    net = initialise(CandidateNet(videos, 8, (32,)), generator(0, "test")).requires_grad_(False)
    net.output.weight.mul_(10.0)
    rng = np.random.default_rng(0)
    labels = torch.from_numpy(rng.zipf(1.3, 64) % videos)
    sampler = Sampler(rng.zipf(1.3, 50_000) % videos, videos, "popular")  # as uneven as real watches
    u = torch.randn(64, 8, generator=generator(1, "test")).requires_grad_()
    whole = gradient(full_loss(net, u, labels), u)

    def error(count: int, log_q: torch.Tensor | None) -> float:
        found = [gradient(sampled_loss(net, u, labels, sampler.draw(count, rng), log_q), u) for _ in range(200)]
        return float((torch.stack(found).mean(0) - whole).norm() / whole.norm())

    few, many, plain = error(20, sampler.log_q), error(500, sampler.log_q), error(500, None)
    assert many < 0.6 * few and many < 0.8 * plain


def test_a_step_touches_only_the_rows_it_reads() -> None:
    site = open_site(SMALL)
    recall = Recall(site, split(site)[0])
    before = recall.net.output.weight.detach().clone()
    recall.learn()
    changed = (recall.net.output.weight.detach() != before).any(1).sum()
    assert 0 < changed <= SMALL.batch_size + SMALL.negatives


@pytest.mark.slow
def test_candidate_generation_beats_popularity_and_is_reproducible() -> None:
    config = replace(SMALL, users=800, steps=400)
    site = open_site(config)
    train, test = split(site)
    vectors = []
    for _ in range(2):
        recall = Recall(site, train)
        recall.pretrain()
        for _ in range(config.steps):
            recall.learn()
        vectors.append(torch.cat([recall.read(some).vector for some in batches(test)]).numpy())
    np.testing.assert_array_equal(*vectors)
    v = recall.net.output.weight.detach().numpy()
    found = Serving(site, test).best(lambda rows: vectors[0][rows] @ v.T, 50)
    best = Beside(site, test.place, Chosen()).lists(test, 50)["popular"]
    assert hit_rates(found, test.label, (50,))[0] > hit_rates(best, test.label, (50,))[0]


def test_the_served_score_is_the_logit() -> None:
    """The softmax's rows become video vectors, the last ReLU is u: nothing else is between training and serving."""
    site = open_site(SMALL)
    train, test = split(site)
    recall = Recall(site, train)
    u = recall.read(test).vector
    logits = (u @ recall.net.output.weight.T).detach().numpy()
    scores, ids = Retriever(recall.net.output.weight.detach().numpy()).search(u.numpy(), 20)
    np.testing.assert_allclose(scores, np.take_along_axis(logits, ids, 1), atol=1e-5)
    assert (u >= 0).all()


@pytest.mark.parametrize("kind", ["exact", "ivf", "hnsw"])
def test_faiss_finds_what_brute_force_finds(kind: str) -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(50, 16))
    vectors = (centres[rng.integers(50, size=5_000)] + 0.3 * rng.normal(size=(5_000, 16))).astype(np.float32)
    users = (centres[:30] + 0.3 * rng.normal(size=(30, 16))).astype(np.float32)
    brute = np.argsort(-(users @ vectors.T), axis=1)[:, :100]
    _, found = Retriever(vectors, kind, effort=None if kind != "ivf" else 16).search(users, 100)
    share = recall_against(found, brute)
    assert share >= 0.999 if kind == "exact" else share > 0.95


def test_weighted_logistic_regression_is_scikit_learns() -> None:
    """With features and weights: the same coefficients, by minimising our loss."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2_000, 3))
    clicked = rng.random(2_000) < 1 / (1 + np.exp(-(x @ [1.0, -0.5, 0.2] - 1.5)))
    minutes = np.where(clicked, rng.exponential(3.0, 2_000), 0.0)
    weights = np.where(clicked, minutes, 1.0)
    theirs = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1_000).fit(x, clicked, sample_weight=weights)
    ours = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    design = torch.from_numpy(np.hstack((x, np.ones((2_000, 1)))))
    optimiser = torch.optim.LBFGS([ours], max_iter=200, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = weighted_loss(design @ ours, torch.from_numpy(clicked), torch.from_numpy(minutes), "watch_time")
        loss.backward()
        return loss

    optimiser.step(closure)
    np.testing.assert_allclose(ours.detach().numpy(), [*theirs.coef_[0], *theirs.intercept_], atol=1e-4)


def test_odds_without_features_are_all_minutes_over_all_negatives() -> None:
    clicked = torch.tensor([True] * 3 + [False] * 97)
    minutes = torch.tensor([4.0, 2.0, 6.0] + [0.0] * 97, dtype=torch.float64)
    z = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([z], max_iter=100, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = weighted_loss(z.expand(100), clicked, minutes, "watch_time")
        loss.backward()
        return loss

    optimiser.step(closure)
    assert float(z.detach().exp()) == pytest.approx(12.0 / 97.0, rel=1e-4)


def test_mispredicted_watch_time_by_hand() -> None:
    z = np.array([3.0, 2.0, 1.0, 0.0, 5.0])
    page = np.array([0, 0, 0, 1, 1])
    clicked = np.array([False, True, True, True, False])
    minutes = np.array([0.0, 4.0, 2.0, 3.0, 0.0])
    assert mispredicted(z, page, clicked, minutes) == pytest.approx((4.0 + 2.0 + 3.0) / 9.0)
    assert mispredicted(-z, page, clicked, minutes) == 0.0
