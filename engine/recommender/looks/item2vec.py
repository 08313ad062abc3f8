"""What stands near a video in the table of watches that the network reads, and whether it is of the same kind.

K videos with a vector · D dimensions
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.recommender.recall.model import CandidateNet, initialise
from engine.recommender.recall.training import ITEM2VEC
from engine.recommender.site.vocabulary import Site
from engine.recommender.site.world import source
from engine.runs.frame import Array, Frame
from engine.runs.seeds import generator

FIRST = 10
"""Neighbours that are looked at."""
ASKED = 200
"""Videos that a share is averaged over."""
BEFORE, PRETRAINED, TRAINED = "before", "pretrained", "trained"
"""Seeded values; after item2vec; after the network was trained."""
TABLE = "recall.watched.weight"


def tables(site: Site, frames: Sequence[Frame]) -> dict[str, Array]:
    """(K, D) at each of the moments that a run has gone through by the last of some frames, in this order."""
    config = site.world.config
    net = CandidateNet(len(site.known), config.dimensions, config.tower)
    initialise(net, generator(config.seed, "recall"))
    found = {BEFORE: net.watched.weight.detach().numpy()}
    kept = [frame for frame in frames if TABLE in frame.parameters]
    if after := [frame.parameters[ITEM2VEC] for frame in frames if ITEM2VEC in frame.parameters]:
        found[PRETRAINED] = after[0]
    if kept[-1].step > 0:
        found[TRAINED] = kept[-1].parameters[TABLE]
    return found


def there(found: dict[str, Array]) -> Array:
    """Rows (N,) that every table has: a recording may keep those that its users read, and leave the others 0."""
    whole = [np.abs(table).max(1) > 0 for table in found.values()]
    return np.flatnonzero(np.logical_and.reduce(whole))


def nearest(table: Array, row: int, among: Array, most: int = FIRST) -> tuple[Array, Array]:
    """Rows and cosines (most,) of the nearest of `among` (N,), without the row itself, best first: table (K, D)."""
    others = among[among != row]
    cosines = _unit(table[others]) @ _unit(table[[row]])[0]
    order = np.argsort(-cosines, kind="stable")[:most]
    return others[order], cosines[order]


def asked(site: Site, among: Array) -> Array:
    """The rows (N,) that shares are averaged over: some of `among`, by the seed."""
    drawn = source(site.world.config, "neighbours").permutation(among)
    return np.sort(drawn[:ASKED])


def alike(table: Array, kinds: Array, among: Array, rows: Array, most: int = FIRST) -> float:
    """The share of the first neighbours that are of the same kind (K,), averaged over some rows."""
    return float(np.mean([(kinds[nearest(table, row, among, most)[0]] == kinds[row]).mean() for row in rows]))


def by_chance(kinds: Array, among: Array, rows: Array) -> float:
    """The share of neighbours of the same kind, were neighbours drawn evenly: kinds (K,), among and rows (N,)."""
    return float(np.mean([(kinds[among] == kinds[row]).sum() - 1 for row in rows]) / max(len(among) - 1, 1))


def kinds_of(site: Site) -> Array:
    """(K,) what a vector was never told: the topic; of a viewer's own log, which has none, the channel."""
    videos = site.world.videos
    return (videos.topic if site.world.true else videos.channel)[site.known]


def _unit(rows: Array) -> Array:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)
