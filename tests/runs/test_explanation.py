"""The sum behind a number: which of its terms stand first, and what is left of it."""

from __future__ import annotations

import pytest

from engine.runs.explanation import Explanation, Term

TERMS = (Term("a", 2.0, 1.0), Term("b", -1.0, 5.0), Term("c", 1.0, 0.5), Term("d", 3.0, 1.0))
SUM = Explanation("y", TERMS, 0.25, "identity", 0.75, 0.75)


def test_the_largest_terms_stand_first_whatever_their_sign() -> None:
    """-5 moves a sum further than 3 does."""
    assert [term.symbol for term in SUM.largest()] == ["b", "d", "a", "c"]
    assert [term.product for term in SUM.largest(2)] == [-5.0, 3.0]


def test_what_is_left_out_is_counted_and_summed() -> None:
    assert SUM.rest(2) == (2, pytest.approx(2.5)) and SUM.rest() == (0, 0.0)
    assert SUM.total == pytest.approx(0.75) and SUM.agrees
