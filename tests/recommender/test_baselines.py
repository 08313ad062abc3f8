"""Popularity and item-kNN against the plain loop, and that neither sees what is held out."""

from __future__ import annotations

import numpy as np
import pytest

from engine.recommender.config import RecommenderConfig
from engine.recommender.held_out.data import prepare
from engine.recommender.ranking.past import PRIOR, Earlier
from engine.recommender.recall import baselines
from engine.recommender.recall.baselines import Beside, ItemKNN, paired, top
from engine.recommender.recall.training import hit_rates
from engine.recommender.site.history import Sequences, sequences
from engine.recommender.site.vocabulary import Site, open_site

USERS, VIDEOS = 40, 30


def watches(seed: int = 0, rows: int = 500) -> Sequences:
    source = np.random.default_rng(seed)
    user, video = source.integers(0, USERS, rows), (source.zipf(1.4, rows) - 1) % VIDEOS
    return sequences(user, video, source.uniform(0, 9, rows), np.ones(rows), USERS)


def cosines(seen: Sequences) -> np.ndarray:
    """|U_i ∩ U_j| / √(|U_i| |U_j|), 0 on the diagonal."""
    by_video = [
        {user for user in range(USERS) if video in seen.item[seen.start[user] : seen.start[user + 1]]}
        for video in range(VIDEOS)
    ]
    found = np.zeros((VIDEOS, VIDEOS))
    for i, these in enumerate(by_video):
        for j, those in enumerate(by_video):
            if i != j and these and those:
                found[i, j] = len(these & those) / (len(these) * len(those)) ** 0.5
    return found


@pytest.mark.parametrize("block", [7, 1_024])
def test_item_knn_is_the_plain_loop(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(baselines, "AT_ONCE", block)
    seen = watches()
    knn, plain = ItemKNN(seen, VIDEOS), cosines(seen)
    np.testing.assert_allclose(knn.similar.toarray(), plain, atol=1e-6)
    asked = np.array([[0, 3, 3, -1], [5, -1, -1, -1], [-1, -1, -1, -1]])
    sums = np.array([plain[[v for v in row if v >= 0]].sum(0) for row in asked])
    np.testing.assert_allclose(knn.every(asked), sums, atol=1e-6)
    rows, video = np.repeat(asked, VIDEOS, axis=0), np.tile(np.arange(VIDEOS), 3)
    np.testing.assert_allclose(knn.scores(rows, video), sums.ravel(), atol=1e-6)
    assert knn.scores(asked[:1], np.array([-1])) < 0 <= sums.min()
    np.testing.assert_array_equal(top(knn.every(asked[2:]), VIDEOS)[0], np.argsort(-knn.popularity, kind="stable"))


def test_a_video_keeps_its_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "NEIGHBOURS", 4)
    seen = watches(1)
    found, plain = ItemKNN(seen, VIDEOS).similar.toarray(), cosines(seen)
    for row, whole in zip(found, plain, strict=True):
        best = np.sort(whole)[::-1][:4]
        np.testing.assert_allclose(np.sort(row)[::-1][:4], best, atol=1e-6)
        assert (row > 0).sum() == (best > 0).sum()


def test_a_heavy_user_counts_by_the_latest_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "LATEST", 2)
    seen = watches(2)
    popularity = np.zeros(VIDEOS)
    for user in range(USERS):
        mine = seen.item[seen.start[user] : seen.start[user + 1]][-2:]
        popularity[list(set(mine))] += 1
    np.testing.assert_array_equal(ItemKNN(seen, VIDEOS).popularity, popularity)


def test_the_top_is_sorted_and_without_what_is_left_out() -> None:
    scores = np.random.default_rng(0).normal(size=(5, 20)).astype(np.float32)
    np.testing.assert_array_equal(top(scores, 6), np.argsort(-scores, axis=1)[:, :6])
    scores[0, 3:] = -np.inf
    assert sorted(top(scores, 20)[0][:3]) == [0, 1, 2] and (top(scores, 20)[0][3:] == -1).all()


@pytest.fixture(scope="module")
def site() -> Site:
    return open_site(RecommenderConfig(videos=2_000, users=120, days=20, fewest=2))


@pytest.mark.parametrize("dense", [10_000, 2_000_000])
def test_lists_are_without_what_was_watched_and_without_the_test(
    site: Site, monkeypatch: pytest.MonkeyPatch, dense: int
) -> None:
    monkeypatch.setattr(baselines, "DENSE", dense)
    data = prepare(site)
    beside, most = Beside(site, data.test.place), 25
    lists = beside.lists(data.test, most)
    seen = site.history.watches
    last = set(data.test.place)
    count = np.zeros(len(site.world.videos))
    for user in range(120):
        mine = [seen.item[n] for n in range(seen.start[user], seen.start[user + 1]) if n not in last]
        count[[video for video in set(mine) if site.row(np.array([video]))[0] >= 0]] += 1
    for n, user in enumerate(data.test.user):
        before = set(seen.item[seen.start[user] : data.test.place[n]])
        for found in lists.values():
            assert not before & set(found[n]) and len(set(found[n])) == most
        fresh = [video for video in np.argsort(-count, kind="stable") if video not in before]
        np.testing.assert_array_equal(count[lists["popular"][n]], count[fresh[:most]])
    gains = paired({**lists, "recall": lists["knn"]}, data.test.label, (5, 25))
    assert gains["knn.gain"].tolist() == [[0, 0, 0]] * 2
    means = hit_rates(lists["knn"], data.test.label, (5, 25)) - hit_rates(lists["popular"], data.test.label, (5, 25))
    np.testing.assert_allclose(gains["popular.gain"][:, 0], means, atol=1e-12)
    assert (gains["popular.gain"][:, 1] <= means).all() and (means <= gains["popular.gain"][:, 2]).all()


def test_what_ranking_begins_with_lies_before_what_judges_it(site: Site) -> None:
    """Watches and rates are those before the first judged impression."""
    data, log = prepare(site), site.world.log
    early = Earlier(site, data.learnt, data.judged, data.features)
    frontier = np.floor(log.time[data.judged[0]] * 86_400)
    kept = site.history.watches.second < frontier
    assert (
        0 < kept.sum() < len(kept)
        and len(early._watches.item) == (site.row(site.history.watches.item[kept]) >= 0).sum()
    )
    rates = early.rates()
    for video in (int(log.video[data.learnt[0]]), int(log.video[data.judged[-1]])):
        rows = data.learnt[log.video[data.learnt] == video]
        mean = log.clicked[data.learnt].mean()
        assert rates[video] == pytest.approx((log.clicked[rows].sum() + PRIOR * mean) / (len(rows) + PRIOR))
    scores = early.scores()
    assert {name: one.shape for name, one in scores.items()} == dict.fromkeys(("popular", "knn"), data.judged.shape)
    assert early.vectors().shape == (len(site.known), site.world.config.dimensions)
