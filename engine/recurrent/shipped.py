"""What ships with the page: the recorded runs, and the studies behind the verdicts."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from engine.files import ROOT
from engine.recurrent.claims import CLAIMS, Seeds, all_cells
from engine.recurrent.config import RecurrentConfig
from engine.runs.recording import Recording
from engine.runs.service.study import Results
from engine.runs.studies.stored import read_study, write_study

RECORDINGS = ROOT / "assets" / "recordings" / "recurrent"
CLAIMS_FILE = ROOT / "assets" / "claims" / "recurrent.json"
KEPT = 12
"""Frames of a shipped recording that keep their parameters: the moments that can be looked into."""
CONFIGS = {
    "language.en": RecurrentConfig(),
    "language.zh": RecurrentConfig(sentences="zh"),
    "counting": RecurrentConfig(task="counting", hidden=2, embedding=4, distance=10, steps=2_000),
}
"""By name: what the page opens on in either language, and what the peephole rung is for."""


def recorded_configs() -> tuple[RecurrentConfig, ...]:
    """The runs that ship."""
    return tuple(CONFIGS.values())


def ship_recording(recording: Recording[RecurrentConfig]) -> None:
    """Thin one run to what fits in the repository."""
    RECORDINGS.mkdir(parents=True, exist_ok=True)
    name = next(name for name, config in CONFIGS.items() if config == recording.config)
    kept = {round((len(recording.frames) - 1) * n / (KEPT - 1)) for n in range(KEPT)}
    recording.thinned(kept).save(RECORDINGS / f"{name}.npz")


@functools.cache
def recorded(name: str) -> Recording[RecurrentConfig]:
    """One of `CONFIGS`, trained."""
    return Recording.load(RECORDINGS / f"{name}.npz", RecurrentConfig)


def nearest(config: RecurrentConfig, language: str) -> Recording[RecurrentConfig]:
    """The shipped run for a config's task, in its language; the language task stands in for what did not ship."""
    if config.task == "counting":
        return recorded("counting")
    return recorded(f"language.{config.sentences if config.task == 'language' else language}")


def claim_cells() -> Sequence[RecurrentConfig]:
    """Everything that `make claims` trains."""
    return all_cells()


def cells_by_claim() -> dict[str, tuple[RecurrentConfig, ...]]:
    """Those that each claim needs, by its id."""
    return {claim.id: claim.needs for claim in CLAIMS}


def keeps(name: str) -> bool:
    """Whether a metric of a cell is stored."""
    return True


def ship_claims(results: Results) -> None:
    """Store the studies' numbers with their configs and the fingerprints of the code."""
    write_study(CLAIMS_FILE, results, keeps)


def read_claims() -> tuple[dict[str, str], Results]:
    """Fingerprints of the code that gave the stored results, and the results."""
    return read_study(CLAIMS_FILE, RecurrentConfig)


@functools.cache
def stored_seeds() -> Seeds:
    """The stored results, looked up by setting."""
    return Seeds(read_claims()[1])
