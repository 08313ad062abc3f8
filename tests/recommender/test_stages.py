"""The vectors of a path are those that the networks compute, and a plane keeps what it promises."""

from __future__ import annotations

import numpy as np
import pytest

from engine.recommender.config import RecommenderConfig
from engine.recommender.looks.projection import along, components, projected
from engine.recommender.ranking.features import impressions
from engine.recommender.ranking.training import Ranking
from engine.recommender.recall.samples import split
from engine.recommender.recall.training import Recall
from engine.recommender.serving.explain import AGES
from engine.recommender.serving.path import inputs_of, layers_of, side_by_side, traded
from engine.recommender.serving.server import Server
from engine.recommender.site.vocabulary import open_site


@pytest.fixture(scope="module")
def server() -> Server:
    config = RecommenderConfig(videos=2_000, users=200, days=20, dimensions=8, tower=(32,), recalled=60, fewest=2)
    site = open_site(config)
    recall, log = Recall(site, split(site)[0]), site.world.log
    ranking = Ranking(site, impressions(site, log.user, log.video, log.time, log.seen), log.clicked, log.minutes)
    for _ in range(60):
        recall.learn(), ranking.learn()
    return Server(site, recall.net, ranking.ranker)


def test_the_parts_are_what_enters(server: Server) -> None:
    given = server.recommend(5)
    parts = inputs_of(server, given)
    np.testing.assert_array_equal(np.concatenate(parts), given.read.joined[0].numpy())
    assert len(parts.watched) == len(parts.searched) == 8 and len(parts.numbers) == len(AGES)
    np.testing.assert_array_equal(layers_of(given)[-1], given.read.vector[0].numpy())


def test_both_sides_have_the_logits_of_serving(server: Server) -> None:
    given = server.recommend(5)
    sides = side_by_side(server, 5, given.candidates[:2], given.now)
    np.testing.assert_allclose([side.z for side in sides], given.z[:2], rtol=1e-5)
    weight, bias = (tensor.detach().numpy() for tensor in server.ranker.net.logit.parameters())  # type: ignore[union-attr]
    np.testing.assert_allclose(sides[0].hidden @ weight[0] + bias[0], sides[0].z, rtol=1e-4)


def test_a_trade_with_itself_changes_nothing(server: Server) -> None:
    given = server.recommend(5)
    first, second = side_by_side(server, 5, given.candidates[:2], given.now)
    np.testing.assert_allclose(list(traded(server, first, first).values()), first.z, rtol=1e-6)
    swapped = traded(server, first, second)
    assert len(set(np.round(list(swapped.values()), 6))) > 1


def test_along_the_user_stands_the_product(server: Server) -> None:
    u = server.recommend(5).read.vector[0].numpy()
    plane = projected(server, u, along(server, u))
    np.testing.assert_allclose(plane.points[:, 0], server.vectors @ u / np.linalg.norm(u), atol=1e-5)
    np.testing.assert_allclose(plane.user, [plane.points[:, 0].max(), 0, 0], atol=1e-5)
    again = projected(server, u, components(server))
    assert again.share[0] >= plane.share[0] and np.all(np.diff(again.share) <= 1e-9) and again.share.sum() <= 1 + 1e-6
    assert np.isfinite(projected(server, np.zeros_like(u), along(server, np.zeros_like(u))).points).all()
