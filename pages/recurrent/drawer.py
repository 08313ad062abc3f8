"""The clicked part of the cell, opened on the stage: what it is, at which word and unit, and the largest terms of its sum."""

from __future__ import annotations

from engine.errors import UserError
from engine.recurrent.ladder import TITLES
from engine.recurrent.probe import Probe
from engine.recurrent.tasks import task_of
from engine.runs.explanation import Explanation
from pages.recurrent import charts, diagram
from pages.recurrent.shown import Shown
from pages.recurrent.where import PLACE
from pages.ui.language import explain, t
from pages.ui.pieces.drawer import open_drawer


def opened(now: Shown, cell: str, one: Probe, selected: str, part: str, at: int, unit: int, found: Explanation) -> None:
    """Open the part that was clicked. The sum may be of another `part`, of which its number is a term, and is of one `unit`
    at one word (`at`)."""
    answer = part == "answer"
    whose = task_of(now.config).answers[unit] if answer else t("unit {unit}", unit=unit + 1)
    said = t("{cell}, word {at}: “{word}”, {unit}", cell=t(TITLES[cell]), at=at + 1, word=one.written[at], unit=whose)
    term = "" if answer or selected == part else charts.part_words()[part]
    if selected == "x":
        open_drawer(PLACE, name(cell, selected), (said,), below="drill_down", part=selected)
    else:
        open_drawer(PLACE, name(cell, selected), (said, term), {"": found}, below="drill_down", part=selected)


def not_opened(cell: str, selected: str | None, error: UserError) -> None:
    """Say there why the clicked part cannot be looked into."""
    if selected:
        open_drawer(PLACE, name(cell, selected), (explain(error),), below="drill_down", part=selected)


def name(cell: str, selected: str) -> str:
    """What the drawing calls a part; a part of another cell has none."""
    parts = diagram.LAYOUTS[cell](charts.part_words()).nodes
    return next((part.name for part in parts if part.id == selected), selected)
