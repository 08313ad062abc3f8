"""Where the viewer of this page is."""

from __future__ import annotations

from engine.recurrent import CELLS
from engine.recurrent.claims import DECLARED_DISTANCE
from engine.runs.config import IntRange
from pages.ui.place import Place

SOURCE = "recurrent_source"
OPENS_ON = "lstm"
"""The cell where the URL names none; a rung that comes in below it changes no link."""


def unit_key(cell: str) -> str:
    """The unit of each cell that is followed."""
    return f"recurrent_unit_{cell}"


PLACE = Place(
    "recurrent",
    CELLS,
    r"x|before_h|before_c|f|i|g|o|c|h|z|r|m|kept|written|fresh|reset|said|tanh|answer",
    "recurrent_at",
    IntRange(1, 100),
    float(
        DECLARED_DISTANCE
    ),  # where the cells are judged; a test holds that it is the first at which one of them fails
    opens_on=OPENS_ON,
    beside=(SOURCE, *map(unit_key, CELLS)),
)


def hero(longest: int) -> float:
    """The distance on stage, within 1 … `longest`."""
    return min(max(PLACE.hero_value(), 1.0), float(longest))


def source(told: int) -> int:
    """The word whose trace is followed along the belt, counted from the sequence's first: the URL's, else `told`."""
    chosen = PLACE.number(SOURCE, high=999)
    return told if chosen is None else chosen
