"""The ladder of structures, as a stage and a report show it."""

from __future__ import annotations

from engine.multitask.models import MMoE, OMoE, SharedBottom, SingleTask
from engine.multitask.structures.ple import PLE
from engine.multitask.structures.structure import Structure
from engine.runs.ladder import Rung, titles

UNGATED = ("expert", "mix", "tower", "y")
GATED = ("expert", "gate", "mix", "tower", "y")
"""Parts of a structure that have a sum behind them, each with a number: "expert:2"."""
LAYERED = ("lower_expert", "lower_gate", "lower_mix", *GATED)
"""With those of a level below."""

LADDER: dict[str, Rung[Structure]] = {
    "single_task": Rung("Single-Task", 4, "2 3", UNGATED, SingleTask),
    "shared_bottom": Rung("Shared-Bottom", 5, None, UNGATED, SharedBottom),
    "omoe": Rung("OMoE", 2, "6 3", GATED, OMoE),
    "mmoe": Rung("MMoE", 3, None, GATED, MMoE),
    "ple": Rung("PLE", 0, None, LAYERED, PLE),
}
TITLES = titles(LADDER)
