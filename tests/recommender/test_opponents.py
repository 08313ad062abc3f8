"""Opponents against plain loops, closed forms and scikit-learn, and that none sees what is held out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from engine.recommender.config import RecommenderConfig
from engine.recommender.held_out import served
from engine.recommender.held_out.data import prepare
from engine.recommender.held_out.served import Serving, gain, hit_rates, top
from engine.recommender.opponents import knn as knn_module
from engine.recommender.opponents.beside import OPPONENTS, Beside, Chosen
from engine.recommender.opponents.clicks import PRIOR, rates, scores
from engine.recommender.opponents.costs import time_methods
from engine.recommender.opponents.ease import Ease
from engine.recommender.opponents.knn import ItemKNN
from engine.recommender.opponents.on_a_log import facts
from engine.recommender.opponents.popularity import SMOOTH, OfOwnKinds, Recent, where_silent
from engine.recommender.opponents.tuning import Tuned, tune
from engine.recommender.opponents.world import measure
from engine.recommender.ranking.past import Earlier
from engine.recommender.site.history import SECONDS, Sequences, sequences
from engine.recommender.site.taste import click_probability, expected_watch
from engine.recommender.site.vocabulary import Site, open_site

USERS, VIDEOS = 40, 30


def watches(seed: int = 0, rows: int = 500) -> Sequences:
    source = np.random.default_rng(seed)
    user, video = source.integers(0, USERS, rows), (source.zipf(1.4, rows) - 1) % VIDEOS
    return sequences(user, video, source.uniform(0, 9, rows), np.ones(rows), USERS)


def cosines(seen: Sequences, shrinkage: float = 0.0) -> np.ndarray:
    """|U_i ∩ U_j| / (√(|U_i| |U_j|) + shrinkage), 0 on the diagonal."""
    by_video = [
        {user for user in range(USERS) if video in seen.item[seen.start[user] : seen.start[user + 1]]}
        for video in range(VIDEOS)
    ]
    found = np.zeros((VIDEOS, VIDEOS))
    for i, these in enumerate(by_video):
        for j, those in enumerate(by_video):
            if i != j and these and those:
                found[i, j] = len(these & those) / ((len(these) * len(those)) ** 0.5 + shrinkage)
    return found


@pytest.mark.parametrize(("block", "shrinkage"), [(7, 0.0), (1_024, 0.0), (1_024, 12.5)])
def test_item_knn_is_the_plain_loop(monkeypatch: pytest.MonkeyPatch, block: int, shrinkage: float) -> None:
    monkeypatch.setattr(knn_module, "AT_ONCE", block)
    seen = watches()
    knn, plain = ItemKNN(seen, VIDEOS, shrinkage=shrinkage), cosines(seen, shrinkage)
    np.testing.assert_allclose(knn.similar.toarray(), plain, atol=1e-6)
    asked = np.array([[0, 3, 3, -1], [5, -1, -1, -1], [-1, -1, -1, -1]])
    sums = np.array([plain[[v for v in row if v >= 0]].sum(0) for row in asked])
    np.testing.assert_allclose(knn.every(asked), sums, atol=1e-6)
    rows, video = np.repeat(asked, VIDEOS, axis=0), np.tile(np.arange(VIDEOS), 3)
    np.testing.assert_allclose(knn.scores(rows, video), sums.ravel(), atol=1e-6)
    assert knn.scores(asked[:1], np.array([-1])) < 0 <= sums.min()
    np.testing.assert_array_equal(top(knn.every(asked[2:]), VIDEOS)[0], np.argsort(-knn.popularity, kind="stable"))


def test_a_video_keeps_its_nearest() -> None:
    seen = watches(1)
    found, plain = ItemKNN(seen, VIDEOS, neighbours=4).similar.toarray(), cosines(seen)
    for row, whole in zip(found, plain, strict=True):
        best = np.sort(whole)[::-1][:4]
        np.testing.assert_allclose(np.sort(row)[::-1][:4], best, atol=1e-6)
        assert (row > 0).sum() == (best > 0).sum()


def test_a_heavy_user_counts_by_the_latest_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knn_module, "LATEST", 2)
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


@pytest.mark.parametrize(("users", "videos", "block"), [(60, 25, 1_024), (60, 25, 7), (25, 60, 10)])
def test_ease_is_its_closed_form(monkeypatch: pytest.MonkeyPatch, users: int, videos: int, block: int) -> None:
    """B = I - P diag(1 / diag P), P = (XᵀX + λI)⁻¹, in float64 by numpy's inverse; P is not made where users are fewer."""
    monkeypatch.setattr("engine.recommender.opponents.ease.AT_ONCE", block)
    source = np.random.default_rng(3)
    owner, item = source.integers(users, size=700), (source.zipf(1.3, 700) - 1) % videos
    seen = sequences(owner, item, source.uniform(0, 9, 700), np.ones(700), users)
    x = np.zeros((users, videos))
    x[owner, item] = 1.0
    p = np.linalg.inv(x.T @ x + 20.0 * np.eye(videos))
    b = np.eye(videos) - p / np.diag(p)
    np.testing.assert_allclose(np.diag(b), 0.0, atol=1e-12)
    asked = np.array([0, 7, 3])
    np.testing.assert_allclose(Ease(seen, videos, 20.0).every(asked), (x @ b)[asked], atol=2e-5)


def test_ease_looks_at_the_most_watched() -> None:
    seen = watches(4)
    found = Ease(seen, VIDEOS, 20.0, most=10)
    popularity = ItemKNN(seen, VIDEOS).popularity
    assert set(found.kept) == set(np.argsort(-popularity, kind="stable")[:10])
    outside = np.setdiff1d(np.arange(VIDEOS), found.kept)
    assert np.isneginf(found.every(np.arange(5))[:, outside]).all()


def test_where_a_model_is_silent_popularity_speaks() -> None:
    """Of a user of whom it knows nothing the most watched; what nobody watched, and what it does not look at, stands behind
    whatever it thinks little of."""
    counts = np.array([5, 0, 9, 1, 7])
    plain = np.array([[0.0, 0.0, 0.0, 0.0, 0.0], [0.4, 0.0, -0.3, 0.0, -np.inf], [0.0, 0.0, 0.0, 0.2, -np.inf]])
    found = where_silent(lambda rows: plain[rows].astype(np.float32), counts)(np.arange(3))
    assert np.isfinite(found).all()
    assert top(found, 5).tolist()[:2] == [[2, 4, 0, 3, 1], [0, 3, 2, 4, 1]]
    assert top(found, 5)[2].tolist()[0] == 3 and top(found, 5)[2].tolist()[3:] == [4, 1]


def test_lists_of_ease_and_als_end_with_what_nobody_watched(site: Site) -> None:
    """Whole lists of every video that may be served: each whose watches are all held out stands behind each that was watched."""
    data = prepare(site)
    last = site.row(data.test.label)
    last = last[last >= 0]
    hidden = np.flatnonzero(site.row(site.history.watches.item) == last[0])
    beside = Beside(site, np.union1d(data.test.place, hidden), Chosen())
    counts = np.bincount(beside._watches.item, minlength=len(site.known))
    assert counts[last[0]] == 0 and (counts > 0).sum() > 100
    for _, of in beside.scores(data.test, ("ease", "als")):
        found = of(np.arange(len(data.test)))
        assert (found[:, counts == 0].max(1) < found[:, counts > 0].min(1)).all()


def test_recent_is_counted_before_the_moment(site: Site) -> None:
    history, data = site.history.watches, prepare(site)
    there = np.ones(len(history.item), bool)
    there[data.test.place] = False
    moment = data.test.moment[:6].astype(np.int64)
    recent = Recent(site, there, 3.0)
    kinds = np.arange(len(site.known)) % 4
    watched = site.row(history.last(data.test.user[:6], data.test.place[:6], 5))
    found = OfOwnKinds(recent, kinds).every(watched, moment)
    for n, at in enumerate(moment):
        some = there & (history.second < at) & (history.second >= at - 3 * SECONDS)
        rows = site.row(history.item[some])
        counts = np.bincount(rows[rows >= 0], minlength=len(site.known))
        np.testing.assert_array_equal(recent.counts(moment)[n], counts)
        mine = np.bincount(kinds[watched[n][watched[n] >= 0]], minlength=4) + SMOOTH / 4
        for row in range(0, len(site.known), 37):
            total = counts[kinds == kinds[row]].sum()
            assert found[n, row] == pytest.approx(mine[kinds[row]] * counts[row] / max(total, 1), rel=1e-5)


@pytest.mark.parametrize("dense", [10_000, 2_000_000])
def test_lists_hold_what_may_be_served(site: Site, monkeypatch: pytest.MonkeyPatch, dense: int) -> None:
    """Uploaded by then, and not watched before; what is held out teaches nobody."""
    monkeypatch.setattr(served, "DENSE", dense)
    data, most = prepare(site), 25
    lists = Beside(site, data.test.place, Chosen()).lists(data.test, most)
    assert tuple(lists) == OPPONENTS
    seen, last = site.history.watches, set(data.test.place)
    count, able = np.zeros(len(site.known)), 0
    for place in range(len(seen.item)):
        row = site.row(seen.item[[place]])[0]
        count[row] += place not in last and row >= 0
    for n, user in enumerate(data.test.user):
        before = set(seen.item[seen.start[user] : data.test.place[n]])
        there = [
            row
            for row, video in enumerate(site.known)
            if video not in before and site.world.videos.uploaded[video] <= data.test.moment[n] / SECONDS
        ]
        able += data.test.label[n] in set(site.known[there])
        for found in lists.values():
            assert set(found[n]) <= set(site.known[there]) and len(set(found[n])) == most
        best = sorted(count[there], reverse=True)[:most]
        np.testing.assert_array_equal(count[site.row(lists["popular"][n])], best)
    assert Serving(site, data.test).ceiling() == pytest.approx(able / len(data.test))


def test_a_gain_is_the_paired_difference(site: Site) -> None:
    data = prepare(site)
    lists = Beside(site, data.test.place, Chosen()).lists(data.test, 300)
    assert gain(lists["knn"], lists["knn"], data.test.label).tolist() == [[0, 0, 0]] * 3
    means = hit_rates(lists["knn"], data.test.label) - hit_rates(lists["popular"], data.test.label)
    found = gain(lists["knn"], lists["popular"], data.test.label)
    np.testing.assert_allclose(found[:, 0], means, atol=1e-12)
    assert (found[:, 1] <= means).all() and (means <= found[:, 2]).all()


def test_tuning_does_not_see_what_judges(site: Site) -> None:
    """With other videos as held-out watches the same is chosen, and the same lists are made for the watch before."""
    data = prepare(site)
    history = site.history.watches
    item = history.item.copy()
    item[data.test.place] = np.roll(item[data.test.place], 1)
    changed = replace(history, item=item)
    other = replace(site, history=replace(site.history, watches=changed))
    assert (item != history.item).any() and tune(site, data.test.place) == tune(other, data.test.place)


def test_the_truth_is_the_most_that_an_order_can_reach() -> None:
    """The AUC by the true P(click) is scikit-learn's; the first of a page by true minutes is the best there is."""
    config = RecommenderConfig(videos=2_000, users=200, days=20)
    (frame,) = measure(config.world)
    data = prepare(open_site(config))
    world, rows = data.site.world, data.judged
    about = (config, world.videos, world.users, world.log.user[rows], world.log.video[rows], world.log.seen[rows])
    click, minutes = click_probability(*about), expected_watch(*about)
    assert float(frame.metrics["click.auc"]) == pytest.approx(roc_auc_score(world.log.clicked[rows], click))
    page = world.log.page[rows]
    best = [minutes[page == one].max() for one in np.unique(page)]
    assert float(frame.metrics["best.first"]) == pytest.approx(float(np.mean(best)))
    chosen = [minutes[page == one][click[page == one].argmax()] for one in np.unique(page)]
    assert float(frame.metrics["click.first"]) == pytest.approx(float(np.mean(chosen)))
    assert float(frame.metrics["click.auc"]) > 0.8 > 0.5
    assert {f"{name}.hits" for name in OPPONENTS} < set(frame.metrics)
    assert facts(data, Tuned(Chosen(), {}))["ceiling"] == frame.metrics["ceiling"]


def test_what_ranking_begins_with_lies_before_what_judges_it(site: Site) -> None:
    """Watches and rates are those before the first judged impression."""
    data, log = prepare(site), site.world.log
    early = Earlier(site, data.judged)
    frontier = np.floor(log.time[data.judged[0]] * SECONDS)
    kept = site.history.watches.second < frontier
    watched = early.watches
    assert 0 < kept.sum() < len(kept) and len(watched.item) == (site.row(site.history.watches.item[kept]) >= 0).sum()
    found = rates(log, data.learnt, len(site.world.videos))
    for video in (int(log.video[data.learnt[0]]), int(log.video[data.judged[-1]])):
        rows = data.learnt[log.video[data.learnt] == video]
        mean = log.clicked[data.learnt].mean()
        assert found[video] == pytest.approx((log.clicked[rows].sum() + PRIOR * mean) / (len(rows) + PRIOR))
    shapes = {name: one.shape for name, one in scores(data, early).items()}
    assert shapes == dict.fromkeys(("popular", "knn"), data.judged.shape)
    assert early.vectors().shape == (len(site.known), site.world.config.dimensions)


def test_every_method_is_timed_beside_the_others() -> None:
    """Also on a site that no study knows, where the opponents are tuned first."""
    config = RecommenderConfig(videos=2_000, users=200, days=20, steps=100, ranking_steps=200)
    asked: list[object] = []
    stages, every = time_methods(lambda world: asked.append(world), config)
    assert asked == [config.world]
    assert set(stages.metrics) == {"recall.seconds", "rank.seconds"}
    found = {f"{name}.{what}" for name in OPPONENTS for what in ("numbers", "seconds", "milliseconds")}
    assert set(every.metrics) - set(stages.metrics) == found
    assert all(np.isfinite(value) and value >= 0 for value in every.metrics.values())
    assert all(value > 0 for name, value in every.metrics.items() if name.endswith(("numbers", "milliseconds")))
