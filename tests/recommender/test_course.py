"""Who is offered, by which rule, and what is recalled for them as training goes on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.recommender.config import RecommenderConfig
from engine.recommender.serving.course import KEPT, RECALLED, asked, course, course_of
from engine.recommender.serving.restore import server_at
from engine.recommender.serving.scene import OFFERED, WATCHES, offered
from engine.recommender.serving.server import Server
from engine.recommender.serving.truth import Truth
from engine.recommender.serving.users import largest_loss, telling, users_of
from engine.recommender.shipped import recorded
from engine.recommender.site.vocabulary import Site, open_site
from engine.recommender.training import train
from engine.runs.frame import Frame

SMALL = RecommenderConfig(
    videos=3_000, users=400, days=40, dimensions=8, tower=(32,), layers=(16,), steps=120, ranking_steps=120, frames=3,
    recalled=100,
)  # fmt: skip


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    return list(train(SMALL))


@pytest.fixture(scope="module")
def site() -> Site:
    return open_site(SMALL)


def taken(server: Server, truth: Truth, user: int) -> list[float]:
    """What each stage takes from a user at the end of the log."""
    given = server.recommend(user)
    kept = truth.kept(given, server.gone(user, given.now), server.config.shown)
    return [1.0 - kept[0], kept[0] - kept[1], kept[1] - kept[2]]


def test_the_largest_loss_is_that_of_the_stage_that_takes_most() -> None:
    assert [largest_loss(kept) for kept in ((0.5, 0.4, 0.3), (0.9, 0.3, 0.2), (0.9, 0.8, 0.1))] == [0, 1, 2]


def test_the_first_user_of_each_stage_then_the_first_of_other_topics(site: Site, frames: list[Frame]) -> None:
    server, truth = server_at(site, frames), Truth(site)
    chosen = telling(server, truth)
    many = np.flatnonzero(np.diff(site.history.watches.start) >= WATCHES).tolist()
    worst = {user: int(np.argmax(taken(server, truth, user))) for user in many}
    stages = sorted(set(worst.values()))
    assert len(stages) > 1, "a site where every user loses most at the same stage shows nothing"
    firsts = [next(user for user in many if worst[user] == stage) for stage in stages]
    assert list(chosen[: len(stages)]) == firsts
    likes = site.world.users.taste.argmax(1)
    rest = list(firsts)
    for user in many:
        if len(rest) < OFFERED and likes[user] not in {likes[one] for one in rest}:
            rest.append(user)
    assert list(chosen) == rest and len(chosen) == OFFERED


def test_a_course_is_what_each_frame_recalls(site: Site, frames: list[Frame]) -> None:
    users, truth = offered(site)[:2], Truth(site)
    kept = [frame for frame in frames if "recall.output.weight" in frame.parameters]
    told = {frame.step: asked(site, frame, users, truth) for frame in kept}
    found = course(site, told)
    assert found is not None and found.steps == tuple(frame.step for frame in kept) and len(found.steps) > 2
    for n, user in enumerate(users):
        for k, frame in enumerate(kept):
            given = server_at(site, [frame]).recommend(user)
            np.testing.assert_array_equal(found.candidates[n, k], given.candidates)
            np.testing.assert_allclose(
                found.kept[n, k], truth.kept(given, server_at(site, [frame]).gone(user, given.now), 20), rtol=1e-6
            )
    assert course(site, {}) is None and course_of(site, frames) is None


def test_fewer_candidates_than_asked_for_leave_gaps(site: Site, frames: list[Frame]) -> None:
    many = replace(site, world=replace(site.world, config=replace(SMALL, recalled=2_000)))
    told = asked(many, frames[0], offered(site)[:1], Truth(many))
    found = course(many, {0: told, 1: told})
    assert found is not None and told[RECALLED].shape == (1, 2_000) and told[KEPT].shape == (1, 3)
    count = len(server_at(many, frames[:1]).recommend(offered(site)[0]).candidates)
    assert (
        count < 2_000 and (found.candidates[0, 0, count:] == -1).all() and (found.candidates[0, 0, :count] >= 0).all()
    )


def test_a_run_that_names_nobody_offers_different_tastes(site: Site, frames: list[Frame]) -> None:
    assert users_of(site, frames) == offered(site)
    named = replace(frames[-1], metrics={**frames[-1].metrics, "course.users": np.array([7, 3])})
    assert users_of(site, [*frames[:-1], named]) == (7, 3)


def test_the_shipped_run_serves_a_user_for_each_stage_and_their_course() -> None:
    recording = recorded()
    site = open_site(recording.config)
    server, truth = server_at(site, recording.frames), Truth(site)
    users = users_of(site, recording.frames)
    assert len(set(users)) == OFFERED
    assert [int(np.argmax(taken(server, truth, user))) for user in users[:3]] == [0, 1, 2]
    likes = site.world.users.taste[list(users)].argmax(1)
    assert len(set(likes)) == OFFERED and list(users[3:]) == sorted(users[3:])
    found = course_of(site, recording.frames)
    assert found is not None and found.steps[0] == 0 and found.steps[-1] == recording.config.steps
    assert found.steps == tuple(frame.step for frame in recording.frames if "recall.hits" in frame.metrics)
    shares = []
    for n, user in enumerate(users):
        given = server.recommend(user)  # with ranking: recall is that of the last step of its own
        np.testing.assert_array_equal(found.candidates[n, -1], given.candidates)
        own = site.world.videos.topic[found.candidates[n]] == likes[n]
        shares.append((own[0].mean(), own[-1].mean()))
    first, last = np.array(shares).T
    assert first.max() < 0.1, "all over the field at first: a topic has a sixteenth of it"
    assert (last > 1.5 * first).all() and last.mean() > 0.4, "in the user's columns later"
