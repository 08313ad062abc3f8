"""The rule for verdicts, worked out once more from the differences with scipy and statsmodels."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from engine.runs.studies.verdict import Outcome, Verdict


def _t(differences: np.ndarray) -> float:
    if np.ptp(differences) == 0:
        return float(differences[0] == 0)
    return float(stats.ttest_1samp(differences, 0).pvalue)


def _ranks(differences: np.ndarray) -> float:
    return _of_signs(tuple(differences.tolist()))


@functools.cache  # many claims have the same differences
def _of_signs(values: tuple[float, ...]) -> float:
    differences = np.array(values)
    if not differences.any():
        return 1.0
    if len(differences) <= 12:
        return of_every_sign(differences)
    return float(stats.wilcoxon(differences, zero_method="wilcox", method="exact").pvalue)


def of_every_sign(differences: np.ndarray) -> float:
    """Two-sided p of the signed ranks by all signs that the differences could have: scipy's permutation method takes a second."""
    left = differences[differences != 0]
    ranks = stats.rankdata(np.abs(left))
    found = np.array(list(itertools.product((0, 1), repeat=len(left)))) @ ranks
    seen = ranks[left > 0].sum()
    return float(min(1.0, 2 * min((found <= seen).mean(), (found >= seen).mean())))


def _middle(differences: np.ndarray) -> float:
    ranks = stats.rankdata(np.abs(differences[differences != 0]))
    return float((ranks * np.sign(differences[differences != 0])).sum())


TESTS: tuple[tuple[Callable[[np.ndarray], float], Callable[[np.ndarray], float]], ...] = (
    (_t, lambda values: float(values.mean())),
    (_ranks, _middle),
)


def is_inside(rate: float, rates: Sequence[float], of: str) -> None:
    """The best of at least four rates, none more than three times the one before, is neither their lowest nor their highest."""
    assert len(rates) >= 4 and max(later / earlier for earlier, later in itertools.pairwise(rates)) <= 3
    assert rates[0] < rate < rates[-1], f"{of}: the best rate is at the edge, {rate}"


def follow_from(
    verdicts: Mapping[str, Verdict],
    differences: Mapping[str, np.ndarray],
    smallest: Mapping[str, float],
    together: Sequence[str] = (),
) -> None:
    """Every verdict is that of these differences (S,), above 0 where they speak for the claim. `together` are judged with
    Holm's correction, the others alone."""
    differences = {
        name: np.round(values, 12) for name, values in differences.items()
    }  # ties are not broken by rounding
    said: dict[str, list[Outcome]] = {name: [] for name in differences}
    for p_of, middle_of in TESTS:
        corrected = [
            {name: p_of(np.round(values - shift * smallest[name], 12)) for name, values in differences.items()}
            for shift in (0, 1)
        ]
        for ps in corrected:
            if together:
                held = multipletests([ps[name] for name in together], method="holm")[1]
                ps.update(zip(together, held, strict=True))
        for name, values in differences.items():
            different, short = (ps[name] <= 0.05 for ps in corrected)
            above, below = middle_of(values) > 0, middle_of(np.round(values - smallest[name], 12)) < 0
            fails = (below and short) or (different and not above)
            said[name].append(Outcome.FAILS if fails else Outcome.HOLDS if above and different else Outcome.CANNOT_TELL)
    assert verdicts.keys() == differences.keys()
    for name, values in differences.items():
        verdict, both = verdicts[name], set(said[name])
        assert (verdict.runs, verdict.ahead) == (len(values), int((values > 0).sum())), name
        low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95) if np.ptp(values) else (values[0], values[0])
        assert (verdict.mean, verdict.low, verdict.high) == pytest.approx((values.mean(), low, high), 1e-6, 1e-9), name
        if not values.any():
            assert verdict.outcome == Outcome.CANNOT_TELL, name  # both sides at their bound
        elif len(both) == 1:
            assert verdict.outcome == both.pop(), name
        else:
            assert verdict.outcome in (Outcome.FEW_RUNS, Outcome.CANNOT_TELL), name
