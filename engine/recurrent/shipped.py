"""What ships with the page: the recorded runs, and the studies behind the verdicts."""

from __future__ import annotations

from engine.recurrent.claims import BIASES, CLAIMS, Seeds, biased
from engine.recurrent.config import RecurrentConfig
from engine.runs.recording import Recording
from engine.runs.studies.claims import longest_first, needed
from engine.runs.studies.shipped import Shipped

KEPT = 12
"""Frames of a shipped recording that keep their parameters: the moments that can be looked into."""


def thin(recording: Recording[RecurrentConfig]) -> Recording[RecurrentConfig]:
    """Parameters at `KEPT` moments, evenly."""
    return recording.thinned({round((len(recording.frames) - 1) * n / (KEPT - 1)) for n in range(KEPT)})


SHIPPED = Shipped(
    "recurrent",
    RecurrentConfig,
    recordings={
        "language.en": RecurrentConfig(),
        "language.zh": RecurrentConfig(sentences="zh"),
        "counting": RecurrentConfig(task="counting", hidden=2, embedding=4, distance=10, steps=2_000),
    },
    thin=thin,
    claims=CLAIMS,
    stored=Seeds,
    cells=longest_first(needed(CLAIMS, map(biased, BIASES)), lambda cell: cell.steps * cell.distance),
)
"""The stage opens on the language task in either language; counting is what the peephole rung is for."""


def nearest(config: RecurrentConfig, language: str) -> Recording[RecurrentConfig]:
    """The shipped run for a config's task, in its language; the language task stands in for what did not ship."""
    if config.task == "counting":
        return SHIPPED.recording("counting")
    return SHIPPED.recording(f"language.{config.sentences if config.task == 'language' else language}")
