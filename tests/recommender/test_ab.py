"""A/B tests and what one arm's log tells of the other: drawn as said, weighed without bias, and judged by lot."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare, ttest_ind

from engine.recommender.config import ORDERS, AbConfig
from engine.recommender.days.ab import ab_test
from engine.recommender.days.arms import difference, lots
from engine.recommender.days.off_policy import ENOUGH, ESTIMATORS, Logged, effective, estimates
from engine.recommender.days.plackett_luce import draw, log_probabilities
from engine.recommender.days.simulation import days
from engine.recommender.days.split import Split
from engine.recommender.site.world import PAGE
from engine.runs.frame import Array, Frame

TINY = AbConfig(
    videos=2_000, users=300, days=20, horizon=3, dimensions=8, tower=(32,), layers=(16,), recalled=60, steps=60,
    ranking_steps=60,
)  # fmt: skip


@cache
def told(config: AbConfig) -> tuple[Frame, ...]:
    return tuple(ab_test(config))


# — pages drawn at random —

SCORES = np.array([1.2, -0.3, 0.4, 2.0, 0.0])


def every_page(places: int) -> Array:
    return np.array(list(permutations(range(len(SCORES)), places)))


def probabilities(temperature: float, places: int) -> Array:
    pages = every_page(places)
    found: Array = np.exp(log_probabilities(np.tile(SCORES, (len(pages), 1)), temperature, pages).sum(1))
    return found


@pytest.mark.parametrize("temperature", [0.0, 0.3, 1.0, 4.0])
@pytest.mark.parametrize("places", [1, 2, 5])
def test_the_probabilities_of_all_pages_sum_to_1(temperature: float, places: int) -> None:
    assert probabilities(temperature, places).sum() == pytest.approx(1.0, abs=1e-12)


def test_a_page_is_as_probable_as_luce_has_it() -> None:
    """Candidate 3, then 0, then 2, written out."""
    e = np.exp(SCORES / 0.7)
    wanted = e[3] / e.sum() * e[0] / (e.sum() - e[3]) * e[2] / (e.sum() - e[3] - e[0])
    found = log_probabilities(SCORES[None], 0.7, np.array([[3, 0, 2]]))
    assert np.exp(found.sum()) == pytest.approx(wanted, rel=1e-12)


def test_pages_are_drawn_as_often_as_they_are_probable() -> None:
    count, pages = 40_000, every_page(2)
    drawn = draw(np.tile(SCORES, (count, 1)), 0.7, 2, np.random.default_rng(5))
    code = {tuple(page): n for n, page in enumerate(pages.tolist())}
    met = np.bincount([code[tuple(page)] for page in drawn.tolist()], minlength=len(pages))
    assert chisquare(met, probabilities(0.7, 2) * count).pvalue > 1e-3


def test_at_a_temperature_of_0_the_best_come_first_always() -> None:
    best = draw(SCORES[None], 0.0, 5, np.random.default_rng(0))
    assert best.tolist() == [[3, 0, 2, 4, 1]]
    assert log_probabilities(SCORES[None], 0.0, best).sum() == 0
    assert np.isneginf(log_probabilities(SCORES[None], 0.0, best[:, ::-1])[0, 0])


# — another policy's value —


def enumerated(other: float = -2.0) -> tuple[Logged, Array, Array]:
    """Every page of three places, with what each place earns, which depends on what stands above; and how probable each is
    under the policy that logs and under the other, which multiplies all scores."""
    pages = every_page(3)
    minutes = np.stack([3.0 + page - 0.5 * np.cumsum(page == 3) for page in pages]).astype(float)
    rows = np.tile(SCORES, (len(pages), 1))
    shown, asked = log_probabilities(rows, 1.0, pages), log_probabilities(other * rows, 1.0, pages)
    logged = Logged(np.arange(len(pages)), minutes, shown, asked)
    return logged, np.exp(shown.sum(1)), np.exp(asked.sum(1))


@pytest.mark.parametrize("upto", [False, True])
def test_weighted_minutes_are_the_other_policys_on_average(upto: bool) -> None:
    """The mean over every page there is, exactly: with the weight of the page, and with that of the places so far."""
    logged, logs, asked = enumerated()
    weights = logged.weights if upto else logged.weights[:, -1:]
    assert logs @ (weights * logged.minutes) == pytest.approx(asked @ logged.minutes, rel=1e-9)


def test_the_estimates_are_those_written_out_page_by_page() -> None:
    """Against loops that know nothing of arrays."""
    rng = np.random.default_rng(3)
    minutes, shown, asked = rng.gamma(1.0, 2.0, (40, 3)), -rng.random((40, 3)), -rng.random((40, 3))
    found = estimates(Logged(rng.integers(9, size=40), minutes, shown, asked))
    weight = [[float(np.exp((asked[p, : k + 1] - shown[p, : k + 1]).sum())) for k in range(3)] for p in range(40)]
    mean = sum(minutes[p, k] for p in range(40) for k in range(3)) / 40
    page = sum(weight[p][2] * minutes[p, k] for p in range(40) for k in range(3))
    assert found["page_ips"].difference == pytest.approx(page / 40 - mean)
    assert found["page_snips"].difference == pytest.approx(page / sum(w[2] for w in weight) - mean)
    each = [sum(weight[p][k] * minutes[p, k] for p in range(40)) for k in range(3)]
    assert found["places_ips"].difference == pytest.approx(sum(each) / 40 - mean)
    normal = sum(one / sum(weight[p][k] for p in range(40)) for k, one in enumerate(each))
    assert found["places_snips"].difference == pytest.approx(normal - mean)
    assert found["first_ips"].difference == pytest.approx(each[0] / 40 - minutes[:, 0].mean())
    worth = [sum(w[k] for w in weight) ** 2 / sum(w[k] ** 2 for w in weight) for k in range(3)]
    assert found["places_ips"].effective == pytest.approx(3 / sum(1 / one for one in worth))


def held(name: str, other: float, tries: int = 300) -> tuple[float, float]:
    """How many intervals hold the truth in logs drawn anew, whose users have several pages that are alike; and how many pages
    the estimates are worth."""
    every, logs, asked = enumerated(other)
    truth = asked @ every.minutes.sum(1) - logs @ every.minutes.sum(1)
    rng, found = np.random.default_rng(11), []
    for _ in range(tries):
        user = np.repeat(np.arange(60), 5)
        taken = rng.choice(len(logs), len(user), p=logs)
        liking = rng.normal(1.0, 0.2, 60)[user, None]
        log = Logged(user, every.minutes[taken] * liking, every.shown[taken], every.asked[taken])
        one = estimates(log)[name]
        found.append((one.low <= truth <= one.high, one.effective))
    share, worth = np.mean(found, axis=0)
    return float(share), float(worth)


WHOLE = [name for name in ESTIMATORS if not name.startswith("first")]


@pytest.mark.parametrize("name", WHOLE)
def test_nineteen_of_twenty_intervals_hold_the_truth(name: str) -> None:
    share, worth = held(name, 0.5)
    assert 0.9 <= share <= 0.99 and worth >= ENOUGH


@pytest.mark.parametrize("name", WHOLE)
def test_intervals_that_hold_too_little_are_worth_too_few_pages(name: str) -> None:
    """Policies far apart: a few pages weigh all, and what the interval says cannot be relied on."""
    share, worth = held(name, -2.0)
    assert share < 0.9 and worth < ENOUGH


@given(st.lists(st.floats(0.01, 100.0), min_size=1, max_size=40))
def test_effective_pages_are_one_to_all(weights: list[float]) -> None:
    found = float(effective(np.array(weights)[:, None])[0])
    assert 1.0 - 1e-9 <= found <= len(weights) + 1e-6
    assert effective(np.full((len(weights), 1), 3.0))[0] == pytest.approx(len(weights))


# — arms —


def test_half_of_the_users_are_in_each_arm() -> None:
    assert lots(601, np.random.default_rng(0)).sum() == 300


def test_with_one_page_each_the_difference_is_welchs() -> None:
    rng = np.random.default_rng(4)
    minutes, second = rng.gamma(2.0, 1.0, 80), np.arange(80) % 3 == 0
    found = difference(minutes, np.ones(80), second)
    wanted = ttest_ind(minutes[second], minutes[~second], equal_var=False).confidence_interval()
    assert found[1:] == pytest.approx((wanted.low, wanted.high), rel=1e-9)


def test_what_the_past_foretells_narrows_the_interval_and_moves_nothing() -> None:
    """Over many lots the adjusted difference is as large as the plain one, and its interval holds the truth as often."""
    rng = np.random.default_rng(8)
    pages, liking = rng.integers(1, 9, 400), rng.gamma(2.0, 1.0, 400)
    before = liking + rng.normal(0.0, 0.3, 400)
    before[:20] = np.nan  # whose log begins with the test
    found = []
    for _ in range(200):
        second = lots(400, rng)
        minutes = pages * (liking + 0.4 * second) + rng.normal(0.0, 1.0, 400)
        found.append((difference(minutes, pages, second, before), difference(minutes, pages, second)))
    adjusted, plain = np.array(found).transpose(1, 0, 2)
    assert adjusted[:, 0].mean() == pytest.approx(0.4, abs=0.03)
    assert np.ptp(adjusted[:, 1:], axis=1).mean() < 0.6 * np.ptp(plain[:, 1:], axis=1).mean()
    for one in (adjusted, plain):
        assert 0.9 <= ((one[:, 1] <= 0.4) & (one[:, 2] >= 0.4)).mean() <= 0.99


# — the test itself —


def test_the_same_config_gives_the_same_test_and_a_short_one_is_the_beginning() -> None:
    short, again = tuple(ab_test(replace(TINY, horizon=1))), told(TINY)[:1]
    for one, other in zip(short, again, strict=True):
        assert all(np.array_equal(one.metrics[name], other.metrics[name]) for name in one.metrics)


def test_a_challenger_that_draws_as_arm_a_does_is_told_to_earn_the_same() -> None:
    """Every weight is 1: nothing is estimated but what is there."""
    last = told(replace(TINY, challenger="minutes"))[-1].metrics
    assert last["estimates"][:, 0] == pytest.approx(0.0, abs=1e-9)
    assert last["effective"] == pytest.approx(float(last["logged"]))
    assert float(last["logged"]) == last["pages"][0]


@pytest.mark.parametrize("order", ORDERS)
def test_what_is_written_down_is_what_was_shown(order: str) -> None:
    """Each page of arm A once, none of arm B, with probabilities; and every order has the same candidates to draw from."""
    config = replace(TINY, challenger=order, horizon=1)
    policy = Split(config)
    *_, day = days(config, policy)
    log = day.world.log
    users = log.user[day.rows][::PAGE]
    times = np.concatenate([page.time for page in policy.pages])
    assert sorted(times) == sorted(log.time[day.rows][::PAGE][~policy.second[users]])
    shown, asked = (np.concatenate([getattr(page, part) for page in policy.pages]) for part in ("shown", "asked"))
    assert np.isfinite(shown).all() and np.isfinite(asked).all() and (shown <= 0).all() and (asked <= 0).all()


def test_the_truth_is_what_arm_as_pages_earn_on_average() -> None:
    """Expected minutes against those that were watched, some hundred pages: within three standard errors."""
    last = told(replace(TINY, users=1_000))[-1].metrics
    pages = float(last["logged"])
    assert last["truth"].shape == (2, PAGE)
    assert last["minutes"][0] == pytest.approx(last["truth"][0].sum(), abs=3 * 8.0 / pages**0.5)


def test_progress_ends_where_it_says() -> None:
    seen: list[tuple[int, int]] = []
    for _ in ab_test(replace(TINY, horizon=1), lambda step, steps: seen.append((step, steps))):
        pass
    assert seen[-1][0] == seen[-1][1] and {steps for _, steps in seen} == {seen[0][1]}
