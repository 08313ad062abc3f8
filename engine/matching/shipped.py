"""What ships with the page: the recorded runs, and the studies behind the verdicts."""

from __future__ import annotations

import functools
from dataclasses import replace

from engine.matching.claims import CLAIMS, FAR, LOG, TUNED, TUNINGS, Seeds, cells
from engine.matching.config import MatchingConfig
from engine.matching.data.log import generated
from engine.matching.training import Library
from engine.runs.studies.claims import longest_first, needed
from engine.runs.studies.shipped import Shipped
from engine.runs.studies.tuning import every_cell
from engine.tuned.matching import FOUND

KEPT = (0, 8, 29)
"""Frames of a shipped recording that keep their parameters: untrained, after some 60 steps, and at the end."""

SHIPPED = Shipped(
    "matching",
    MatchingConfig,
    recordings={language: replace(base, frames=MatchingConfig().frames) for language, base in LOG.items()},
    thin=lambda recording: recording.thinned(KEPT),
    claims=CLAIMS,
    stored=Seeds,
    asks=frozenset({"language", "skills", "distance"}),
    cells=longest_first(
        needed(CLAIMS, (*(one for base in (FAR, *LOG.values(), *TUNED) for one in cells(base)), *every_cell(TUNINGS))),
        lambda cell: cell.steps * (1 + cell.distance),
    ),
    keeps=lambda name: not name.endswith(".space"),
    tunings=TUNINGS,
    found=FOUND,
)
"""The stage opens on the recording of either language."""


@functools.lru_cache(maxsize=6)
def library(config: MatchingConfig) -> Library:
    """The generated log of a config, its texts as tokens."""
    return Library(config, generated(config))
