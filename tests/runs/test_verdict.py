"""The one rule for all claims, against scipy's and statsmodels' own tests, and on made-up runs whose verdict is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from engine.runs.studies.verdict import Judged, Outcome, holm_factors, judge, judge_together, signed_ranks, students_t
from tests.verdicts import of_every_sign

RUNS = np.linspace(-0.5, 0.5, 32)
"""Runs without a difference."""


@pytest.mark.parametrize("seed", range(5))
def test_mean_interval_and_both_tests_are_scipys(seed: int) -> None:
    sample = np.random.default_rng(seed).normal(0.2, 1.0, 24)
    student = stats.ttest_1samp(sample, 0)
    interval = student.confidence_interval(0.95)
    verdict = judge(sample)
    assert (verdict.mean, verdict.low, verdict.high) == pytest.approx((sample.mean(), interval.low, interval.high))
    assert verdict.t.p == pytest.approx(student.pvalue)
    assert verdict.signed_rank.p == pytest.approx(stats.wilcoxon(sample, method="exact").pvalue)


@pytest.mark.parametrize("sample", [[1, 1, 2, -1, 3], [0, 0, 1, 2, 2, -1], [-2, 2, 2, 2, 2, 2, 2]])
def test_every_sign_of_the_claims_tests_is_scipys(sample: list[float]) -> None:
    """What the stored verdicts are checked by (tests/verdicts.py), with ties and zeros."""
    every = stats.PermutationMethod(n_resamples=2**8)
    assert of_every_sign(np.array(sample)) == stats.wilcoxon(sample, zero_method="wilcox", method=every).pvalue


@pytest.mark.parametrize(
    "sample", [[1, 1, 2, -1, 3], [0, 0, 1, 2, 2, -1], [-2, 2, 2, 2, 2, 2, 2], [1, 1, 1, 1, -1, -1, 4, 4, 4, 5]]
)
def test_signed_ranks_are_exact_with_ties(sample: list[float]) -> None:
    """Against every way to give the differences their signs."""
    whole = stats.PermutationMethod(n_resamples=2**12)
    expected = stats.wilcoxon(sample, zero_method="wilcox", method=whole).pvalue
    assert signed_ranks(np.array(sample, float))[0] == pytest.approx(expected)


def test_many_signed_ranks_are_asymptotic() -> None:
    sample = np.random.default_rng(0).normal(0.1, 1.0, 2_000)
    assert signed_ranks(sample)[0] == pytest.approx(stats.wilcoxon(sample, method="asymptotic").pvalue)


def test_no_difference_at_all_has_a_p_of_one() -> None:
    assert signed_ranks(np.zeros(8)) == students_t(np.zeros(8)) == (1.0, 0.0)
    assert students_t(np.full(8, 0.5)) == (0.0, 0.5)


def test_the_correction_is_holms() -> None:
    for seed in range(20):
        ps = np.random.default_rng(seed).uniform(0, 0.2, 7).round(2)
        expected = multipletests(ps, method="holm")[1]
        assert np.minimum(1, ps * holm_factors(ps)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("shift", "outcome"), [(1.0, Outcome.HOLDS), (-1.0, Outcome.FAILS), (0.0, Outcome.CANNOT_TELL)]
)
def test_the_claim_is_that_differences_are_above_zero(shift: float, outcome: Outcome) -> None:
    assert judge(RUNS + shift).outcome == outcome


def test_a_difference_too_small_to_matter_does_not_hold() -> None:
    sample = RUNS / 100 + 0.002
    assert judge(sample).outcome == Outcome.HOLDS
    assert judge(sample, smallest=0.001).outcome == Outcome.HOLDS
    assert judge(sample, smallest=0.1).outcome == Outcome.FAILS
    assert judge(RUNS / 100, smallest=0.1).outcome == Outcome.FAILS  # none that would matter can be hidden in it


def test_without_power_nothing_is_told_and_it_says_how_many_runs_would_tell() -> None:
    verdict = judge(RUNS * 4 + 0.2, smallest=0.1)
    assert verdict.outcome == Outcome.CANNOT_TELL
    needed = verdict.runs_needed
    assert needed is not None
    more = np.random.default_rng(0).normal(verdict.mean, (RUNS * 4).std(ddof=1), (200, needed))
    assert 0.7 < np.mean([students_t(sample)[0] <= 0.05 for sample in more]) < 0.9  # the power that was asked for
    assert judge(RUNS + 1).runs_needed is None
    together = judge_together([Judged(RUNS * 4 + 0.2, 0.1)] * 17)[0].runs_needed
    assert together is not None and together > 1.5 * needed  # each of many must show more


def test_a_heavy_tail_is_named() -> None:
    """One run of thirty-two lost by so much that the mean says nothing, though nearly all are ahead."""
    sample = np.abs(RUNS) + 0.1
    sample[10] = -30.0
    verdict = judge(sample)
    assert verdict.t.outcome == Outcome.CANNOT_TELL and verdict.signed_rank.outcome == Outcome.HOLDS
    assert (verdict.outcome, verdict.few, verdict.ahead) == (Outcome.FEW_RUNS, (10,), 31)


def test_a_few_runs_that_alone_are_ahead_are_named() -> None:
    sample = np.where(np.arange(32) % 2, 0.01, -0.01)
    sample[[3, 7, 21, 30]] = 1.0
    verdict = judge(sample)
    assert verdict.outcome != Outcome.HOLDS and set(verdict.few) <= {3, 7, 21, 30}


def test_where_both_sides_are_at_their_bound_nothing_is_told() -> None:
    verdict = judge(np.zeros(12))
    assert (verdict.outcome, verdict.tied) == (Outcome.CANNOT_TELL, 12)


@pytest.mark.parametrize(("family", "runs"), [(6, 32), (12, 12), (20, 12)])
def test_a_perfect_effect_holds_in_a_whole_family(family: int, runs: int) -> None:
    perfect = Judged(1 + np.linspace(0, 1, runs), enough=runs)
    noise = Judged(np.linspace(-1, 1, runs), enough=runs)
    together = judge_together([perfect, *[noise] * (family - 1)])
    assert together[0].outcome == Outcome.HOLDS and together[0].family == family
    assert all(verdict.outcome == Outcome.CANNOT_TELL for verdict in together[1:])


def test_what_holds_alone_may_be_chance_among_many() -> None:
    sample = RUNS + 0.12
    assert judge(sample).outcome == Outcome.HOLDS
    assert judge_together([Judged(sample)] * 20)[0].outcome == Outcome.CANNOT_TELL


@pytest.mark.parametrize("sample", [[], [-1.0], [-1.0, float("nan")], [-1.0, float("-inf")]])
def test_nothing_is_told_from_too_little(sample: list[float]) -> None:
    verdict = judge(sample)
    assert verdict.outcome == Outcome.CANNOT_TELL and verdict.preview and verdict.runs_needed is None


def test_few_runs_are_a_preview() -> None:
    assert judge(np.ones(31)).preview and not judge(np.ones(32)).preview and not judge(np.ones(8), enough=8).preview
