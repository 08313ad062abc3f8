"""The sum behind a number: which of its terms stand first, and what is left of it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.runs.explanation import Explanation, Term

TERMS = (Term("a", 2.0, 1.0), Term("b", -1.0, 5.0), Term("c", 1.0, 0.5), Term("d", 3.0, 1.0))
SUM = Explanation("y", TERMS, 0.25, "identity", 0.75)


def test_the_largest_terms_stand_first_whatever_their_sign() -> None:
    """-5 moves a sum further than 3 does."""
    assert [term.symbol for term in SUM.largest()] == ["b", "d", "a", "c"]
    assert [term.product for term in SUM.largest(2)] == [-5.0, 3.0]


def test_what_is_left_out_is_counted_and_summed() -> None:
    assert SUM.rest(2) == (2, pytest.approx(2.5)) and SUM.rest() == (0, 0.0)
    assert SUM.total == pytest.approx(0.75) and SUM.agrees


@pytest.mark.parametrize("activation", ["relu", "identity", "sigmoid", "tanh"])
@pytest.mark.parametrize("sum_", [-1e4, -2.0, 0.0, 0.5, 1e4])
def test_what_becomes_of_a_sum_is_what_torch_makes_of_it(activation: str, sum_: float) -> None:
    exact = {"relu": torch.relu, "identity": torch.clone, "sigmoid": torch.sigmoid, "tanh": torch.tanh}[activation]
    found = Explanation("y", (Term("a", 1.0, sum_ - 0.25),), 0.25, activation, 0.0).result
    assert found == pytest.approx(float(exact(torch.tensor(sum_, dtype=torch.float64))), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("sums", [(0.75, 1.0, -2.0), (0.75, 2e4), (0.75, -2e4)])
def test_a_softmax_is_over_all_sums_that_compete(sums: tuple[float, ...]) -> None:
    expected = torch.softmax(torch.tensor(sums, dtype=torch.float64), 0)[0]
    found = Explanation("p", TERMS, 0.25, "softmax", 0.0, others=sums).result
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("result", "traced", "agrees"),
    [(1.0, 1.000009, True), (1.0, 1.00002, False), (0.0, 9e-7, True), (0.0, 3e-6, False)],
)
def test_a_sum_and_its_trace_must_be_the_same_number_in_float32(result: float, traced: float, agrees: bool) -> None:
    """Design: 1e-5 relative + 1e-6. A wider tolerance would let a wrong sum pass for the traced number."""
    assert Explanation("y", (Term("a", 1.0, result),), None, "identity", traced).agrees is agrees


def test_a_term_alone_of_its_kind_is_listed_however_small() -> None:
    many = tuple(Term(f"x_{{{n}}}", 1.0, float(n)) for n in range(1, 20))
    explanation = Explanation("f", (*many, Term("C(t-1)", 0.0, 1.0, alone=True)), None, "identity", 190.0)
    listed = explanation.largest()
    assert len(listed) == 8 and listed[-1].symbol == "C(t-1)" and listed[0].symbol == "x_{19}"
    assert explanation.rest() == (12, pytest.approx(sum(range(1, 13))))
