"""The simulated site: seeded, no event before its video exists, and the truth is what the log tells on average."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.recommender.config import RecommenderConfig
from engine.recommender.site.log import occurrences, simulate
from engine.recommender.site.taste import expected_watch

SMALL = RecommenderConfig(videos=2_000, users=300, days=20)


def test_the_same_seed_gives_the_same_log() -> None:
    one, two, other = simulate(SMALL), simulate(SMALL), simulate(replace(SMALL, seed=1))
    np.testing.assert_array_equal(one.log.video, two.log.video)
    np.testing.assert_array_equal(one.log.minutes, two.log.minutes)
    assert len(one.log.video) != len(other.log.video) or (one.log.video != other.log.video).any()


def test_events_are_in_order_and_after_the_upload() -> None:
    world = simulate(SMALL)
    log = world.log
    assert (np.diff(log.time) >= 0).all() and (np.diff(log.search_time) >= 0).all()
    assert (world.videos.uploaded[log.video] <= log.time).all()
    assert ((log.minutes > 0) == log.clicked).all()
    assert (log.minutes <= world.videos.minutes[log.video] + 1e-9).all()


def test_the_truth_is_what_impressions_earn_on_average() -> None:
    """Over first impressions: within 3 standard errors."""
    world = simulate(replace(SMALL, users=2_000))
    log, first = world.log, world.log.seen == 0
    truth = expected_watch(world.config, world.videos, world.users, log.user[first], log.video[first])
    gap = log.minutes[first] - truth
    assert abs(gap.mean()) < 3 * gap.std() / len(gap) ** 0.5


def test_bait_wins_clicks_and_loses_minutes() -> None:
    world = simulate(replace(SMALL, users=1_000))
    log, bait = world.log, world.videos.bait[world.log.video] > 0.5
    assert log.clicked[bait].mean() > log.clicked[~bait].mean()
    assert log.minutes[bait].mean() < log.minutes[~bait].mean()


@pytest.mark.parametrize("videos", [2_000, 50_000])
def test_a_head_heavy_catalogue_gathers_its_watches(videos: int) -> None:
    def share(head: float) -> float:
        world = simulate(replace(SMALL, videos=videos, users=800, head=head))
        counts = np.sort(np.bincount(world.log.video[world.log.clicked], minlength=videos))[::-1]
        return float(counts[: videos // 100].sum() / counts.sum())

    assert share(0.0) < share(1.0) < share(3.0)


def test_occurrences_count_what_stood_before() -> None:
    keys = np.array([5, 3, 5, 5, 3, 9])
    np.testing.assert_array_equal(occurrences(keys), [0, 0, 1, 2, 1, 0])
    assert len(occurrences(keys[:0])) == 0
