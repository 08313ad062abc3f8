"""Days after the log: paired, without a look ahead, and every impression accounted for."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.recommender.config import SimulationConfig
from engine.recommender.days.policies import POLICIES, Past
from engine.recommender.days.simulation import Day, days, joined, simulate_days, survey
from engine.recommender.site.log import simulate
from engine.recommender.site.world import PAGE, Log, World, draw_uploads
from engine.runs.frame import Array
from engine.runs.recording import Recording

TINY = SimulationConfig(
    videos=2_000, users=200, days=20, horizon=4, retrain=2, dimensions=8, tower=(32,), layers=(16,), recalled=60,
    steps=60, ranking_steps=60,
)  # fmt: skip
LEARNT = replace(TINY, users=500, horizon=3, retrain=3, steps=600, ranking_steps=600)


@cache
def lived(config: SimulationConfig) -> tuple[Day, ...]:
    return tuple(days(config, POLICIES[config.policy](config, config.retrain)))


@cache
def mean(config: SimulationConfig, name: str) -> float:
    return float(np.mean([frame.metrics[name] for frame in simulate_days(config)][1:]))


def until(log: Log, second: float) -> Log:
    """What had happened before a moment, in days."""
    parts = {f.name: getattr(log, f.name) for f in fields(log)}
    rows = {len(log.user): log.time < second, len(log.search_user): log.search_time < second}
    return Log(**{name: part[rows[len(part)]] for name, part in parts.items()})


def without_users(log: Log, users: Array) -> Log:
    parts = {f.name: getattr(log, f.name) for f in fields(log)}
    rows = {len(log.user): ~np.isin(log.user, users), len(log.search_user): ~np.isin(log.search_user, users)}
    return Log(**{name: part[rows[len(part)]] for name, part in parts.items()})


@pytest.mark.parametrize("policy", POLICIES)
def test_the_same_config_gives_the_same_days_and_a_short_run_is_the_beginning_of_a_long_one(policy: str) -> None:
    """The latter also says that no day knows a later one."""
    config = replace(TINY, policy=policy)
    whole, again = (Recording(config, tuple(simulate_days(config))) for _ in range(2))
    assert whole.digest == again.digest
    short = tuple(simulate_days(replace(config, horizon=2)))
    assert Recording(config, short).digest == Recording(config, whole.frames[:3]).digest


@pytest.mark.parametrize("policy", POLICIES)
def test_days_are_logged_whole(policy: str) -> None:
    config = replace(TINY, policy=policy)
    past = simulate(config).log
    for day, frame in zip(lived(config), simulate_days(config), strict=True):
        world, log = day.world, day.world.log
        assert day.rows.stop == len(log.user) and (day.number == 0 or day.rows.start == len(past.user))
        np.testing.assert_array_equal(log.video[: len(past.video)], past.video)  # what was logged stays
        assert (np.diff(log.time) >= 0).all() and (np.diff(log.search_time) >= 0).all()
        assert set(np.floor(log.time[day.rows])) == {config.days + day.number - 1}
        assert (world.videos.uploaded[log.video] <= log.time).all() and (np.diff(world.videos.uploaded) >= 0).all()
        assert ((log.minutes > 0) == log.clicked).all()
        assert (log.minutes <= world.videos.minutes[log.video] + 1e-9).all()
        np.testing.assert_array_equal(np.bincount(log.page), PAGE)
        pairs: dict[tuple[int, int], int] = {}
        for user, video, seen in zip(log.user, log.video, log.seen, strict=True):  # the plain count
            assert pairs.setdefault((user, video), 0) == seen
            pairs[user, video] += 1
        rows, metrics = day.rows, frame.metrics
        assert metrics["pages"] * PAGE == metrics["impressions"] == rows.stop - rows.start
        assert metrics["watches"] == log.clicked[rows].sum()
        assert metrics["minutes"] == pytest.approx(log.minutes[rows].sum() / config.users)
        assert 0 < metrics["coverage"][0] <= metrics["coverage"][1] <= 1 and 0 <= metrics["new"] <= 1
        assert 0 < metrics["kept"] < 1
        past = log


def test_policies_see_the_same_pages() -> None:
    """The same users at the same times, the same uploads, and the same places kept as before."""
    one, two, kept = (
        lived(replace(TINY, **change))[-1].world  # type: ignore[arg-type]
        for change in ({"policy": "random"}, {"policy": "popular"}, {"policy": "random", "mix": 1.0})
    )
    np.testing.assert_array_equal(one.log.time, two.log.time)
    np.testing.assert_array_equal(one.log.user, two.log.user)
    np.testing.assert_array_equal(one.log.search_token, two.log.search_token)
    np.testing.assert_array_equal(one.videos.uploaded, two.videos.uploaded)
    later = one.log.time > TINY.days
    same = (one.log.video == kept.log.video)[later].mean()
    assert TINY.mix - 0.02 < same < TINY.mix + 0.03  # a few are the same by chance


def test_uploads_go_on_at_their_rate() -> None:
    world = simulate(TINY)
    more = draw_uploads(TINY, world.videos, TINY.days)
    recent = world.videos.uploaded > 0
    assert len(more) == pytest.approx(recent.sum() / TINY.days, rel=0.3)
    topics = dict(zip(world.videos.channel, world.videos.topic, strict=True))
    assert [topics[channel] for channel in more.channel] == list(more.topic)  # a channel keeps to its topic
    assert (more.uploaded >= TINY.days).all() and (more.uploaded < TINY.days + 1).all()


@pytest.fixture(scope="module")
def policies() -> dict[str, object]:
    found = {}
    world = simulate(TINY)
    for name, kind in POLICIES.items():
        found[name] = kind(TINY, 1)
        found[name].night(0, World(TINY, world.videos, world.users, until(world.log, 15.0)), 15.0, lambda _: None)
    return found


@pytest.mark.parametrize("name", POLICIES)
@settings(max_examples=12, deadline=None)
@given(users=st.lists(st.integers(0, 199), min_size=1, max_size=9, unique=True), now=st.floats(15.1, 19.9))
def test_a_page_knows_no_later_event_and_no_other_user(policies, name: str, users: list[int], now: float) -> None:
    """History may hold later events, and other users: features ask by user and moment. What is known of pairs of user
    and video ends at the moment, as it does when days go by."""
    world = simulate(TINY)
    user, time = np.array(users), np.full(len(users), now)
    before = Past.of(World(TINY, world.videos, world.users, until(world.log, now)))
    later = replace(before, history=Past.of(world).history)
    alone = Past.of(
        World(TINY, world.videos, world.users, without_users(until(world.log, now), np.setdiff1d(range(200), user)))
    )
    pages = [policies[name].fill(user, time, past, np.random.default_rng(7)) for past in (before, later, alone)]
    np.testing.assert_array_equal(pages[0], pages[1])
    np.testing.assert_array_equal(pages[0], pages[2])
    chosen = pages[0]
    assert chosen.shape == (len(users), PAGE)
    assert (chosen >= 0).all() and (world.videos.uploaded[chosen] <= now).all()
    assert all(len(set(page)) == PAGE for page in chosen)
    assert not before.look(user, chosen)[1].any()  # nothing watched comes again


def test_one_page_of_the_models_is_what_the_server_recommends(policies) -> None:
    """The batch against one user at a time: two ways to the same list."""
    from engine.recommender.serving.server import Server
    from engine.recommender.site.vocabulary import Site

    world, models = simulate(TINY), policies["model"]._models
    past = Past.of(World(TINY, world.videos, world.users, until(world.log, 18.0)))
    row = np.full(len(world.videos), -1, np.int64)
    row[models.site.known] = np.arange(len(models.site.known))
    site = Site(past.world, past.history, models.site.known, row)
    server = Server(site, models.net, replace(models.ranker, site=site))
    users = np.arange(20)
    pages = policies["model"].fill(users, np.full(20, 18.0), past, np.random.default_rng(0))
    for user, page in zip(users, pages, strict=True):
        np.testing.assert_array_equal(page, server.recommend(int(user), 18.0).shown[:PAGE])


def test_the_survey_is_the_best_of_all_videos() -> None:
    """Against the definition, for a few pages: no eight videos earn more than the best, and a page is one choice of eight."""
    day = lived(replace(TINY, policy="popular"))[2]
    earned, best = survey(day)
    assert len(earned) == len(best) > 50
    assert (earned <= best + 1e-9).all() and (earned > 0).all()


def test_joined_is_one_behind_the_other() -> None:
    world = simulate(TINY)
    twice = joined(world.videos, world.videos)
    assert len(twice) == 2 * len(world.videos)
    np.testing.assert_array_equal(twice.bait[len(world.videos) :], world.videos.bait)


@pytest.mark.slow
def test_random_covers_most_and_models_earn_most() -> None:
    """At seeds 0 and 1."""
    for seed in (0, 1):
        model, popular, chance = (replace(LEARNT, policy=policy, seed=seed) for policy in POLICIES)
        assert mean(chance, "coverage") > max(mean(model, "coverage"), mean(popular, "coverage"))
        assert mean(model, "minutes") > 1.3 * mean(chance, "minutes")
        assert mean(model, "minutes") > mean(popular, "minutes")
        assert mean(model, "kept") > mean(chance, "kept")


def test_progress_counts_every_step_once() -> None:
    config, seen = replace(TINY, horizon=3), []
    for _ in simulate_days(config, lambda step, steps: seen.append((step, steps))):
        pass
    steps = [step for step, _ in seen]
    assert steps == sorted(steps) and seen[-1][0] == seen[-1][1]
    assert len({total for _, total in seen}) == 1


def test_every_policy_that_a_config_may_name_is_there() -> None:
    assert tuple(POLICIES) == SimulationConfig.domain("policy").options  # type: ignore[attr-defined]
