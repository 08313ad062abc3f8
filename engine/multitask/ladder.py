"""The ladder of structures, as a stage and a report show it."""

from __future__ import annotations

from engine.multitask.models import MMoE, OMoE, SharedBottom, SingleTask, Structure
from engine.runs.ladder import Rung, titles

UNGATED = ("expert", "mix", "tower", "y")
GATED = ("expert", "gate", "mix", "tower", "y")
"""Parts of a structure that have a sum behind them, each with a number: "expert:2"."""

LADDER: dict[str, Rung[Structure]] = {
    "single_task": Rung("Single-Task", 4, "2 3", UNGATED, SingleTask),
    "shared_bottom": Rung("Shared-Bottom", 5, None, UNGATED, SharedBottom),
    "omoe": Rung("OMoE", 2, "6 3", GATED, OMoE),
    "mmoe": Rung("MMoE", 3, None, GATED, MMoE),
}
TITLES = titles(LADDER)
