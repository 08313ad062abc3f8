"""What the stage shows of one moment of training: scenes read word by word, as arrays.

S scenes · F frames, the words of the longest document · N documents · K features shown of each vector
Time is how far the documents have been read; all end at the last frame, shorter ones read more slowly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.matching.opened.scene import CANDIDATES, Scene
from engine.matching.opened.trace import OpenedModel, filter_gains, trace, word_gains
from engine.runs.frame import Array
from engine.runs.trace import Trace

SHOWN = 8
"""Filters, cells or units of a vector that are drawn."""
SIDES = 3
"""Towers drawn whole: the query's and those of the first two documents."""


def width(scenes: Sequence[Scene]) -> int:
    """How many frames the stage has: one for each word of the longest of the documents that are drawn whole."""
    return max(max(len(row) for row in scene.rows[:2]) for scene in scenes)


def read_at(length: int, first: int, frames: int) -> Array:
    """(frames,) how many words less one of a document with `length` words have been read, where the first document has
    `first` words and begins at frame `frames - first`. Before it begins nothing has been read: -1."""
    begin = frames - first
    at = np.arange(frames) - begin + 1
    read = np.ceil(at * max(length, 1) / max(first, 1)).astype(int) - 1
    return np.where(at > 0, np.minimum(read, max(length, 1) - 1), -1)


def views(opened: Mapping[str, OpenedModel], scenes: Sequence[Scene]) -> dict[str, Array]:
    """Per model, "{model}." and

    cos, p   (S, F, N) cosine and P(D | Q) as far as read
    vector   (S, F, 3, K) the semantic units that make most of the first document's cosine, on each side
    inner    (S, F, 3, K) what feeds them: CLSM's maxima so far, the LSTM's cell state, the DSSM's second hidden layer
    now      (S, F, 3, K) below that: CLSM's feature maps at this window, the DSSM's first hidden layer
    heat     (S, 1, K, F) over the first document: feature maps, cell states; nothing of a bag
    rows     (S, 1, K) which filters, cells or units those are
    lit      (S, 1, M) of query words, then of the first document's: what each gives to the cosine
    links    (S, 1, K, 3) of CLSM: word of the query, word of the document, gain, for each filter shown
    """
    frames = width(scenes)
    found: dict[str, list[dict[str, Array]]] = {model: [] for model in opened}
    for scene in scenes:
        for model, at in opened.items():
            found[model].append(_scene(at, scene, frames))
    longest = max(len(scene.query) + len(scene.rows[0]) for scene in scenes)
    return {
        f"{model}.{name}": np.stack([_wide(one[name], longest) if name == "lit" else one[name] for one in each])
        for model, each in found.items()
        for name in each[0]
    }


def _wide(array: Array, longest: int) -> Array:
    return np.pad(array, ((0, 0), (0, longest - array.shape[1])), constant_values=np.nan)


def _scene(at: OpenedModel, scene: Scene, frames: int) -> dict[str, Array]:
    traced = trace(at, scene.query, scene.rows)
    first = max(len(scene.rows[0]), 1)
    read = np.stack([read_at(len(row), first, frames) for row in scene.rows], 1)  # (F, N)
    whole = np.concatenate((read[:-1], np.full_like(read[-1:], -1)))  # at the end all of it, pooled padding included
    blank = np.arange(frames) < frames - first
    cos = np.take_along_axis(traced["cosine_read"].T, np.where(whole < 0, len(traced["cosine_read"][0]) - 1, whole), 0)
    cos = _padded(np.where(blank[:, None], np.nan, cos))
    powers = np.exp(at.config.gamma * (cos - np.nanmax(np.where(np.isnan(cos), -1, cos), 1, keepdims=True)))
    found = {"cos": cos, "p": powers / np.nansum(powers, 1, keepdims=True)}
    found |= _towers(at, scene, traced, whole, read, frames)
    return {name: array.astype(np.float32) for name, array in found.items()}


def _padded(array: Array) -> Array:
    """(F, N) with columns of nan where a scene has fewer documents."""
    return np.pad(array, ((0, 0), (0, CANDIDATES - array.shape[1])), constant_values=np.nan)


def strongest(traced: Trace) -> Array:
    """(K,) semantic units that make most of the first document's cosine, largest share first."""
    product = traced["query"] * traced["documents"][0]
    return np.argsort(-np.abs(product), kind="stable")[:SHOWN]


def _towers(at: OpenedModel, scene: Scene, traced: Trace, whole: Array, read: Array, frames: int) -> dict[str, Array]:
    units = strongest(traced)
    vector = _sides(traced["query"][None, units], traced["read"][..., units], whole, frames)
    gains = word_gains(at, scene.query, scene.rows[0])
    lit, links = np.concatenate(gains)[None], np.full((1, SHOWN, 3), np.nan)
    if at.model == "clsm":
        return {"vector": vector} | _filters(at, scene, traced, whole, read, frames)
    if at.model == "lstm":
        inner = _sides(traced["c_query"][0][-1:, units], traced["c_documents"][..., units], read, frames)
        heat = traced["c_documents"][0][: len(scene.rows[0]), units].T
        now = np.full_like(inner, np.nan)
    else:
        inner, now = (_layer(traced, name, whole, frames) for name in ("hidden2", "hidden1"))
        heat = np.zeros((len(units), 0))
    return {
        "vector": vector, "inner": inner, "now": now, "heat": _heat(heat, frames),
        "rows": _few(units), "lit": lit, "links": links,
    }  # fmt: skip


def _layer(traced: Trace, name: str, read: Array, frames: int) -> Array:
    """The units of a hidden layer that both sides excite most."""
    best = np.argsort(-np.abs(traced[f"{name}_query"][0] * traced[f"{name}_documents"][0]), kind="stable")[:SHOWN]
    return _sides(traced[f"{name}_query"][:, best], traced[f"{name}_read"][..., best], read, frames)


def _filters(at: OpenedModel, scene: Scene, traced: Trace, whole: Array, read: Array, frames: int) -> dict[str, Array]:
    gains = filter_gains(at, scene.query, scene.rows[0])
    best = np.argsort(-gains, kind="stable")[:SHOWN]
    maps = np.nan_to_num(traced["maps_documents"], nan=-1.0)
    so_far = np.maximum.accumulate(maps, 1)[..., best]
    winners = traced["winners_query"][0], traced["winners_documents"][0]
    return {
        "inner": _sides(traced["pooled_query"][:, best], so_far, whole, frames),
        "now": _sides(traced["maps_query"][0][-1:, best], traced["maps_documents"][..., best], read, frames),
        "heat": _heat(traced["maps_documents"][0][: len(scene.rows[0]), best].T, frames),
        "rows": _few(best),
        "lit": np.concatenate([_won(gains, won, len(row)) for won, row in zip(winners, (scene.query, scene.rows[0]), strict=True)])[None],
        "links": _few3(np.stack([winners[0][best], winners[1][best], gains[best]], 1)),
    }  # fmt: skip


def _won(gains: Array, winners: Array, length: int) -> Array:
    """(length,) the gain of all filters that took their maximum at each word's window; what padding won is left out."""
    inside = winners < length
    return np.bincount(winners[inside], gains[inside], minlength=length)[:length]


def _sides(query: Array, documents: Array, read: Array, frames: int) -> Array:
    """(F, 3, K): the query's values, whole, and those of the first two documents as far as read."""
    found = np.full((frames, SIDES, SHOWN), np.nan)
    count = query.shape[-1]
    found[:, 0, :count] = query[0]
    for side in range(min(SIDES - 1, len(documents))):
        at = read[:, side]
        found[:, side + 1, :count] = documents[side][np.where(at < 0, documents.shape[1] - 1, at)]
    first = np.argmax(read[:, 0] >= 0) if (read[:-1, 0] >= 0).any() else frames - 1
    found[:first, 1:] = np.nan
    return found


def _heat(values: Array, frames: int) -> Array:
    found = np.full((1, SHOWN, frames), np.nan)
    if values.shape[1]:
        found[0, : values.shape[0], frames - values.shape[1] :] = values
    return found


def _few(indices: Array) -> Array:
    return np.pad(indices.astype(float), (0, SHOWN - len(indices)), constant_values=np.nan)[None]


def _few3(rows: Array) -> Array:
    return np.pad(rows.astype(float), ((0, SHOWN - len(rows)), (0, 0)), constant_values=np.nan)[None]
