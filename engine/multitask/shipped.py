"""What ships with the page: the recorded sweep over the correlation, and the studies behind the verdicts."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.files import ROOT
from engine.multitask.claims import CLAIMS, Seeds, all_cells
from engine.multitask.config import MultitaskConfig
from engine.runs.frame import Array
from engine.runs.recording import Recording
from engine.runs.service.study import Results
from engine.runs.studies.stored import read_study, write_study
from engine.runs.verdict import ENOUGH_SEEDS

RECORDED = (-1.0, -0.5, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""The correlations of the sweep: dense where the claims are, and the mirror side beside it."""
RECORDINGS = ROOT / "assets" / "recordings" / "multitask"
CLAIMS_FILE = ROOT / "assets" / "claims" / "multitask.json"
CLAIM_SEEDS = tuple(range(ENOUGH_SEEDS))


def recorded_configs() -> tuple[MultitaskConfig, ...]:
    """The default settings at every recorded correlation."""
    return tuple(replace(MultitaskConfig(), correlation=p) for p in RECORDED)


def ship_recording(recording: Recording[MultitaskConfig]) -> None:
    """Thin one run to what fits in the repository: parameters at the last frame, directions as fine as they are drawn."""
    RECORDINGS.mkdir(parents=True, exist_ok=True)
    thinned = recording.thinned((-1,), lambda name, a: _as_drawn(a) if name.endswith("directions") else a)
    thinned.save(RECORDINGS / f"correlation{recording.config.correlation:+.2f}.npz")


def _as_drawn(directions: Array) -> Array:
    """Cosines in steps of 1/256: the stage draws them in 255 steps from -1 to 1."""
    return (np.round(directions.astype(np.float32) * 256) / 256).astype(np.float16)


@functools.cache
def sweep() -> tuple[Recording[MultitaskConfig], ...]:
    """The shipped recordings in ascending order of correlation."""
    return tuple(Recording.load(RECORDINGS / f"correlation{p:+.2f}.npz", MultitaskConfig) for p in RECORDED)


STORED = ("test_loss", "train_loss", "mean_gate_distance", "gate_distance", "gate_entropy")
"""The metrics of a cell that a verdict or a chart needs."""


def cells_by_claim() -> dict[str, tuple[MultitaskConfig, ...]]:
    """Those that each claim needs, by its id."""
    return {claim.id: claim.needs(CLAIM_SEEDS) for claim in CLAIMS}


def keeps(name: str) -> bool:
    """Whether a metric of a cell is stored."""
    return name.partition(".")[2] in STORED


def ship_claims(results: Results) -> None:
    """Store the studies' numbers with their configs and the fingerprints of the code."""
    write_study(CLAIMS_FILE, results, keeps)


def read_claims() -> tuple[dict[str, str], Results]:
    """Fingerprints of the code that gave the stored results, and the results."""
    return read_study(CLAIMS_FILE, MultitaskConfig)


@functools.cache
def stored_seeds() -> Seeds:
    """The stored results, looked up by setting."""
    return Seeds(read_claims()[1], CLAIM_SEEDS)


def claim_cells() -> Sequence[MultitaskConfig]:
    """Everything that `make claims` trains."""
    return all_cells(CLAIM_SEEDS, CLAIMS)
