"""What comes back from the player, checked: a browser may send anything."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pages.ui.player.stage import Stage


@dataclass(frozen=True, slots=True)
class Position:
    """Where the viewer is: a frame, a value of the sweep, a rung and a selected part."""

    frame: int
    hero: float | None
    rung: str
    selected: str | None = None


@dataclass(frozen=True, slots=True)
class Click:
    """What was clicked, and where the viewer was. `row` and `column` are those of a heat map, or a dot and its group;
    a pixel, a line or an entry has a row alone."""

    panel: str
    element: str | None
    row: int | None
    column: int | None
    frame: int
    hero: float | None
    rung: str


def selectable(stage: Stage) -> frozenset[str]:
    """Every id that can be selected on this stage."""
    return frozenset().union(*(panel.selectable() for panel in stage.panels))


def _number(raw: object) -> float | None:
    """A finite number, or None: a browser may send anything, also true, NaN and 10**400."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    try:
        value = float(raw)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _index(raw: object, length: int) -> int | None:
    value = _number(raw)
    return None if value is None or length < 1 else int(min(max(round(value), 0), length - 1))


def hero_from(raw: object, stage: Stage) -> float | None:
    """A slider value that came from a browser, clamped to the sweep; None if it is none."""
    value = _number(raw)
    if value is None or stage.sweep is None:
        return None
    return min(max(value, stage.sweep.low), stage.sweep.high)


LONGEST_ASKED = 200


def asked_from(raw: object) -> str:
    """A text that was typed into the player, on one line and cut to `LONGEST_ASKED`; "" if it is none."""
    return " ".join(raw[: 4 * LONGEST_ASKED].split())[:LONGEST_ASKED] if isinstance(raw, str) else ""


def position_from(raw: object, stage: Stage, fallback: Position) -> Position:
    """A position that came from a browser, each field replaced by that of `fallback` unless it fits the stage."""
    given = raw if isinstance(raw, Mapping) else {}
    frame = _index(given.get("frame"), len(stage.steps))
    hero = hero_from(given.get("hero"), stage)
    rung, selected = given.get("rung"), given.get("selected", fallback.selected)
    return Position(
        frame=fallback.frame if frame is None else frame,
        hero=fallback.hero if hero is None else hero,
        rung=rung if isinstance(rung, str) and rung in {r.id for r in stage.rungs} else fallback.rung,
        selected=selected if isinstance(selected, str) and selected in selectable(stage) else None,
    )


def click_from(raw: object, stage: Stage, fallback: Position) -> Click | None:
    """A click that came from a browser, or None if it names no panel of this stage."""
    if not isinstance(raw, Mapping):
        return None
    panel = next((p for p in stage.panels if p.id == raw.get("panel")), None)
    if panel is None:
        return None
    rows, columns = panel.extent(stage.arrays, len(stage.steps))
    element, where = raw.get("element"), position_from(raw, stage, fallback)
    return Click(
        panel=panel.id,
        element=element if isinstance(element, str) and element in selectable(stage) else None,
        row=_index(raw.get("row"), rows),
        column=_index(raw.get("column"), columns),
        frame=where.frame,
        hero=where.hero,
        rung=where.rung,
    )
