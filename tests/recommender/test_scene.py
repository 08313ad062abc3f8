"""What the stage shows: the field, users, what was lost, and the sums behind the numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.recommender.config import RecommenderConfig
from engine.recommender.recall.index import Retriever
from engine.recommender.serving.before import watched_before
from engine.recommender.serving.explain import (
    explain_logit,
    explain_score,
    explain_unit,
    inputs_of_ranking,
    inputs_of_recall,
)
from engine.recommender.serving.restore import server_at
from engine.recommender.serving.scene import OFFERED, days, offered, scene, searches, watches
from engine.recommender.serving.server import COLD, RANKING, RECALL, Server
from engine.recommender.serving.truth import Truth
from engine.recommender.site.field import field_of
from engine.recommender.site.vocabulary import open_site
from engine.recommender.site.world import draw_videos
from engine.recommender.training import train

SMALL = RecommenderConfig(
    videos=3_000, users=400, days=20, dimensions=8, tower=(32,), layers=(16,), steps=120, ranking_steps=120, frames=3,
    recalled=100,
)  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Server:
    return server_at(open_site(SMALL), list(train(SMALL)))


@pytest.mark.parametrize("count", [2_000, 3_001, 50_000])
def test_every_video_has_a_pixel_of_its_own_among_its_topic(count: int) -> None:
    videos = draw_videos(replace(SMALL, videos=count))
    field = field_of(videos)
    assert len(np.unique(field.pixel)) == count
    assert 0 <= field.pixel.min() and field.pixel.max() < field.width * field.height
    assert field.width * field.height < 1.2 * count + 2_000
    column = field.pixel % field.width
    for topic, start, end in field.bands:
        assert ((column[videos.topic == topic] >= start) & (column[videos.topic == topic] < end)).all()
    for video in (0, count // 2, count - 1):
        assert field.video(int(field.pixel[video])) == video
    assert field.video(field.width * field.height + 5) == -1


def test_newer_videos_stand_above_and_rows_not_yet_uploaded_are_told() -> None:
    videos = draw_videos(SMALL)
    field = field_of(videos)
    row = field.pixel // field.width
    for topic, _, _ in field.bands:
        members = np.flatnonzero(videos.topic == topic)
        assert (np.diff(row[members]) <= 0).all()  # ids ascend with the upload
    for day in (0.0, 7.5, 20.0):
        for (topic, _, _), born in zip(field.bands, field.born(day), strict=True):
            later = (videos.topic == topic) & (videos.uploaded > day)
            assert (row[(videos.topic == topic) & ~later] >= born).all()
            assert later.sum() == 0 or born <= row[later].max() + 1
    assert (field.born(20.0) == 0).all()


def test_offered_users_have_watched_and_differ(server: Server) -> None:
    users = offered(server.site)
    assert len(users) == OFFERED == len(set(users))
    count = np.diff(server.site.history.watches.start)
    assert count[list(users)].min() >= 15
    assert len(set(server.site.world.users.taste[list(users)].argmax(1))) == OFFERED


def test_the_glow_is_the_order_of_nearness(server: Server) -> None:
    found = scene(server, Truth(server.site), offered(server.site)[0], 20.0)
    order = np.argsort(found.products, kind="stable")
    assert (np.diff(found.glow[order]) >= 0).all() and found.glow.max() == 1.0 and found.glow.min() == 0.0
    best = server.site.known[order[::-1]]
    gone = server.gone(found.given.user, 20.0)
    np.testing.assert_array_equal(found.given.candidates, best[~np.isin(best, gone)][:100])
    assert found.found == 1.0


def test_what_an_index_misses_is_told(server: Server) -> None:
    user = offered(server.site)[0]
    exact, given = server.recommend(user, 20.0), server.index
    try:
        server.index = Retriever(server.vectors, "ivf", effort=1)
        found = scene(server, Truth(server.site), user, 20.0)
    finally:
        server.index = given
    assert found.found == np.isin(exact.candidates, found.given.candidates).mean() < 1.0


def test_lost_favourites_are_the_best_that_were_lost_where_they_say(server: Server) -> None:
    seen: set[str] = set()
    for user in offered(server.site):
        found = scene(server, Truth(server.site), user, 20.0)
        truth = Truth(server.site).minutes(user, np.arange(3_000), 20.0)
        assert [one.place for one in found.lost] == sorted(one.place for one in found.lost)
        for one in found.lost:
            assert one.minutes == pytest.approx(truth[one.video])
            assert one.video not in found.given.shown
            row = int(server.site.row(np.array([one.video]))[0])
            expected = COLD if row < 0 else RANKING if one.video in found.given.candidates else RECALL
            assert one.lost.stage == expected
            seen.add(expected)
        better = truth > found.lost[0].minutes + 1e-9
        better[watched_before(server.site, user, 20.0)] = False
        assert set(np.flatnonzero(better)) <= set(found.given.shown)  # what is better than the first lost is shown
    assert seen == {COLD, RANKING, RECALL}


def test_a_watch_taken_away_moves_the_glow_and_no_other_user(server: Server) -> None:
    first, second = offered(server.site)[:2]
    last = watches(server.site, first, 20.0, 5)
    whole, less = (
        scene(server, Truth(server.site), first, 20.0),
        scene(server, Truth(server.site), first, 20.0, tuple(one.video for one in last)),
    )
    assert (whole.glow != less.glow).any()
    away = tuple(one.video for one in last if one.video not in watched_before(server.site, second, 20.0))
    np.testing.assert_array_equal(
        scene(server, Truth(server.site), second, 20.0).glow, scene(server, Truth(server.site), second, 20.0, away).glow
    )


def test_watches_and_searches_are_the_last_ones_before_a_moment(server: Server) -> None:
    site, log = server.site, server.site.world.log
    user = offered(site)[2]
    for day in days(site, 4):
        mine = np.flatnonzero((log.user == user) & log.clicked & (log.time < day))[::-1][:10]
        found = watches(site, user, day, 10)
        assert [one.video for one in found] == [int(v) for v in log.video[mine]]
        np.testing.assert_allclose([one.ago for one in found], day - log.time[mine], atol=2 / 86_400)
        own = log.search_token[(log.search_user == user) & (log.search_time < day)][::-1]
        assert searches(site, user, day, 3) == tuple(dict.fromkeys(int(t) for t in own[:12]))[:3]


def test_every_sum_agrees_with_the_forward_pass(server: Server) -> None:
    user = offered(server.site)[1]
    given = server.recommend(user, 20.0)
    row = int(server.site.row(given.candidates[:1])[0])
    score = explain_score(server, given, row)
    assert score.agrees and score.result == pytest.approx(float(given.scores[0]), abs=1e-5)
    for layer, hidden in enumerate(given.read.hidden):
        for unit in range(hidden.shape[1]):
            assert explain_unit(server, given, layer, unit).agrees
    assert server.ranker is not None
    seen = server.ranker.seen(server.features(user, given.candidates, 20.0))
    for n in (0, 5, 99):
        logit = explain_logit(server, seen, n)
        assert logit.agrees and logit.traced == pytest.approx(float(given.z[n]), abs=1e-5)


def test_inputs_are_named_one_by_one(server: Server) -> None:
    assert len(inputs_of_recall(server.net)) == server.net.linears()[0].in_features
    assert server.ranker is not None
    assert len(inputs_of_ranking(server.ranker.net)) == server.ranker.net.layers[0].in_features  # type: ignore[union-attr]
    assert isinstance(server.ranker.net.layers[0], torch.nn.Linear)


def test_before_ranking_is_trained_nothing_explains_it() -> None:
    early = server_at(open_site(SMALL), list(train(replace(SMALL, steps=2, ranking_steps=1)))[:2])
    given = early.recommend(3)
    np.testing.assert_array_equal(given.shown, given.candidates[: SMALL.shown])
    with pytest.raises(RuntimeError):
        early.logits(3, given.candidates, 20.0)
