"""What ships with the page: the recorded run of 1,000,000 videos, and the studies behind the verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.recommender.claims import BASE, CLAIMS, DEPTHS, HEADS, RECALL, TUNINGS, Cell, Seeds, cells
from engine.recommender.config import RecommenderConfig
from engine.recommender.recall.training import ITEM2VEC
from engine.recommender.serving.course import TOLD, asked
from engine.recommender.serving.restore import server_at
from engine.recommender.serving.truth import Truth
from engine.recommender.serving.users import CHOSEN, telling
from engine.recommender.site.vocabulary import Site, open_site
from engine.runs.frame import Array, Frame
from engine.runs.recording import Recording
from engine.runs.studies.claims import longest_first, needed
from engine.runs.studies.shipped import Shipped
from engine.runs.studies.tuning import every_cell
from engine.tuned.recommender import FOUND

EIGHT_BITS = ("recall.output.weight", "ranking.video.weight", "recall.watched.weight", ITEM2VEC)
"""Tables of which the file holds every number in 8 bits: what is served, and shown, are these rounded numbers."""
READ_BY_USERS = ("recall.watched.weight", ITEM2VEC)
"""Tables of which the file keeps only what the offered users watched; the other rows become 0."""


def thin(recording: Recording[RecommenderConfig]) -> Recording[RecommenderConfig]:
    """Tables in 8 bits, at four moments: candidate generation untrained, half trained, with what item2vec left, and
    trained, and the end. Beside them the users that it can serve, and at each step whose parameters the whole recording keeps
    what is recalled for them."""
    site = open_site(recording.config)
    users, told = _told(site, recording)
    rows = watched_rows(site, users)
    first = [frame for frame in recording.frames if TOLD in frame.parameters]
    kept = (first[0], first[len(first) // 2], first[-1], recording.frames[-1])
    after = {name: table for frame in first for name, table in frame.parameters.items() if name == ITEM2VEC}
    held = {frame.step: frame.parameters for frame in kept}
    held[kept[1].step] = {**kept[1].parameters, **after}
    frames = [
        Frame(frame.step, {**frame.metrics, **told.get(frame.step, {})}, packed(held.get(frame.step, {}), rows))
        for frame in recording.frames
    ]
    return Recording(recording.config, tuple(frames))


def _told(site: Site, recording: Recording[RecommenderConfig]) -> tuple[tuple[int, ...], dict[int, dict[str, Array]]]:
    """The users whose watches the file keeps, and by step the metrics that it adds. Both are of the rounded tables, which are
    what the file serves."""
    every, truth = np.arange(len(site.known)), Truth(site)
    frames = [replace(frame, parameters=unpacked(packed(frame.parameters, every))) for frame in recording.frames]
    users = telling(server_at(site, frames), truth)
    told = {frame.step: asked(site, frame, users, truth) for frame in frames if TOLD in frame.parameters}
    last = recording.frames[-1].step
    return users, told | {last: {**told.get(last, {}), CHOSEN: np.array(users, np.int32)}}


def thick(recording: Recording[RecommenderConfig]) -> Recording[RecommenderConfig]:
    """A shipped recording as it is used: its tables, stored in 8 bits, as float32."""
    frames = [replace(frame, parameters=unpacked(frame.parameters)) for frame in recording.frames]
    return Recording(recording.config, tuple(frames))


def watched_rows(site: Site, users: Sequence[int]) -> Array:
    """Rows (N,) of the vocabulary that some users ever watched."""
    watches = site.history.watches
    items = np.concatenate([watches.item[watches.start[user] : watches.start[user + 1]] for user in users])
    rows = np.unique(site.row(items))
    return rows[rows >= 0]


def packed(parameters: Mapping[str, Array], rows: Array) -> dict[str, Array]:
    """Tables (K, D) as 8 bits with one scale a column (D,); of those that users alone read, the `rows` (N,) and zeros
    elsewhere."""
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
    """What `packed` wrote as float32 tables (K, D) again."""
    return {
        name: array.astype(np.float32) * parameters[f"{name}.scale"] if array.dtype == np.int8 else array
        for name, array in parameters.items()
        if not name.endswith(".scale")
    }


MILLION = RecommenderConfig(
    videos=1_000_000,
    steps=RECALL.steps,
    ranking_steps=BASE.ranking_steps,
    learning_rate=(RECALL.rate("recall"), BASE.rate("rank")),
)
"""A million videos, trained as long and at the rates of the study."""


def _length(cell: Cell) -> float:
    """About how long a cell takes."""
    return 6_000.0 if not isinstance(cell, RecommenderConfig) else cell.steps + cell.ranking_steps / 3


SHIPPED = Shipped(
    "recommender",
    RecommenderConfig,
    recordings={"million": MILLION},
    thin=thin,
    claims=CLAIMS,
    stored=Seeds,
    cells=longest_first(
        needed(
            CLAIMS,
            (
                *cells(*HEADS, *DEPTHS, *(base.world for base in HEADS)),
                MILLION.world,
                *every_cell(TUNINGS),
            ),
        ),
        _length,
    ),
    tunings=TUNINGS,
    found=FOUND,
    thick=thick,
    withdrawn={
        "model_beats_popularity": "It was judged against what was watched most of all time, the weakest of popularities: now against that of the last days in a user's own topics, against item-kNN and against EASE."
    },
)
"""The stage opens on the million."""


def recorded() -> Recording[RecommenderConfig]:
    """The run of 1,000,000 videos."""
    return SHIPPED.recording("million")


def stored(cell: Cell) -> Mapping[str, Array] | None:
    """What the study has of a training, or of a site and what needs no training there, by metric in its stored shape; None where
    it has nothing."""
    return SHIPPED.results.of(cell)
