"""Counting against the same recursion written with dictionaries, and what must hold of any probability."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import numpy as np
import pytest

from engine.recurrent.own_text.ngrams import ORDERS, WEIGHTS, NGrams, chosen_order, tuned

SOURCE = np.random.default_rng(0)
TEXT = "the cat sat on the mat, the dog lay by the log. " * 40
ALPHABET = sorted(set(TEXT))
IDS = np.array([ALPHABET.index(character) for character in TEXT])


class Slow:
    """P(c | h) as the module's docstring says it, one character after another."""

    def __init__(self, text: list[int], symbols: int, order: int, weight: float) -> None:
        self.symbols, self.order, self.weight = symbols, order, weight
        self.follows: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
        for length in range(order):
            for at in range(length, len(text)):
                self.follows[tuple(text[at - length : at])][text[at]] += 1

    def probability(self, history: tuple[int, ...], character: int) -> float:
        history = history[len(history) - min(len(history), self.order - 1) :]
        shorter = self.probability(history[1:], character) if history else 1 / self.symbols
        after = self.follows.get(history)
        if not after:
            return shorter
        kinds = self.weight * len(after)
        return (after[character] + kinds * shorter) / (after.total() + kinds)


@pytest.mark.parametrize(("order", "weight"), [(1, 1.0), (2, 1.0), (4, 1.0), (3, 0.2), (5, 3.0)])
def test_it_is_the_recursion(order: int, weight: float) -> None:
    text = SOURCE.integers(0, 5, 300)
    window = SOURCE.integers(0, 5, (9, 3))
    inputs, targets = window[:-1], window[1:]
    found = NGrams(text, 5, order, weight).probabilities(inputs, targets)
    slow = Slow(text.tolist(), 5, order, weight)
    for step, batch in np.ndindex(*found.shape):
        history = tuple(inputs[: step + 1, batch].tolist())
        assert found[step, batch] == pytest.approx(slow.probability(history, int(targets[step, batch])), rel=1e-12)


def test_probabilities_sum_to_one() -> None:
    counts = NGrams(IDS, len(ALPHABET), 4)
    window = IDS[50:60, None].repeat(len(ALPHABET), 1)
    every = np.arange(len(ALPHABET))[None].repeat(len(window), 0)
    np.testing.assert_allclose(counts.probabilities(window, every).sum(1), 1.0, rtol=1e-12)


def test_what_repeats_is_told_and_noise_is_not() -> None:
    """A text that repeats leaves little to guess; of uniform noise no count tells more than an even guess."""
    counts = NGrams(IDS, len(ALPHABET), 6)
    assert counts.loss(IDS[:-1, None], IDS[1:, None]) < 0.2 < math.log(len(ALPHABET))
    noise = SOURCE.integers(0, 8, 20_000)
    fresh = SOURCE.integers(0, 8, (500, 20))
    assert NGrams(noise, 8, 2).loss(fresh[:-1], fresh[1:]) == pytest.approx(math.log(8), abs=0.01)


def test_the_length_is_chosen_by_the_validation_part() -> None:
    """Long contexts where the text repeats, short ones where more only splits the counts."""
    assert chosen_order(IDS[:1_500], IDS[1_500:], len(ALPHABET)) > 3
    noise = SOURCE.integers(0, 8, 5_000)
    assert chosen_order(noise[:4_500], noise[4_500:], 8) == min(ORDERS)


def test_the_largest_alphabet_has_room() -> None:
    ids = SOURCE.integers(0, 401, 4_000)
    counts = NGrams(ids, 401, max(ORDERS))
    assert np.isfinite(counts.loss(ids[:-1, None], ids[1:, None])) and 401 ** max(ORDERS) < 2**63


def test_smoothing_is_tuned_by_the_validation_part() -> None:
    """Where a text repeats itself, shorter contexts count little; in noise, much."""
    trained, validation, noise = IDS[:1_500], IDS[1_500:], SOURCE.integers(0, 8, 3_000)
    repeated = tuned(trained, validation, len(ALPHABET), 5)
    assert repeated == WEIGHTS[0] and tuned(noise[:2_700], noise[2_700:], 8, 4) == WEIGHTS[-1]
    counts = {
        w: NGrams(trained, len(ALPHABET), 5, w).loss(validation[:-1, None], validation[1:, None]) for w in WEIGHTS
    }
    assert counts[repeated] <= counts[1.0]
