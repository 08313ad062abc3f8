"""Where the viewer of this page is: a query, words taken away from it, and a unit."""

from __future__ import annotations

from engine.matching import MODELS
from engine.runs.config import IntRange
from pages.ui.place import Place

ASKED, WITHOUT, UNIT = (f"matching_{name}" for name in ("q", "without", "unit"))
PLACE = Place(
    "matching",
    MODELS,
    r"(q|d1|d2)_(input|inner|pool|vector)|cos[1-5]|p[1-5]",
    "matching_at",
    IntRange(0, 99),
    opens_on="clsm",
    beside=(ASKED, WITHOUT, UNIT),
)


def hero() -> int:
    """Which query is on stage, by its place among those offered."""
    return int(PLACE.hero_value())


def choose_query(value: float) -> None:
    """Bring another query on stage; what was deleted belonged to the last one."""
    if int(value) != hero():
        PLACE.write(WITHOUT, "")
    PLACE.set_hero(float(round(value)))


def asked() -> str:
    """The query that was typed, if any."""
    return PLACE.read(ASKED)[:200]


def ask(text: str, offered: int) -> None:
    """A typed query comes on stage, behind the `offered` ones."""
    PLACE.write(ASKED, text)
    choose_query(float(offered))
    PLACE.write(WITHOUT, "")


def deleted(words: int) -> tuple[int, ...]:
    """Words taken away, by their place through query and document."""
    return PLACE.numbers(WITHOUT, words - 1)


def toggle(word: int, words: int) -> None:
    """Delete a word, or bring it back."""
    PLACE.write_numbers(WITHOUT, set(deleted(words)) ^ {word})


def forget_query() -> None:
    """Forget the query that was chosen: another log has others."""
    for name in (WITHOUT, ASKED):
        PLACE.write(name, "")
    PLACE.set_hero(0.0)
