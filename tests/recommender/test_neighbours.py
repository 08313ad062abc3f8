"""What stands near a video, at each moment of a run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.recommender import RecommenderConfig
from engine.recommender.held_out.data import prepare
from engine.recommender.looks.item2vec import BEFORE, PRETRAINED, TRAINED, alike, by_chance, kinds_of, tables, there
from engine.recommender.recall.training import Recall
from engine.recommender.shipped import recorded
from engine.recommender.site.vocabulary import open_site
from engine.recommender.training import train

SMALL = RecommenderConfig(
    videos=2_000, users=1_000, days=30, dimensions=8, tower=(16,), layers=(8,), steps=20, ranking_steps=1, frames=5
)


def test_the_table_behind_item2vec_is_what_pretraining_leaves() -> None:
    frames, data = list(train(SMALL)), prepare(open_site(SMALL))
    assert set(tables(data.site, frames[:1])) == {BEFORE}
    found = tables(data.site, frames[:2])
    recall = Recall(data.site, data.train, data.test.place)
    np.testing.assert_array_equal(found[BEFORE], recall.net.watched.weight.detach().numpy())
    recall.pretrain()
    np.testing.assert_array_equal(found[PRETRAINED], recall.net.watched.weight.detach().numpy())
    assert not np.array_equal(found[TRAINED], found[PRETRAINED])
    assert set(tables(data.site, list(train(replace(SMALL, pretrained="off"))))) == {BEFORE, TRAINED}


def test_neighbours_are_of_one_topic_after_item2vec_and_by_chance_before() -> None:
    site = open_site(SMALL)
    found = tables(site, list(train(SMALL))[:2])
    rows, kinds = there(found), kinds_of(site)
    chance, shares = (
        by_chance(kinds, rows, rows[:200]),
        {k: alike(v, kinds, rows, rows[:200]) for k, v in found.items()},
    )
    assert abs(shares[BEFORE] - chance) < 0.03 < 0.1 < shares[PRETRAINED] - chance


def test_the_shipped_run_has_its_three_moments() -> None:
    recording = recorded()
    site = open_site(recording.config)
    found = tables(site, recording.frames)
    rows, kinds = there(found), kinds_of(site)
    assert set(found) == {BEFORE, PRETRAINED, TRAINED} and len(rows) > 100
    shares = {moment: alike(table, kinds, rows, rows) for moment, table in found.items()}
    assert shares[BEFORE] < shares[PRETRAINED]
