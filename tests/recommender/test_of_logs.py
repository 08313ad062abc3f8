"""Opponents on a viewer's own log: the same hits as one trial after another, grids that end inside, and no list without a reason."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from engine.recommender.held_out.data import Data, prepare
from engine.recommender.opponents.beside import Beside, Chosen, tried
from engine.recommender.opponents.of_logs import BesideLog, Neighbours, chosen, tune_log
from engine.recommender.own_log.config import OwnLogConfig
from engine.recommender.own_log.further import CUTS, gains, measured
from engine.recommender.own_log.sample import sample_log
from engine.recommender.own_log.site import own_config, own_site, read_log
from engine.recommender.recall.samples import histories


@pytest.fixture(scope="module")
def data() -> Data:
    file = sample_log()
    return prepare(own_site(own_config(read_log(file), "", OwnLogConfig(steps=1, ranking_steps=1)), file))


@pytest.mark.parametrize(("shrinkage", "neighbours"), [(0.0, 20), (10.0, 100), (1_000.0, 5)])
def test_what_is_counted_once_finds_as_much_as_a_trial_of_its_own(
    data: Data, shrinkage: float, neighbours: int
) -> None:
    held_out = data.test.place
    alone = tried(data.site, held_out, "knn", Chosen(shrinkage=shrinkage, neighbours=neighbours))
    assert Neighbours(data.site, held_out).hits(shrinkage, neighbours) == pytest.approx(alone, abs=0.004)


@pytest.mark.parametrize(("values", "best", "end", "found"), [
    ((1, 2, 4), 2, math.inf, 2), ((1, 2, 4), 16, math.inf, 16), ((1, 2, 4), 1, math.inf, 1), ((1, 2, 4), 100, 8, 8),
])  # fmt: skip
def test_a_grid_grows_until_its_winner_lies_inside(
    values: Sequence[float], best: float, end: float, found: float
) -> None:
    asked: list[float] = []

    def trial(value: float) -> float:
        asked.append(value)
        return -abs(math.log(value / best))

    assert chosen(values, trial, 2.0, lambda value: value >= end) == found
    assert asked == sorted(set(asked)) and (max(asked) > found or found == end)
    assert chosen(values, lambda value: None, 2.0) is None


def test_the_tuned_settings_are_as_good_as_any_of_the_narrow_grid(data: Data) -> None:
    best = tune_log(data.site, data.test.place)
    for name, field in (("recent", "recent"), ("ease", "penalty")):
        mine = tried(data.site, data.test.place, name, best)
        other = tried(data.site, data.test.place, name, Chosen())
        assert mine is not None and other is not None and mine >= other, field


def test_ease_is_popularity_for_who_has_watched_nothing_it_knows(data: Data) -> None:
    site, test = data.site, data.test
    seen = site.row(histories(site, test)[0])
    beside = BesideLog(site, test.place, Chosen())
    found = dict(beside.scores(test, ("ease", "popular")))
    plain = dict(Beside(site, test.place, Chosen()).scores(test, ("ease",)))
    rows = np.arange(len(test))
    np.testing.assert_array_equal(found["ease"](rows)[(seen >= 0).any(1)], plain["ease"](rows)[(seen >= 0).any(1)])
    silent = beside._filled(lambda rows: np.zeros((len(rows), len(site.known)), np.float32))(rows[:2])
    counts = found["popular"](rows[:1])[0]
    assert np.all(np.diff(counts[np.argsort(-silent[0], kind="stable")]) <= 0)


def test_lists_are_measured_by_their_definitions() -> None:
    lists = np.array([[4, 1, 2, -1], [0, 1, 2, 3], [9, 8, 7, 6]])
    found = measured({"a": lists}, np.array([1, 3, 5]), 20)
    assert found["a.at"].shape == (len(CUTS),) and found["a.at"].tolist() == [pytest.approx(2 / 3)] * 4
    np.testing.assert_allclose(gains(lists, np.array([1, 3, 5])), [1 / np.log2(3), 1 / np.log2(5), 0.0])
    assert found["a.coverage"] == pytest.approx(9 / 20)
