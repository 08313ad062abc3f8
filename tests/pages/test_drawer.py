"""What was clicked, opened on the stage: the largest terms of the same sum as below it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.runs.explanation import Explanation, Term
from pages.ui.language import speaking
from pages.ui.pieces import drawer
from pages.ui.pieces.zoom import symbol

TERMS = tuple(Term(f"x_{{{n}}}", 1.0 if n % 2 else -1.0, n / 10) for n in range(1, 8))


def sum_of(explanation: Explanation) -> dict[str, Any]:
    with speaking("en"):
        return drawer._sum("", explanation)


def shown(value: str) -> float:
    return float(value.replace("−", "-"))


def test_three_terms_the_others_and_the_bias_make_the_sum() -> None:
    told = sum_of(Explanation("f_{3}(x)", TERMS, 0.25, "tanh", 0.0))
    assert [row["symbol"] for row in told["rows"]] == ["x₇", "x₆", "x₅", "the other 4 terms", "bias b", "sum"]
    *parts, total = (shown(row["product"]) for row in told["rows"])
    assert sum(parts) == pytest.approx(total, abs=0.002)
    assert told["symbol"] == "f₃(x)" and told["result"] == f"tanh({told['rows'][-1]['product']}) = {told['value']}"


def test_bars_are_shares_of_the_largest_with_their_sign() -> None:
    rows = sum_of(Explanation("h", TERMS, None, "relu", 0.0))["rows"]
    shares = [row["share"] for row in rows if row["share"] is not None]
    assert max(map(abs, shares)) == 1.0 and all(-1.0 <= share <= 1.0 for share in shares)
    assert [share > 0 for share in shares] == [not row["product"].startswith("−") for row in rows[:-1]]


def test_a_sum_that_is_the_value_is_said_once() -> None:
    told = sum_of(Explanation("u \\cdot v", TERMS[:2], None, "identity", 0.0))
    assert [row["symbol"] for row in told["rows"]] == ["x₂", "x₁"] and told["result"] == ""
    assert shown(told["value"]) == pytest.approx(-0.1)


def test_no_terms_make_no_lines() -> None:
    assert sum_of(Explanation("g", (), None, "identity", 0.0))["rows"] == []


def test_symbols_are_written_without_a_formula() -> None:
    assert symbol("g^{(2),1}_{12}") == "g⁽²⁾,¹₁₂"
    assert symbol("u_{3} \\cdot v_{3}") == "u₃ · v₃"
