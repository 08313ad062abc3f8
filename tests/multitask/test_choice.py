"""Which structure to take, by one rule, on made-up losses."""

from __future__ import annotations

import numpy as np
from pytest import approx

from engine.multitask import STRUCTURES, MultitaskConfig
from engine.multitask.choice import AMONG, Choice, against, beyond, choices, choose, median_interval
from engine.multitask.claims import CORRELATIONS, Seeds
from engine.multitask.shipped import SHIPPED
from engine.runs.studies.verdict import Outcome

SIZES = {"small": 10, "middle": 20, "large": 30}
NOISE = np.random.default_rng(0).normal(0, 0.01, (3, 32))


def one(several: dict[str, np.ndarray]) -> Choice:
    return choose({0.5: several}, SIZES)[0.5]


def losses(*means: float) -> dict[str, np.ndarray]:
    return {name: mean + noise for name, mean, noise in zip(SIZES, means, NOISE, strict=True)}


def test_the_smallest_that_is_not_worse_is_taken() -> None:
    assert one(losses(0.5, 0.5, 0.5)).taken == "small"
    found = one(losses(0.9, 0.5, 0.5))
    assert found.taken == "middle" and found.worse == ("small",)
    found = one(losses(0.9, 0.7, 0.5))
    assert (found.taken, found.best, set(found.worse)) == ("large", "large", {"small", "middle"})


def test_a_difference_too_small_to_matter_pays_for_no_parameters() -> None:
    exact = {"small": np.full(32, 0.5005), "large": np.full(32, 0.5)}
    assert one(exact).taken == "small"


def test_many_comparisons_are_judged_together() -> None:
    """What is worse when it is asked once may be chance among sixty."""
    noise = np.random.default_rng(1).normal(0, 0.01, (2, 32))
    some = {"small": 0.5058 + noise[0], "large": 0.5 + noise[1]}
    assert one(some).worse == ("small",)
    assert not any(found.worse for found in choose({float(p): some for p in range(60)}, SIZES).values())


def test_one_unlucky_seed_makes_nothing_worse() -> None:
    several = losses(0.5, 0.5, 0.5)
    several["small"][3] = 50.0
    assert one(several).taken == "small"


def test_every_correlation_of_the_study_has_a_choice() -> None:
    found = choices(SHIPPED.results)
    assert tuple(found) == CORRELATIONS
    assert all(choice.taken not in choice.worse and choice.best not in choice.worse for choice in found.values())


def test_a_structure_beyond_those_changes_no_choice() -> None:
    """The choice is the same where its results are not there at all."""
    without = Seeds({cell: found for cell, found in SHIPPED.read_study()[1].items() if cell.rungs != ("ple",)})
    assert choices(without) == choices(SHIPPED.results)
    assert set(AMONG) == set(STRUCTURES) - {"ple"} and tuple(beyond(SHIPPED.results)) == CORRELATIONS


class Made(Seeds):
    """Losses made up: what PLE gains over the others at each correlation, beside noise."""

    def __init__(self, gains: dict[float, float]) -> None:
        super().__init__({})
        self.gains = gains

    def loss(self, base: MultitaskConfig, structure: str, p: float, name: str = "test_loss") -> np.ndarray:
        noise = np.random.default_rng([STRUCTURES.index(structure), int(100 * p)]).normal(0, 0.01, 32)
        return 0.5 + noise - (self.gains[p] if structure == "ple" else 0.0)


def test_that_one_beyond_is_better_is_told_where_it_is_judged_so() -> None:
    gains = dict.fromkeys(CORRELATIONS, 0.0) | {0.5: 0.05, 1.0: 0.05}
    assert beyond(Made(gains)) == {p: ("ple",) if gains[p] else () for p in CORRELATIONS}
    assert not any(beyond(Made(dict.fromkeys(CORRELATIONS, -0.05))).values())


def test_what_is_doubtful_of_the_best_is_told() -> None:
    """Where the taken one is the best there is no doubt; else what was said of "the taken one is worse"."""
    assert one(losses(0.5, 0.9, 0.9)).doubt is None
    assert one({"small": np.full(32, 0.5005), "large": np.full(32, 0.5)}).doubt == Outcome.FAILS
    several = losses(0.5, 0.9, 0.9)
    several["middle"] = several["small"] - 0.05
    several["small"] = several["small"].copy()
    several["middle"][3] = 50.0  # one run that got stuck
    assert one(several).doubt == Outcome.FEW_RUNS and one(several).taken == "small"


def test_losses_against_others_are_in_per_cent_of_these() -> None:
    found = against(np.array([0.9, 1.8, 3.3]), np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(found.percent, [-10, -10, 10])
    assert found.ahead == 2 and found.median == approx(-10) and np.isnan(found.low) and np.isnan(found.high)


def test_the_interval_of_a_median_holds_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    for count in (6, 8, 32):
        drawn = np.array([median_interval(values) for values in rng.exponential(size=(4_000, count))])
        held = ((drawn[:, 0] <= np.log(2)) & (np.log(2) <= drawn[:, 1])).mean()
        assert held >= 0.94, (count, held)
    assert median_interval(np.arange(6.0)) == (0.0, 5.0) and np.isnan(median_interval(np.arange(5.0))).all()
