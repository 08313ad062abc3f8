"""What ships with the page: the recorded runs, and the studies behind the verdicts."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from engine.files import ROOT
from engine.matching.claims import CLAIMS, Seeds, all_cells
from engine.matching.config import MatchingConfig
from engine.matching.data.log import generated
from engine.matching.training import Library
from engine.runs.recording import Recording
from engine.runs.service.study import Results
from engine.runs.studies.stored import read_study, write_study

RECORDINGS = ROOT / "assets" / "recordings" / "matching"
CLAIMS_FILE = ROOT / "assets" / "claims" / "matching.json"
CONFIGS = {"en": MatchingConfig(), "zh": MatchingConfig(language="zh")}
"""What the page opens on in either language."""
KEPT = (0, 8, 29)
"""Frames of a shipped recording that keep their parameters: untrained, after some 60 steps, and at the end."""


def recorded_configs() -> tuple[MatchingConfig, ...]:
    """The runs that ship."""
    return tuple(CONFIGS.values())


def ship_recording(recording: Recording[MatchingConfig]) -> None:
    """Thin one run to what fits in the repository."""
    RECORDINGS.mkdir(parents=True, exist_ok=True)
    name = next(name for name, config in CONFIGS.items() if config == recording.config)
    recording.thinned(KEPT).save(RECORDINGS / f"{name}.npz")


@functools.cache
def recorded(language: str) -> Recording[MatchingConfig]:
    """One of `CONFIGS`, trained."""
    return Recording.load(RECORDINGS / f"{language}.npz", MatchingConfig)


@functools.lru_cache(maxsize=6)
def library(config: MatchingConfig) -> Library:
    """A generated log, tokenised."""
    return Library(config, generated(config))


def claim_cells() -> Sequence[MatchingConfig]:
    """Everything that `make claims` trains."""
    return all_cells()


def cells_by_claim() -> dict[str, tuple[MatchingConfig, ...]]:
    """Those that each claim needs, by its id."""
    return {claim.id: claim.needs for claim in CLAIMS}


def keeps(name: str) -> bool:
    """Whether a metric of a cell is stored."""
    return not name.endswith(".space")


def ship_claims(results: Results) -> None:
    """Store the studies' numbers with their configs and the fingerprints of the code."""
    write_study(CLAIMS_FILE, results, keeps)


def read_claims() -> tuple[dict[str, str], Results]:
    """Fingerprints of the code that gave the stored results, and the results."""
    return read_study(CLAIMS_FILE, MatchingConfig)


@functools.cache
def stored_seeds() -> Seeds:
    """The stored results, looked up by setting."""
    return Seeds(read_claims()[1])
