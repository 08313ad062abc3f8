"""What the closer looks compute: searches against the exact one, shares, odds against the truth."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.recommender.config import RecommenderConfig
from engine.recommender.looks.calibration import (
    BAIT,
    CATALOGUE,
    baited,
    binned,
    of_candidates,
    of_log,
    orders,
    promised_to,
)
from engine.recommender.looks.index_cost import KINDS, Index, asked, searched, softmax_logits
from engine.recommender.looks.odds import fit
from engine.recommender.looks.softmax_or_odds import next_watches, shares
from engine.recommender.ranking.features import impressions
from engine.recommender.ranking.training import Ranking
from engine.recommender.recall.samples import split
from engine.recommender.recall.training import Recall
from engine.recommender.serving.server import Server
from engine.recommender.serving.users import sample_users
from engine.recommender.site.vocabulary import open_site


@pytest.fixture(scope="module")
def server() -> Server:
    config = RecommenderConfig(
        videos=3_000, users=400, days=20, dimensions=8, tower=(32,), recalled=80, shown=10, fewest=2
    )
    site = open_site(config)
    recall, log = Recall(site, split(site)[0]), site.world.log
    some = impressions(site, log.user, log.video, log.time, log.seen)
    ranking = Ranking(site, some, log.clicked, log.minutes)
    for _ in range(150):
        recall.learn(), ranking.learn()
    return Server(site, recall.net, ranking.ranker)


def test_the_softmax_and_the_index_agree(server: Server) -> None:
    given = server.recommend(4)
    np.testing.assert_allclose(softmax_logits(server, given), given.scores, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_more_effort_finds_more_and_all_of_it_everything(server: Server, kind: str) -> None:
    users = asked(server, sample_users(server, 15, ()), 80)
    index = Index(server.vectors, kind)
    found = [searched(index, users, effort) for effort in (index.efforts[0], index.efforts[-1])]
    assert found[0].recall <= found[1].recall + 1e-9
    assert found[1].recall > 0.999 if kind != "hnsw" else found[1].recall > 0.9
    assert all(0 <= one.lost <= 1 and one.milliseconds > 0 for one in found)


def test_what_is_asked_is_what_serving_gives(server: Server) -> None:
    (one,) = asked(server, (4,), 80)
    given = server.recommend(4)
    assert set(server.site.known[one.exact]) == set(given.candidates)
    assert set(server.site.known[one.shown]) == set(given.shown)


def test_shares_sum_to_one_and_the_others_sink_alike() -> None:
    products = np.linspace(-1, 2, 50)
    rows = np.arange(50)
    before, after = shares(products, rows), shares(products, rows, 7, 3.0)
    assert before.sum() == pytest.approx(1) and after.sum() == pytest.approx(1)
    others = rows != 7
    np.testing.assert_allclose(after[others] / before[others], (after / before)[others][0])
    assert after[7] > before[7] and (after[others] < before[others]).all()


def test_next_watches_of_both_questions(server: Server) -> None:
    found = next_watches(server)
    assert found.users > 0 and found.which is not None
    for hits in (found.which, found.whether):
        assert hits.shape == (3,) and (np.diff(hits) >= 0).all() and 0 <= hits[0] and hits[-1] <= 1


def test_the_odds_of_an_intercept_are_the_identity() -> None:
    minutes = np.random.default_rng(0).gamma(2.0, 2.0, 5_000)
    for rate in (0.02, 0.3, 0.8):
        one = fit(rate, minutes)
        assert one.learnt == pytest.approx(one.ratio, rel=1e-9) == pytest.approx(one.exact, rel=1e-9)
        assert one.expected < one.paper < one.exact


def test_promises_are_of_the_candidates_and_corrected_by_the_truth(server: Server) -> None:
    users = sample_users(server, 10, ())
    promised = of_candidates(server, users, asked(server, users, 80))
    assert len(promised.odds) == 80 * len(users)
    np.testing.assert_allclose(promised.corrected, promised.odds * (1 - promised.click))
    found = orders(promised, 10)
    assert found.best >= max(found.odds, found.corrected) and 0 <= found.same <= 1
    one = promised_to(server, server.recommend(users[0]))
    assert set(one.video) == set(promised.video[promised.user == users[0]])
    bait = baited(server, promised)
    assert bait[CATALOGUE] == pytest.approx((server.site.world.videos.bait > BAIT).mean())
    assert all(0 <= share <= 1 for share in bait.values())


def test_the_corrected_odds_of_the_log_are_nearer_to_the_truth(server: Server) -> None:
    promised = of_log(server)
    assert (promised.minutes <= 30).all() and (promised.click < 1).all()
    plain, corrected = promised.odds.mean(), promised.corrected.mean()
    truth = promised.minutes.mean()
    assert abs(corrected - truth) < abs(plain - truth)


def test_bins_are_equal_parts_in_order() -> None:
    np.testing.assert_allclose(binned(np.arange(100.0), -np.arange(100.0), 10), np.arange(94.5, 0, -10))


def test_a_table_that_was_not_kept_asks_the_offered_users(server: Server) -> None:
    assert len(sample_users(server, 7, (3, 1))) == 7
    with torch.no_grad():
        row = server.net.watched.weight[3].clone()
        server.net.watched.weight[3] = 0.0
        try:
            assert sample_users(server, 7, (3, 1)) == (3, 1)
        finally:
            server.net.watched.weight[3] = row
