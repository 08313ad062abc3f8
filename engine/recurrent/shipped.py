"""What ships with the page: the recorded runs, and the studies behind the verdicts."""

from __future__ import annotations

from dataclasses import replace

from engine.recurrent.claims import BIASES, CLAIMS, COUNTING, GROWING, TUNINGS, Seeds, cells
from engine.recurrent.config import RecurrentConfig
from engine.runs.recording import Recording
from engine.runs.studies.claims import longest_first, needed
from engine.runs.studies.shipped import Shipped
from engine.runs.studies.tuning import every_cell
from engine.tuned.recurrent import FOUND

KEPT = 12
"""Frames of a shipped recording that keep their parameters: the moments that can be looked into."""


_SHOWN = (one for base in (GROWING, COUNTING, *BIASES.values()) for one in cells(base))


def recorded(study: RecurrentConfig) -> RecurrentConfig:
    """A study as the stage shows it: the same seeds, rates and steps, with more moments kept."""
    return replace(study, frames=RecurrentConfig().frames)


def thin(recording: Recording[RecurrentConfig]) -> Recording[RecurrentConfig]:
    """Parameters at `KEPT` moments, evenly."""
    return recording.thinned({round((len(recording.frames) - 1) * n / (KEPT - 1)) for n in range(KEPT)})


SHIPPED = Shipped(
    "recurrent",
    RecurrentConfig,
    recordings={
        "language.en": recorded(GROWING),
        "language.zh": recorded(replace(GROWING, sentences="zh")),
        "counting": recorded(COUNTING),
    },
    thin=thin,
    claims=CLAIMS,
    stored=Seeds,
    asks=frozenset({"task", "sentences", "distance", "distances"}),
    withdrawn={
        "patient_rnn_below_lstm@40": "every cell has its own rate now; what twice the steps change stands beside rnn_below_lstm",
        "mixed_helps_lstm@40": "trained from near to far now; from_near_helps_lstm takes its place",
    },
    cells=longest_first(needed(CLAIMS, (*_SHOWN, *every_cell(TUNINGS))), lambda cell: cell.steps * cell.distance),
    tunings=TUNINGS,
    found=FOUND,
)
"""The stage opens on the language task in either language; counting is what the peephole rung is for."""


def nearest(config: RecurrentConfig, language: str) -> Recording[RecurrentConfig]:
    """The shipped run for a config's task, in its language; the language task stands in for what did not ship."""
    if config.task == "counting":
        return SHIPPED.recording("counting")
    return SHIPPED.recording(f"language.{config.sentences if config.task == 'language' else language}")
