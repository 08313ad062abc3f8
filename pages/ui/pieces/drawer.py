"""What was clicked, opened on the stage: what it is, its value, the three largest terms of its sum, and the result.

The whole sum stands below the stage (see `zoom`). Both are made from the same explanation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.runs.explanation import Explanation
from pages.ui.language import bare
from pages.ui.marked import Marked, unmarked
from pages.ui.numbers import number
from pages.ui.pieces.story_panel import told
from pages.ui.pieces.zoom import symbol as written
from pages.ui.place import Place
from pages.ui.player.player import drawer

TERMS, DIGITS = 3, 3
_WRITTEN = {
    "relu": "max(0, {total}) = {result}",
    "sigmoid": "σ({total}) = {result}",
    "tanh": "tanh({total}) = {result}",
    "softmax": "softmax({total}) = {result}",
}
"""How a sum becomes the value, in letters; where it is the value, it is not said again."""


def open_drawer(
    place: Place,
    title: str,
    about: Sequence[str] = (),
    sums: Mapping[str, Explanation] | None = None,
    *,
    below: str,
    part: str | None = None,
    of: str = "",
) -> None:
    """Open it for what is looked at: a `part` that the stage has selected, or something else by the name `of`.

    title, about  what it is
    sums          by their headings; a sum alone needs none
    below         key of the container that holds the whole sum, "" where there is none
    """
    step = place.read(place.step)
    content = {
        "of": of or part,
        "selected": part,
        "quiet": told(place.playground) and part is not None,
        "title": _plain(title),
        "about": [_plain(text) for text in about if text],
        "sums": [_sum(_plain(name), one) for name, one in (sums or {}).items()],
        "below": below,
        "at": {
            "step": int(step) if step.lstrip("-").isdecimal() else None,
            "rung": place.rung_of(()),
            "hero": place.hero_value(),
        },
        "words": {"close": bare("Close"), "whole": bare("The whole sum below") if sums else bare("More of it below")},
    }
    drawer(f"{place.playground}_player", content)


def _plain(text: str) -> str:
    return unmarked(text) if isinstance(text, Marked) else text


def _sum(name: str, one: Explanation) -> dict[str, object]:
    """One sum as the drawer shows it: its largest terms, what the others make, the bias and the sum; and what becomes of it."""
    count, rest = one.rest(TERMS)
    lines: list[tuple[str, str, float, str]] = [
        (_symbol(term.symbol), f"{_number(term.weight)} × {_number(term.value)}", term.product, "")
        for term in one.largest(TERMS)
    ]
    if count:
        lines.append((bare("the other {count} terms", count=count), "", rest, "rest"))
    if one.bias is not None:
        lines.append((bare("bias b"), "", one.bias, "rest"))
    most = max((abs(value) for _, _, value, _ in lines), default=0.0) or 1.0
    rows: list[dict[str, object]] = [
        {"symbol": said, "factors": factors, "product": _number(value), "share": round(value / most, 4), "kind": kind}
        for said, factors, value, kind in lines
    ]
    if rows and one.activation != "identity":  # else it is the value, which stands above
        total: dict[str, object] = {
            "symbol": bare("sum"),
            "factors": "",
            "product": _number(one.total),
            "share": None,
            "kind": "sum",
        }
        rows.append(total)
    becomes = _WRITTEN.get(one.activation, "").format(total=_number(one.total), result=_number(one.result))
    return {"name": name, "symbol": _symbol(one.symbol), "value": _number(one.result), "rows": rows, "result": becomes}


def _symbol(of: str) -> str:
    return written(of).replace("-", "−")


def _number(value: float) -> str:
    return number(value, DIGITS)
