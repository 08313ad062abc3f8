"""Tuning of the opponents: the same hits as one trial after another, grids that end inside; and how lists are measured."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest

from engine.recommender.held_out.data import Data, prepare
from engine.recommender.opponents import als, beside, tuning
from engine.recommender.opponents.beside import OPPONENTS, Chosen, tried, unasked, watch_before
from engine.recommender.opponents.tuning import MORE, Grid, Neighbours, grids, searched, tune, winner
from engine.recommender.own_log.config import OwnLogConfig
from engine.recommender.own_log.further import CUTS, gains, measured
from engine.recommender.own_log.sample import sample_log
from engine.recommender.own_log.site import own_config, own_site, read_log
from engine.recommender.site.history import Sequences


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


@pytest.mark.parametrize(("best", "lowest", "highest", "found"), [
    (2, 0, math.inf, 2), (16, 0, math.inf, 16), (1, 0, math.inf, 1), (0.25, 0, math.inf, 0.25), (100, 0, 8, 8),
    (100, 0, 3, 3), (0.01, 0.5, math.inf, 0.5),
])  # fmt: skip
def test_a_grid_grows_until_its_winner_lies_inside(best: float, lowest: float, highest: float, found: float) -> None:
    asked: list[float] = []

    def trial(value: float) -> float:
        asked.append(value)
        return -abs(math.log(value / best))

    grid = Grid("knn", "neighbours", (1, 2, 4), 2.0, lowest, highest)
    tried_so_far = searched(grid, trial)
    assert winner(tried_so_far) == found and sorted(tried_so_far) == sorted(asked) == sorted(set(asked))
    assert min(asked) < found < max(asked) or found in (lowest, highest)
    assert lowest <= min(asked) and max(asked) <= highest
    assert searched(grid, lambda value: None) == {}


def test_a_grid_that_never_ends_inside_is_left() -> None:
    asked = searched(Grid("ease", "penalty", (1, 3), 3.0), lambda value: value)
    assert len(asked) == 2 + MORE and winner(asked) == max(asked)


def test_of_equal_values_the_lowest_inside_is_chosen() -> None:
    assert winner({1: 0.3, 2: 0.3, 4: 0.3, 8: 0.1}) == 2
    assert winner({1: 0.3, 2: 0.2, 4: 0.1}) == 1
    assert winner({1: 0.1, 2: 0.2, 4: 0.3}) == 4


def test_every_opponent_that_is_tuned_gets_as_many_trials() -> None:
    """At least four values of each setting, at most a factor of 3.5 apart, but for days; at least eight of each opponent."""
    trials: dict[str, int] = {}
    for grid in grids(60.0, 3_000):
        trials[grid.opponent] = trials.get(grid.opponent, 0) + len(grid.values)
        values = [value for value in grid.values if value > 0]
        assert len(values) >= 4 and list(grid.values) == sorted(set(grid.values))
        assert grid.opponent in ("recent", "kinds") or max(b / a for a, b in itertools.pairwise(values)) < 3.5
    assert set(trials) == set(OPPONENTS) - {"popular"} and min(trials.values()) >= 8


def test_the_tuned_settings_are_as_good_as_those_that_were_not(data: Data) -> None:
    tuned = tune(data.site, data.test.place)
    last = {grid.opponent: grid.setting for grid in grids(1.0, 1)}
    for name in last:
        mine = tried(data.site, data.test.place, name, tuned.chosen)
        other = tried(data.site, data.test.place, name, Chosen())
        if mine is None or other is None:
            assert name == "kinds" and last[name] not in tuned.between
            continue
        assert mine >= other - 0.004, name  # item-kNN is counted once for all trials: equal scores fall otherwise
        low, high = tuned.between[last[name]]
        assert low <= getattr(tuned.chosen, last[name]) <= high


def test_nothing_is_tried_twice(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grid begins with the winner of the one before it, which is known."""
    asked: list[tuple[object, ...]] = []

    def one(site: object, held_out: object, name: str, some: Chosen, tick: object) -> float | None:
        own = {grid.setting for grid in grids(1.0, 1) if grid.opponent == name}
        asked.append((name, *(value for setting, value in dataclasses.asdict(some).items() if setting in own)))
        return None if name == "kinds" else tried(data.site, data.test.place, name, some) if name == "als" else 0.1

    monkeypatch.setattr(tuning, "tried", one)
    tune(data.site, data.test.place)
    assert {"als", "ease", "recent"} <= {name for name, *_ in asked} and len(asked) == len(set(asked))


def test_als_is_tuned_by_some_users_of_a_large_log(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who choose are among them, however few; of a log that is not large nobody is left out."""
    watches, before = data.site.history.watches, watch_before(data.site, data.test.place)
    owner, users = watches.owner(), len(watches.start) - 1
    assert not len(unasked(data.site, before))
    monkeypatch.setattr(beside, "ASKED", 100)
    before = watch_before(data.site, data.test.place)
    for most in (users // 2, len(before) // 2):
        monkeypatch.setattr(beside, "TRIED_USERS", most)
        left = set(np.unique(owner[unasked(data.site, before)]).tolist())
        kept = set(owner.tolist()) - left
        assert set(before.user.tolist()) <= kept and len(kept) <= max(most, len(before)) < users
        assert len(unasked(data.site, before)) == sum(
            int(watches.start[user + 1] - watches.start[user]) for user in left
        )


def test_als_does_not_see_the_users_it_is_not_tuned_by(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tried(data.site, data.test.place, "als", Chosen())
    monkeypatch.setattr(beside, "TRIED_USERS", 0)
    seen: list[int] = []
    kept = als.Als.__init__

    def counted(self: als.Als, watches: Sequences, *some: object, **others: object) -> None:
        seen.append(len(watches.item))
        kept(self, watches, *some, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(als.Als, "__init__", counted)
    few = tried(data.site, data.test.place, "als", Chosen())
    monkeypatch.setattr(beside, "TRIED_USERS", 10_000)
    assert tried(data.site, data.test.place, "als", Chosen()) == whole
    assert few is not None and seen[0] < seen[1]


def test_lists_are_measured_by_their_definitions() -> None:
    lists = np.array([[4, 1, 2, -1], [0, 1, 2, 3], [9, 8, 7, 6]])
    found = measured({"a": lists}, np.array([1, 3, 5]), 20)
    assert found["a.at"].shape == (len(CUTS),) and found["a.at"].tolist() == [pytest.approx(2 / 3)] * 4
    np.testing.assert_allclose(gains(lists, np.array([1, 3, 5])), [1 / np.log2(3), 1 / np.log2(5), 0.0])
    assert found["a.coverage"] == pytest.approx(9 / 20)
