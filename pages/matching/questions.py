"""What a room is asked about two documents, and what was measured: the cosines of the query on stage."""

from __future__ import annotations

from engine.matching.measures import TIE
from pages.matching.shown import Shown
from pages.matching.told import cosines
from pages.ui.numbers import number
from pages.ui.pieces.questions import Found

NONE = "none"


def cannot_tell(now: Shown) -> Found:
    """The one model whose cosines with both documents are the same; none where all can tell them apart."""
    found = cosines(now)
    equal = [model for model, (first, second) in found.items() if abs(first - second) <= TIE]
    if len(equal) > 1:
        raise ValueError(f"the question has several right answers: {', '.join(equal)}")
    return Found(equal[0] if equal else NONE, {model: _written(*both, model in equal) for model, both in found.items()})


def _written(first: float, second: float, same: bool) -> str:
    sign = "=" if same else ">" if first > second else "<"
    return f"{number(first, 2)} {sign} {number(second, 2)}"


QUESTIONS = {"cannot_tell": cannot_tell}
