"""What ships with the page: the recorded sweep over the correlation, and the studies behind the verdicts."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np

from engine.multitask.claims import CLAIMS, CORRELATIONS, PAPER, SCARCE, TUNINGS, Seeds, cells, own_rate
from engine.multitask.config import STRUCTURES, MultitaskConfig
from engine.runs.frame import Array
from engine.runs.recording import Recording
from engine.runs.studies.claims import needed
from engine.runs.studies.shipped import Shipped
from engine.runs.studies.tuning import every_cell
from engine.tuned.multitask import FOUND

RECORDED = (-1.0, -0.5, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""The correlations of the sweep: dense where the claims are, and the mirror side beside it."""
STORED = ("test_loss", "train_loss", "mean_gate_distance", "gate_distance", "gate_entropy")
"""The metrics of a cell that a verdict or a chart needs."""


def recorded(p: float) -> MultitaskConfig:
    """What is recorded at a correlation: the first seeds of the study there, or of the nearest one that has a study."""
    nearest = min(CORRELATIONS, key=lambda one: abs(one - p))
    rates = tuple(own_rate(PAPER, structure, nearest) for structure in STRUCTURES)
    return replace(PAPER, structures=STRUCTURES, correlation=p, learning_rate=rates, frames=MultitaskConfig().frames)


def thin(recording: Recording[MultitaskConfig]) -> Recording[MultitaskConfig]:
    """Parameters at the last frame, directions as fine as they are drawn."""
    return recording.thinned((-1,), lambda name, array: _as_drawn(array) if name.endswith("directions") else array)


def _as_drawn(directions: Array) -> Array:
    """Cosines in steps of 1/256: the stage draws them in 255 steps from -1 to 1."""
    return (np.round(directions.astype(np.float32) * 256) / 256).astype(np.float16)


SHIPPED = Shipped(
    "multitask",
    MultitaskConfig,
    recordings={f"correlation{p:+.2f}": recorded(p) for p in RECORDED},
    thin=thin,
    claims=CLAIMS,
    stored=Seeds,
    asks=frozenset({"correlation", "rows"}),
    cells=needed(CLAIMS, (*cells(PAPER, ("single_task",), CORRELATIONS), *every_cell(TUNINGS))),
    tunings=TUNINGS,
    found=FOUND,
    withdrawn={
        f"shared_overfits_less@{rows}": "it was judged by the gap to the training loss, which an underfitted model has small too; sharing_overfits_less judges by held-out loss"
        for rows in SCARCE
    },
    keeps=lambda name: name.partition(".")[2] in STORED,
)


@functools.cache
def sweep() -> tuple[Recording[MultitaskConfig], ...]:
    """The shipped recordings in ascending order of correlation."""
    return tuple(SHIPPED.recording(name) for name in SHIPPED.recordings)
