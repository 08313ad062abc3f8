"""Nothing that a model is told happened later than the moment it is asked about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.features import Quantiles, powers
from engine.recommender.config import RecommenderConfig
from engine.recommender.ranking.features import impressions
from engine.recommender.recall.samples import histories, split
from engine.recommender.site.history import SECONDS
from engine.recommender.site.log import simulate
from engine.recommender.site.vocabulary import open_site, site_of
from engine.recommender.site.world import World

worlds = st.builds(
    lambda seed, videos, users, days: simulate(
        RecommenderConfig(seed=seed, videos=videos, users=users, days=days, watches=7, searches=5, recent=4)
    ),
    st.integers(0, 999),
    st.integers(2_000, 3_000),
    st.integers(50, 90),
    st.integers(10, 30),
)


def watches_before(world: World, user: int, second: int) -> list[int]:
    """The plain loop that the sorted search has to agree with."""
    log = world.log
    rows = [
        (int(log.time[n] * SECONDS), n) for n in np.flatnonzero((log.user == user) & log.clicked)
        if int(log.time[n] * SECONDS) < second
    ]  # fmt: skip
    return [int(log.video[n]) for _, n in sorted(rows)]


@settings(max_examples=8, deadline=None)
@given(worlds)
def test_features_look_back_only(world: World) -> None:
    log, site = world.log, site_of(world)
    rows = np.linspace(0, len(log.user) - 1, 25).astype(int)
    found = impressions(site, log.user[rows], log.video[rows], log.time[rows], log.seen[rows])
    for n, row in enumerate(rows):
        second = int(log.time[row] * SECONDS)
        before = watches_before(world, int(log.user[row]), second)
        assert sorted(v for v in found.recent[n] if v >= 0) == sorted(before[-4:])
        channel = world.videos.channel[log.video[row]]
        same = [
            int(log.time[m] * SECONDS)
            for m in np.flatnonzero((log.user == log.user[row]) & log.clicked)
            if world.videos.channel[log.video[m]] == channel and int(log.time[m] * SECONDS) < second
        ]
        assert found.hours[n] == pytest.approx((second - max(same)) / 3_600) if same else np.isinf(found.hours[n])


@settings(max_examples=8, deadline=None)
@given(worlds)
def test_examples_are_predicted_from_what_came_before(world: World) -> None:
    config, site = world.config, site_of(world)
    history = site.history
    for some in split(site):
        seen, searched = histories(site, some)
        second = history.watches.second[some.place]
        for n in range(0, len(some), max(len(some) // 10, 1)):
            begin = history.watches.start[some.user[n]]
            before = history.watches.item[max(begin, some.place[n] - config.watches) : some.place[n]]
            np.testing.assert_array_equal(seen[n][seen[n] >= 0][::-1], before)
            own = slice(history.searches.start[some.user[n]], history.searches.start[some.user[n] + 1])
            earlier = history.searches.item[own][history.searches.second[own] < second[n]][-config.searches :]
            np.testing.assert_array_equal(searched[n][searched[n] >= 0][::-1], earlier)


def test_the_last_watch_is_the_test_and_a_random_one_leaks() -> None:
    site = open_site(RecommenderConfig(videos=2_000, users=200, days=20))
    world, history = site.world, site.history
    train, test = split(site)
    ends = history.watches.start[test.user + 1] - 1
    np.testing.assert_array_equal(test.place, ends)
    assert not np.intersect1d(train.place, test.place).size
    leaking = open_site(replace(world.config, test="random"))
    train, test = split(leaking)
    latest = np.zeros(len(world.users)) - 1
    np.maximum.at(latest, train.user, history.watches.second[train.place])
    assert (latest[test.user] > history.watches.second[test.place]).mean() > 0.5  # trained on what came later
    seen, _ = histories(leaking, test)
    assert not (seen == test.label[:, None]).all(1).any()


def test_equal_samples_bound_the_heavy_users() -> None:
    config = RecommenderConfig(videos=2_000, users=300, days=30, examples=10)
    equal, _ = split(open_site(config))
    every, _ = split(open_site(replace(config, per_user="all")))
    assert np.bincount(equal.user).max() == 10 < np.bincount(every.user).max()
    assert set(equal.place) < set(every.place)


def test_quantiles_are_even_and_agree_with_scikit_learn() -> None:
    from sklearn.preprocessing import QuantileTransformer

    values = np.random.default_rng(0).exponential(3.0, 5_000)
    ours = Quantiles.of(values)(values)
    theirs = QuantileTransformer(n_quantiles=256, subsample=None).fit_transform(values[:, None])[:, 0]
    np.testing.assert_allclose(ours, theirs, atol=1e-9)
    assert Quantiles.of(values)(np.array([np.inf]))[0] == 1.0
    np.testing.assert_allclose(powers(np.array([0.25]), True), [[0.25, 0.0625, 0.5]])
