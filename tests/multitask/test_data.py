"""The generator against closed forms."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import log_loss, mean_squared_error

from engine.multitask import MultitaskConfig
from engine.multitask.data import Stream, SyntheticTasks, equicorrelation_factor
from engine.multitask.guessing import guessing
from engine.multitask.measures import pearson
from engine.runs.seeds import generator

N = 40_000
SAMPLING = 4 / math.sqrt(N)  # four standard errors of a correlation near 0


def measured(config: MultitaskConfig) -> float:
    rows = SyntheticTasks(config, 0).rows(N, generator(0, "closed form"))
    return float(pearson(rows.y)[0, 1])


def test_unrelated_weights_give_unrelated_labels() -> None:
    assert abs(measured(MultitaskConfig(correlation=0.0))) < SAMPLING


@pytest.mark.parametrize("p", [-0.7, 0.3, 1.0])
def test_linear_case(p: float) -> None:
    """Without sine terms the label Pearson is p c² / (c² + σ²)."""
    config = MultitaskConfig(correlation=p, alpha=(), beta=(), noise=0.8, scale=1.3)
    assert abs(measured(config) - p * 1.3**2 / (1.3**2 + 0.8**2)) < SAMPLING


def test_identical_tasks_differ_by_their_noise_only() -> None:
    config = MultitaskConfig(correlation=1.0, noise=0.5)
    rows = SyntheticTasks(config, 0).rows(N, generator(0, "closed form"))
    assert abs(float(pearson(rows.y)[0, 1]) - (1 - 0.25 / float(rows.y.var(0).mean()))) < SAMPLING


@pytest.mark.parametrize("tasks", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("place", ["lowest", "zero", "half", "one"])
def test_every_pair_of_weights_has_cosine_p(tasks: int, place: str) -> None:
    p = {"lowest": -1 / (tasks - 1), "zero": 0.0, "half": 0.5, "one": 1.0}[place]
    factor = equicorrelation_factor(tasks, p).double()
    expected = torch.full((tasks, tasks), p, dtype=torch.float64).fill_diagonal_(1.0)
    assert torch.allclose(factor @ factor.T, expected, atol=1e-6)  # the factor itself is float32


def test_two_tasks_are_the_papers_formula() -> None:
    tasks = SyntheticTasks(MultitaskConfig(correlation=0.6, scale=2.0), 3)
    u1, u2 = tasks.basis
    assert torch.allclose(tasks.basis @ tasks.basis.T, torch.eye(2), atol=1e-6)
    assert torch.allclose(tasks.weights[0], 2.0 * u1, atol=1e-6)
    assert torch.allclose(tasks.weights[1], 2.0 * (0.6 * u1 + math.sqrt(1 - 0.36) * u2), atol=1e-6)


def test_labels_are_the_equation() -> None:
    config = MultitaskConfig(correlation=0.4, noise=0.0, alpha=(1.5, 2.0), beta=(0.3, -1.0))
    tasks = SyntheticTasks(config, 0)
    x = torch.randn(50, 100)
    z = x @ tasks.weights.T
    assert torch.allclose(
        tasks.labels(x, torch.zeros(50, 2)), z + torch.sin(1.5 * z + 0.3) + torch.sin(2.0 * z - 1.0), atol=1e-5
    )


def test_a_binary_label_asks_for_the_sign() -> None:
    config = MultitaskConfig(tasks=("binary", "regression"))
    both = SyntheticTasks(config, 0).rows(500, generator(0, "a"))
    plain = SyntheticTasks(replace(config, tasks=("regression", "regression")), 0).rows(500, generator(0, "a"))
    assert torch.equal(both.y[:, 0], (plain.y[:, 0] > 0).float()) and torch.equal(both.y[:, 1], plain.y[:, 1])


def test_held_out_inputs_are_the_same_at_every_correlation() -> None:
    first, second = (Stream(MultitaskConfig(correlation=p), (0, 1)).test_rows() for p in (0.0, 0.9))
    assert torch.equal(first.x, second.x) and torch.equal(first.y[..., 0], second.y[..., 0])
    assert not torch.equal(first.y[..., 1], second.y[..., 1])


def test_fixed_rows_come_again_and_fresh_rows_do_not() -> None:
    fixed = Stream(MultitaskConfig(rows=200, batch_size=128), (0,))
    known = {tuple(row.tolist()) for row in fixed.training_rows().x[0]}
    assert all(tuple(row.tolist()) in known for _ in range(3) for row in fixed.batch().x[0])
    fresh = Stream(MultitaskConfig(), (0,))
    assert fresh.training_rows() is None and not torch.equal(fresh.batch().x, fresh.batch().x)


def test_a_seed_sees_the_same_rows_alone_and_in_a_stack() -> None:
    alone, stacked = Stream(MultitaskConfig(), (5,)), Stream(MultitaskConfig(), (4, 5))
    for _ in range(2):
        assert torch.equal(alone.batch().x[0], stacked.batch().x[1])


def test_a_fixed_row_keeps_its_own_labels() -> None:
    fixed = Stream(MultitaskConfig(rows=200, batch_size=128), (0, 1))
    known, batch = fixed.training_rows(), fixed.batch()
    for seed in range(2):
        labels = {tuple(x): tuple(y) for x, y in zip(known.x[seed].tolist(), known.y[seed].tolist(), strict=True)}
        assert all(
            labels[tuple(x)] == tuple(y) for x, y in zip(batch.x[seed].tolist(), batch.y[seed].tolist(), strict=True)
        )


@pytest.mark.parametrize("fixed", [0, 200])
def test_held_out_rows_are_never_trained_on(fixed: int) -> None:
    """One generator for each purpose: with a shared one, training would begin with the held-out rows."""
    stream = Stream(MultitaskConfig(rows=fixed, batch_size=200, test_rows=200), (0, 1))
    held_out = {round(v, 6) for v in stream.test_rows().x.flatten().tolist()}
    trained = stream.batch().x.flatten().tolist()
    assert sum(round(v, 6) in held_out for v in trained) < 0.2 * len(trained)  # chance: 40,000 values on a 1e-6 grid


def test_seeds_are_independent() -> None:
    both = Stream(MultitaskConfig(), (0, 1))
    x = both.batch().x
    assert abs(float(pearson(x.flatten(1).T)[0, 1])) < 4 / math.sqrt(x[0].numel())
    assert float((both.tasks[0].basis @ both.tasks[1].basis.T).abs().max()) < 0.5  # d = 100: about 0.1


@pytest.mark.parametrize("tasks", [2, 3, 6])
def test_every_weight_vector_has_length_c(tasks: int) -> None:
    made = SyntheticTasks(MultitaskConfig(tasks=("regression",) * tasks, correlation=0.4, scale=2.5), 0)
    assert torch.allclose(made.weights.norm(dim=1), torch.full((tasks,), 2.5), atol=1e-5)


@pytest.mark.parametrize("kinds", [("regression", "binary"), ("regression",) * 3])
def test_guessing_is_what_scikit_learns_dummies_reach(kinds: tuple[str, ...]) -> None:
    """One that names the mean, one that names the share of ones: fitted to the labels that they are judged by."""
    config = MultitaskConfig(tasks=kinds, runs=2, test_rows=500)
    losses = []
    for seed in config.seeds:
        labels = SyntheticTasks(config, seed).rows(500, generator(seed, "test")).y.double().numpy()
        for kind, y in zip(kinds, labels.T, strict=True):
            x = np.zeros((len(y), 1))
            if kind == "binary":
                losses.append(log_loss(y, DummyClassifier(strategy="prior").fit(x, y).predict_proba(x)))
            else:
                losses.append(mean_squared_error(y, DummyRegressor().fit(x, y).predict(x)))
    assert guessing(config) == pytest.approx(np.mean(losses), rel=1e-9)
