"""A whole run: recall learns, then ranking; prefixes, seeds, and the few measures of our own."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from engine.errors import UserError
from engine.measures import auc
from engine.recommender.config import RecommenderConfig
from engine.recommender.held_out.data import frontier, prepare
from engine.recommender.held_out.evaluation import first_of
from engine.recommender.serving.restore import server_at
from engine.recommender.site.log import simulate
from engine.recommender.site.vocabulary import open_site, site_of
from engine.recommender.training import train, train_on
from engine.runs.recording import Recording

SMALL = RecommenderConfig(
    videos=2_000, users=400, days=20, dimensions=8, tower=(32,), layers=(16,), steps=150, ranking_steps=150, frames=4,
)  # fmt: skip


def test_auc_is_scikit_learns_with_ties() -> None:
    rng = np.random.default_rng(0)
    scores, positive = rng.integers(0, 9, 500) / 7, rng.random(500) < 0.3
    assert auc(scores, positive) == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)
    assert np.isnan(auc(scores, np.zeros(500, bool)))


def test_the_first_of_each_page() -> None:
    np.testing.assert_array_equal(first_of(np.array([3, 3, 5, 5, 5]), np.array([0.1, 0.2, 0.9, 0.3, 0.1])), [1, 2])


def test_both_stages_learn() -> None:
    frames = list(train(SMALL))
    recall = [f for f in frames if "recall.hits" in f.metrics]
    ranking = [f for f in frames if "ranking.auc" in f.metrics]
    assert [f.step for f in frames] == sorted({f.step for f in frames}) and frames[-1].step == 300
    assert recall[-1].metrics["recall.hits"][1] > recall[0].metrics["recall.hits"][1]
    assert ranking[-1].metrics["ranking.auc"] > 0.6


def test_what_judges_ranking_does_not_teach_it() -> None:
    """Other users in the impressions that judge, with the same watches of each video: the trained ranking is the same."""
    tiny = replace(SMALL, steps=5, ranking_steps=20, frames=2)
    world = simulate(tiny)
    cut = int(np.searchsorted(world.log.time, frontier(world)))
    user = world.log.user.copy()
    user[cut:] = user[cut:][::-1]
    other = replace(world, log=replace(world.log, user=user))
    first, second = (list(train_on(site_of(one)))[-1] for one in (world, other))
    assert float(first.metrics["ranking.auc"]) != float(second.metrics["ranking.auc"])
    for name in (name for name in first.parameters if name.startswith("ranking.")):
        np.testing.assert_array_equal(first.parameters[name], second.parameters[name], err_msg=name)


def test_too_few_with_a_vector_is_told() -> None:
    with pytest.raises(UserError, match="Too few are watched often enough for a vector"):
        next(train(RecommenderConfig(videos=2_000, users=50, days=10, fewest=100)))


def test_large_tables_are_kept_at_three_moments_of_a_phase(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = replace(SMALL, steps=20, ranking_steps=20, frames=5)
    assert all(frame.parameters for frame in train(tiny))
    monkeypatch.setattr("engine.runs.frame.PARAMETER_BYTES", 1_000)
    frames = list(train(tiny))
    assert [bool(frame.parameters) for frame in frames] == [True, False, True, False, True, True, False, True, True]


def test_what_serves_is_what_was_trained() -> None:
    """Out of the frames' parameters comes the score that a held-out user's test measured."""
    tiny = replace(SMALL, steps=40, ranking_steps=40)
    site, frames = open_site(tiny), list(train(tiny))
    early, late = server_at(site, frames[:3]), server_at(site, frames)
    assert early.ranker is None and late.ranker is not None
    given = early.recommend(5)
    np.testing.assert_array_equal(given.shown, given.candidates[: tiny.shown])
    data = prepare(site)
    z, log, rows = late.ranker.logits(data.features.some(data.judged)), site.world.log, data.judged
    assert auc(z, log.clicked[rows]) == pytest.approx(float(frames[-1].metrics["ranking.auc"]), abs=1e-6)


def test_the_same_config_gives_the_same_recording_and_a_stopped_run_is_its_beginning() -> None:
    tiny = replace(SMALL, steps=20, ranking_steps=20)
    whole, again = (Recording(tiny, tuple(train(tiny))) for _ in range(2))
    assert whole.digest == again.digest
    begun = Recording(tiny, tuple(islice(train(tiny), 3)))
    assert begun.digest == Recording(tiny, whole.frames[:3]).digest
    other = replace(tiny, seed=1)
    assert Recording(other, tuple(train(other))).digest != whole.digest
