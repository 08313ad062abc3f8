"""One recommendation end to end, and where each video was lost."""

from __future__ import annotations

import numpy as np
import pytest

from engine.recommender.config import NEW, RecommenderConfig
from engine.recommender.looks.example_age import FIRST, new_share
from engine.recommender.ranking.features import impressions
from engine.recommender.ranking.training import Ranking
from engine.recommender.recall.index import Retriever
from engine.recommender.recall.samples import split
from engine.recommender.recall.training import Recall
from engine.recommender.serving.before import watched_before
from engine.recommender.serving.server import COLD, FUTURE, RANKING, RECALL, SHOWN, WATCHED, Server
from engine.recommender.serving.truth import Truth
from engine.recommender.site.taste import expected_watch
from engine.recommender.site.vocabulary import open_site


@pytest.fixture(scope="module")
def server() -> Server:
    config = RecommenderConfig(
        videos=2_000, users=300, days=20, dimensions=8, tower=(32,), recalled=100, shown=10, fewest=2
    )
    site = open_site(config)
    recall, log = Recall(site, split(site)[0]), site.world.log
    some = impressions(site, log.user, log.video, log.time, log.seen)
    ranking = Ranking(site, some, log.clicked, log.minutes)
    for _ in range(100):
        recall.learn(), ranking.learn()
    return Server(site, recall.net, ranking.ranker)


def test_hundreds_then_tens_nothing_watched_nothing_unborn(server: Server) -> None:
    for user in (0, 7, 42):
        given = server.recommend(user, now=12.0)
        assert len(given.candidates) == 100 and len(given.shown) == 10
        assert set(given.shown) <= set(given.candidates)
        assert not set(given.candidates) & set(watched_before(server.site, user, 12.0))
        assert (server.site.world.videos.uploaded[given.candidates] <= 12.0).all()
        assert (np.diff(given.scores) <= 1e-6).all()
        z = given.z
        assert min(z[np.isin(given.candidates, given.shown)]) >= max(z[~np.isin(given.candidates, given.shown)]) - 1e-6
        kept = Truth(server.site).kept(given, server.gone(user, 12.0), 10)
        assert 0 <= kept[2] <= kept[1] <= kept[0] <= 1 + 1e-9


def test_a_moment_knows_no_later_watch(server: Server) -> None:
    """What happens after a moment changes nothing of what was recommended then."""
    user = int(np.argmax(np.bincount(server.site.world.log.user)))
    early = watched_before(server.site, user, 5.0)
    log = server.site.world.log
    before = log.video[(log.user == user) & log.clicked & (log.time < 5.0)]
    assert set(early) == set(before)
    later = log.video[(log.user == user) & log.clicked & (log.time >= 5.0)]
    whole, without = (
        server.recommend(user, now=5.0),
        server.recommend(user, now=5.0, without=tuple(map(int, set(later) - set(early)))),
    )
    np.testing.assert_array_equal(whole.shown, without.shown)  # taking later watches away takes nothing away


def test_every_video_is_lost_somewhere(server: Server) -> None:
    given = server.recommend(3, now=12.0)
    uploaded, watched = server.site.world.videos.uploaded, watched_before(server.site, 3, 12.0)
    stages = {video: server.lost(given, video) for video in range(0, 2_000, 7)}
    for video, lost in stages.items():
        expected = (
            FUTURE if uploaded[video] > 12.0
            else WATCHED if video in watched
            else COLD if video not in server.site.known
            else SHOWN if video in given.shown
            else RANKING if video in given.candidates
            else RECALL
        )  # fmt: skip
        assert lost.stage == expected
        assert lost.gap >= -1e-6
    assert {FUTURE, COLD, RECALL} <= {lost.stage for lost in stages.values()}


def test_a_watch_taken_away_changes_the_user(server: Server) -> None:
    user = int(np.argmax(np.bincount(server.site.world.log.user)))
    whole = server.recommend(user)
    less = server.recommend(user, without=tuple(int(v) for v in watched_before(server.site, user, 20.0)[:5]))
    assert (whole.read.vector != less.read.vector).any()


def test_hours_without_a_watch_are_those_of_a_log_without_it(server: Server) -> None:
    """Nothing taken away gives the hours of the log; the only watch of a channel taken away, "never"."""
    site, now = server.site, 20.0
    user = int(np.argmax(np.bincount(site.world.log.user)))
    channel, watched = site.world.videos.channel, watched_before(server.site, user, now)
    some = server.features(user, watched, now, ())
    np.testing.assert_allclose(server.features(user, watched, now, (-1,)).hours, some.hours)
    alone = next(video for video in watched if (channel[watched] == channel[video]).sum() == 1)
    without = server.features(user, watched, now, (int(alone),))
    changed = watched == alone
    assert np.isinf(without.hours[changed]).all() and np.isfinite(some.hours[changed]).all()
    np.testing.assert_allclose(without.hours[~changed], some.hours[~changed])


def test_new_among_the_first_counts_what_can_be_recommended(server: Server) -> None:
    site, u = server.site, np.ones((2, server.vectors.shape[1]), np.float32)
    cold = np.setdiff1d(np.arange(len(site.world.videos)), site.known)[:5]
    uploaded = site.world.videos.uploaded[site.known]
    order = np.argsort(-(server.vectors @ u[0]))
    expected = float((20.0 - uploaded[order[3:][:FIRST]] < NEW).mean())
    gone = np.concatenate((site.known[order[:3]], cold))
    np.testing.assert_allclose(new_share(server, u, 20.0, gone), [expected, expected])
    assert np.isnan(new_share(server, u, 20.0, site.known)).all()


def test_what_the_index_did_not_look_at_has_no_gap(server: Server) -> None:
    exact, user = server.index, 7
    kept = server.recommend(user).candidates
    try:
        server.index = Retriever(server.vectors, "ivf", effort=1)
        given = server.recommend(user)
        missed = next(int(video) for video in kept if video not in given.candidates)
        assert server.lost(given, missed).stage == RECALL and server.lost(given, missed).gap < 0
    finally:
        server.index = exact


def test_truth_is_wearied_by_what_was_shown(server: Server) -> None:
    log, user = server.site.world.log, int(np.argmax(np.bincount(server.site.world.log.user)))
    videos, counts = np.unique(log.video[log.user == user], return_counts=True)
    world = server.site.world
    several = np.full(len(videos), user)
    expected = expected_watch(world.config, world.videos, world.users, several, videos, counts)
    np.testing.assert_allclose(Truth(server.site).minutes(user, videos, 20.0), expected)
    assert (Truth(server.site).minutes(user, videos, 0.0) > expected).all()
    ids, minutes = Truth(server.site).favourites(user, 20.0)
    np.testing.assert_allclose(minutes, Truth(server.site).minutes(user, ids, 20.0))
    assert (np.diff(minutes) <= 0).all()
