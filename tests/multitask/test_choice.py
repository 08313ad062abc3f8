"""Which structure to take, by one rule, on made-up losses."""

from __future__ import annotations

import numpy as np

from engine.multitask.choice import Choice, choices, choose
from engine.multitask.claims import CORRELATIONS
from engine.multitask.shipped import SHIPPED

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
