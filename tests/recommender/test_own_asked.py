"""A user's own log asked in other ways: from one moment on for all, for as long as hits rise, beside lists that another system
serves."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.errors import UserError
from engine.recommender.held_out.served import CUTS, hit_rates
from engine.recommender.own_log import stopping
from engine.recommender.own_log.found import found_in
from engine.recommender.own_log.moment import second_of
from engine.recommender.own_log.present import Present
from engine.recommender.own_log.sample import sample_log
from engine.recommender.own_log.site import own_site, prepared, train_own
from engine.recommender.recall.samples import histories
from engine.recommender.recall.training import Recall
from engine.tables.beside import joined
from tests.recommender.test_own import SMALL, csv, frame

MOMENT = replace(SMALL, asked="moment")


def test_nothing_after_one_moment_is_learnt_from_or_looked_at() -> None:
    """Against the rows of the file itself."""
    rows = frame(1_500)
    site = own_site(MOMENT, csv(rows))
    data = prepared(MOMENT, site)
    cut = int(len(rows) * 0.9)
    later, earlier = rows[cut:], rows[:cut]
    nexts = later.groupby("user_id").item_id.first()
    people, titles = np.array(site.world.people), np.array(site.world.titles)
    asked = dict(zip(people[data.test.user], titles[data.test.label], strict=True))
    assert asked == {str(user): str(item) for user, item in nexts.items()} and len(asked) >= 20
    assert set(titles[site.known]) == set(earlier.item_id.astype(str))
    second = second_of(site)
    watches = data.site.history.watches
    assert (
        (data.train.moment < second).all() and (data.test.moment == second).all() and len(np.unique(data.test.age)) == 1
    )
    hidden = np.ones(len(watches.item), bool)
    hidden[data.test.place] = False
    assert (watches.second[hidden] < second).all(), "opponents count nobody's later watch"
    for user, seen in zip(people[data.test.user], histories(data.site, data.test)[0], strict=True):
        mine = earlier[earlier.user_id.astype(str) == user].item_id.astype(str).tolist()[::-1][:50]
        assert titles[seen[seen >= 0]].tolist() == mine
    assert (site.world.log.time[data.judged] >= data.site.world.log.time[cut]).all()


def test_both_ways_of_asking_are_trained_and_judged() -> None:
    frames = list(train_own(MOMENT, sample_log()))
    last = next(one.metrics for one in frames if "recall.at" in one.metrics)
    assert {"recall.ndcg", "popular.at", "knn.gain", "ceiling"} <= set(last) and float(last["ceiling"]) > 0.3
    assert any("ranking.auc" in one.metrics for one in frames)


def test_too_few_after_the_moment_are_told() -> None:
    rows = frame(1_500)
    rows.loc[1_300:, "user_id"] = 1
    with pytest.raises(UserError, match="before and after one moment"):
        prepared(MOMENT, own_site(MOMENT, csv(rows)))


def test_it_stops_when_hits_no_longer_rise_and_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks that are told: the best is the second after the learning rate has risen; then three that are no better."""
    config = replace(SMALL, stop="validation", steps=200, frames=21)
    told = iter((0.1, 0.2, 0.3, 0.5, 0.7, 0.6, 0.7, 0.5, 0.9))

    def hits(*ignored: object) -> np.ndarray:  # type: ignore[type-arg]
        return np.array([next(told)])

    monkeypatch.setattr(stopping, "hit_rates", hits)
    data = sample_log()
    frames = [one for one in train_own(config, data) if "recall.hits" in one.metrics]
    looked = [float(one.metrics["recall.validation"]) for one in frames]
    best, last = frames[int(np.argmax(looked))], frames[-1]
    assert max(looked) == 0.7 and looked[-3:] == [0.6, 0.7, 0.5] and last.step < config.steps
    assert int(last.metrics["recall.stopped"]) == best.step
    for name, array in best.parameters.items():
        if name.startswith("recall."):
            np.testing.assert_array_equal(array, last.parameters[name])
    assert "recall.at" in last.metrics and "popular.hits" in last.metrics


def test_the_watches_that_stop_it_are_not_learnt_from(monkeypatch: pytest.MonkeyPatch) -> None:
    config = replace(SMALL, stop="validation", steps=20)
    data = prepared(config, own_site(config, sample_log()))
    validation = stopping.validation_of(data)
    given = []

    class Seen(Recall):
        def __init__(self, site, train, held_out):  # type: ignore[no-untyped-def]
            given.append((train.place, held_out))
            super().__init__(site, train, held_out)

    monkeypatch.setattr(stopping, "Recall", Seen)
    assert list(stopping.train_recall_until(data, None, None))
    ((learnt, hidden),) = given
    assert len(validation) and not np.isin(validation.place, learnt).any() and np.isin(validation.place, hidden).all()
    watches = data.site.history.watches
    np.testing.assert_array_equal(validation.place + 1, data.test.place[np.isin(data.test.user, validation.user)])
    np.testing.assert_array_equal(watches.item[validation.place], validation.label)


def lists(rows: pd.DataFrame, **change: object) -> bytes:
    """For every user the own last item first, then the items 0 … 9, which hold it once more."""
    last = rows.groupby("user_id").item_id.last()
    served = [(user, item, place) for user, own in last.items() for place, item in enumerate([own, *range(10)])]
    return csv(pd.DataFrame(served, columns=["user_id", "item_id", "rank"]).assign(**change))


def test_lists_of_another_system_are_judged_as_they_are_served() -> None:
    rows = frame(900)
    shuffled = pd.read_csv(io.BytesIO(lists(rows))).sample(frac=1.0, random_state=0)
    data = joined(csv(rows), csv(shuffled))
    assert found_in(data).listed == 30 and found_in(csv(rows)).listed is None
    metrics = next(one.metrics for one in train_own(SMALL, data) if "present.at" in one.metrics)
    np.testing.assert_array_equal(metrics["present.hits"], np.ones(3))  # the held-out watch stands first in every list
    assert float(metrics["present.ndcg"]) == 1.0 and float(metrics["present.listed"]) == 1.0
    mean, low, high = metrics["present.gain"][0]
    assert mean == pytest.approx(float(metrics["recall.hits"][0]) - 1.0) and low <= mean <= high


def test_lists_by_score_and_of_some_users() -> None:
    rows = frame(900)
    served = pd.DataFrame({"user": [1, 1, 1, 2, 99], "item": [3, 4, 5, 7, 3], "score": [0.1, 0.9, 0.5, 1.0, 1.0]})
    site = own_site(SMALL, joined(csv(rows), csv(served)))
    test = prepared(SMALL, site).test
    found = Present(csv(served), site).lists(test, CUTS[0])
    titles = np.array(site.world.titles)
    one = found[site.world.people.index("1") == test.user][0]
    assert titles[one[one >= 0]].tolist() == ["4", "5", "3"]
    assert (found[test.user == site.world.people.index("3")] == -1).all()
    assert hit_rates(found, test.label).max() <= 2 / len(test)


@pytest.mark.parametrize(
    ("served", "why"),
    [
        (b"a,b\n1,2\n", "user and an item"),
        (b"user_id,item_id\nx,y\n", "call them alike"),
        (b"user_id,item_id,rank\n1,2,first\n", "holds no numbers"),
    ],
)
def test_lists_that_cannot_be_used_are_told(served: bytes, why: str) -> None:
    with pytest.raises(UserError, match=why):
        found_in(joined(csv(frame(900)), served))
