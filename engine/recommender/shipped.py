"""What ships with the page: the recorded run of 1,000,000 videos, and the studies behind the verdicts."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.files import ROOT
from engine.recommender.claims import CLAIMS, Seeds, all_cells
from engine.recommender.config import RecommenderConfig
from engine.recommender.serving.scene import offered
from engine.recommender.site.vocabulary import Site, open_site
from engine.recommender.training import ITEM2VEC
from engine.runs.frame import Array, Frame
from engine.runs.recording import Recording
from engine.runs.service.study import Results
from engine.runs.studies.stored import read_study, write_study

RECORDINGS = ROOT / "assets" / "recordings" / "recommender"
CLAIMS_FILE = ROOT / "assets" / "claims" / "recommender.json"
CONFIG = RecommenderConfig(videos=1_000_000)
"""What the page opens on."""
EIGHT_BITS = ("recall.output.weight", "ranking.video.weight", "recall.watched.weight", ITEM2VEC)
"""Tables of which the file holds every number in 8 bits: what is served, and shown, are these rounded numbers."""
READ_BY_USERS = ("recall.watched.weight", ITEM2VEC)
"""Tables of which the file keeps only what the offered users watched; the other rows become 0."""


def recorded_configs() -> tuple[RecommenderConfig, ...]:
    """The runs that ship."""
    return (CONFIG,)


def ship_recording(recording: Recording[RecommenderConfig]) -> None:
    """Thin the run to what fits in the repository: tables in 8 bits, at four moments: candidate generation untrained,
    half trained, with what item2vec left, and trained, and the end."""
    RECORDINGS.mkdir(parents=True, exist_ok=True)
    rows = watched_rows(open_site(recording.config))
    first = [frame for frame in recording.frames if "recall.output.weight" in frame.parameters]
    kept = (first[0], first[len(first) // 2], first[-1], recording.frames[-1])
    after = {name: table for frame in first for name, table in frame.parameters.items() if name == ITEM2VEC}
    held = {frame.step: frame.parameters for frame in kept}
    held[kept[1].step] = {**kept[1].parameters, **after}
    frames = [Frame(frame.step, frame.metrics, packed(held.get(frame.step, {}), rows)) for frame in recording.frames]
    Recording(recording.config, tuple(frames)).save(RECORDINGS / "million.npz")


def watched_rows(site: Site) -> Array:
    """Rows of the vocabulary that the offered users ever watched."""
    watches = site.history.watches
    items = np.concatenate([watches.item[watches.start[user] : watches.start[user + 1]] for user in offered(site)])
    rows = np.unique(site.row(items))
    return rows[rows >= 0]


def packed(parameters: Mapping[str, Array], rows: Array) -> dict[str, Array]:
    """Tables as 8 bits with one scale a column; those read by users alone without their other rows."""
    found: dict[str, Array] = {}
    for name, array in parameters.items():
        if name not in EIGHT_BITS:
            found[name] = array
            continue
        scale = np.abs(array).max(0).clip(1e-12).astype(np.float32) / 127.0
        rounded = np.round(array / scale).astype(np.int8)
        if name in READ_BY_USERS:
            kept = np.zeros_like(rounded)
            kept[rows] = rounded[rows]
            rounded = kept
        found |= {name: rounded, f"{name}.scale": scale}
    return found


def unpacked(parameters: Mapping[str, Array]) -> dict[str, Array]:
    """The same as float32."""
    return {
        name: array.astype(np.float32) * parameters[f"{name}.scale"] if array.dtype == np.int8 else array
        for name, array in parameters.items()
        if not name.endswith(".scale")
    }


@functools.cache
def recorded() -> Recording[RecommenderConfig]:
    """The run of 1,000,000 videos."""
    stored = Recording.load(RECORDINGS / "million.npz", RecommenderConfig)
    frames = [replace(frame, parameters=unpacked(frame.parameters)) for frame in stored.frames]
    return Recording(stored.config, tuple(frames))


def claim_cells() -> Sequence[RecommenderConfig]:
    """Everything that `make claims` trains."""
    return all_cells()


def cells_by_claim() -> dict[str, tuple[RecommenderConfig, ...]]:
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
    return read_study(CLAIMS_FILE, RecommenderConfig)


@functools.cache
def stored_seeds() -> Seeds:
    """The stored results, looked up by setting."""
    return Seeds(read_claims()[1])
