"""The clicked part of the network, opened on the stage: what it is, and the largest terms of the sum of one of its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.errors import UserError
from engine.multitask.ladder import TITLES
from engine.runs.explanation import Explanation
from pages.multitask.where import PLACE
from pages.ui.language import N_, explain, t
from pages.ui.pieces.drawer import open_drawer

KINDS = {
    "x": N_("What is known of one row of the table."),
    "shared": N_("A layer that all experts read."),
    "bottom": N_("ReLU units over the input; the tower reads them."),
    "expert": N_("ReLU units over the input; each gate decides how much of them goes on."),
    "gate": N_("A softmax over the experts: its weights sum to 1."),
    "mix": N_("The experts, weighted by the gate and added."),
    "tower": N_("ReLU units of one task over what reaches it."),
    "y": N_("What the network predicts for one task."),
}
"""What each kind of part is."""


def opened(
    structure: str, part: str, title: str, unit_name: str, unit: int, row: int, found: Explanation | None = None
) -> None:
    """Open the clicked part, with the sum of one of its numbers for one row, where there is one."""
    kind = part.partition(":")[0].removeprefix("lower_")
    where_ = t("{structure}, held-out row {row}, {unit}", structure=TITLES[structure], row=row, unit=f"{unit_name} {unit + 1}".lower())  # fmt: skip
    sums = {"": found} if found is not None and found.terms else {}
    open_drawer(PLACE, title, (t(KINDS[kind]) if kind in KINDS else "", where_), sums, below="drill_down", part=part)


@contextmanager
def or_why_not(part: str, title: str) -> Iterator[None]:
    """Where the clicked part cannot be looked into, say on the stage why."""
    try:
        yield
    except UserError as error:
        open_drawer(PLACE, title, (explain(error),), below="drill_down", part=part)
        raise
