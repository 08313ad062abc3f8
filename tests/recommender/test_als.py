"""ALS against plain normal equations, one row after another, and against the derivative of what it minimises."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.recommender.opponents import als as als_module
from engine.recommender.opponents.als import ROUNDS, START, Als, solved
from engine.recommender.opponents.knn import watched_by
from engine.recommender.site.history import Sequences, sequences

USERS, VIDEOS = 50, 35


def watches(seed: int, rows: int = 600) -> Sequences:
    """Some users who watched nothing, a heavy one, and a video that nobody watched."""
    source = np.random.default_rng(seed)
    user, video = source.integers(3, USERS, rows), (source.zipf(1.3, rows) - 1) % (VIDEOS - 1)
    user = np.concatenate((user, np.full(VIDEOS - 1, 7)))
    video = np.concatenate((video, np.arange(VIDEOS - 1)))
    return sequences(user, video, source.uniform(0, 9, len(user)), np.ones(len(user)), USERS)


def dense(seen: Sequences) -> np.ndarray:
    """(U, K) 1 where it was watched."""
    found = np.zeros((USERS, VIDEOS))
    for user in range(USERS):
        found[user, seen.item[seen.start[user] : seen.start[user + 1]]] = 1.0
    return found


def plainly(p: np.ndarray, y: np.ndarray, confidence: float, penalty: float) -> np.ndarray:
    """(N, F) in float64: for each row of p (N, M) the weighted ridge regression on y (M, F), its weights a diagonal matrix."""
    rows = []
    for row in p:
        c = np.diag(1.0 + confidence * row)
        rows.append(np.linalg.solve(y.T @ c @ y + penalty * np.eye(y.shape[1]), y.T @ c @ row))
    return np.array(rows)


@pytest.mark.parametrize("gathered", [300, 4_000_000])
@pytest.mark.parametrize(("factors", "confidence", "penalty"), [(4, 10.0, 3.0), (16, 2.0, 3.0), (64, 40.0, 0.5)])
def test_als_is_the_plain_normal_equations(
    monkeypatch: pytest.MonkeyPatch, gathered: int, factors: int, confidence: float, penalty: float
) -> None:
    """With fewer watches than factors and with more; in blocks of any size."""
    monkeypatch.setattr(als_module, "GATHERED", gathered)
    seen = watches(5)
    p = dense(seen)
    lengths = p.sum(1)
    assert lengths.min() == 0 and (factors != 16 or (lengths < factors).any() and (lengths > factors).any())
    y = np.random.default_rng(0).normal(0.0, START, (VIDEOS, factors))
    for _ in range(ROUNDS):
        x = plainly(p, y, confidence, penalty)
        y = plainly(p.T, x, confidence, penalty)
    found = Als(seen, VIDEOS, factors=factors, confidence=confidence, penalty=penalty)
    users = np.arange(USERS)
    np.testing.assert_allclose(found.every(users), x @ y.T, atol=2e-3)
    assert np.abs(x @ y.T).max() > 0.3 and not found.every(users[:3]).any() and not found.videos[-1].any()


def test_what_is_solved_leaves_no_slope() -> None:
    """The derivative of Σ c (p - x·y)² + λ Σ|x|² by torch is 0 at the x that is solved for, and nowhere near."""
    seen, confidence, penalty = watches(6), 12.0, 5.0
    y = np.random.default_rng(1).normal(size=(VIDEOS, 8)).astype(np.float32)
    p = torch.tensor(dense(seen))

    def slope(x: np.ndarray) -> float:
        at = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        loss = ((1 + confidence * p) * (p - at @ torch.tensor(y, dtype=torch.float64).T) ** 2).sum()
        (loss + penalty * (at**2).sum()).backward()
        return float(at.grad.abs().max())  # type: ignore[union-attr]

    x = solved(watched_by(seen, VIDEOS), y, confidence, penalty)
    assert slope(x) < 5e-3 < 1.0 < slope(x + 0.01)
