"""The rule for all claims against scipy's own interval."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from engine.runs.studies.verdict import FAILS, HOLDS, WITHIN_NOISE, judge


def test_the_interval_is_students() -> None:
    sample = np.random.default_rng(0).normal(-0.1, 1.0, 32)
    interval = stats.ttest_1samp(sample, 0).confidence_interval(0.95)
    verdict = judge(sample)
    assert (verdict.low, verdict.high) == pytest.approx((interval.low, interval.high))


@pytest.mark.parametrize(("mean", "outcome"), [(-1.0, HOLDS), (1.0, FAILS), (0.0, WITHIN_NOISE)])
def test_the_claim_is_that_differences_are_below_zero(mean: float, outcome: str) -> None:
    assert judge(np.linspace(-0.5, 0.5, 32) + mean).outcome == outcome


@pytest.mark.parametrize("sample", [[], [-1.0], [-1.0, float("nan")], [-1.0, float("-inf")]])
def test_nothing_is_told_from_too_little(sample: list[float]) -> None:
    verdict = judge(sample)
    assert verdict.outcome == WITHIN_NOISE and verdict.preview


def test_few_seeds_are_a_preview() -> None:
    assert (
        judge(np.full(31, -1.0)).preview
        and not judge(np.full(32, -1.0)).preview
        and not judge(np.full(8, -1.0), enough=8).preview
    )
