"""The funnel of a bundle: a user's history to u, u to candidates, candidates to the shown; and where a video was lost.

B users · C candidates · R shown · D dimensions · K videos of the vocabulary
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np

from engine.features import (
    Array,
    ImpressionFeatures,
    Impressions,
    UserFeatures,
    counted,
    hours_since,
    impression_features,
    row_of,
    user_features,
)
from engine.onnx_runtime import inference
from serving.bundle import Bundle, Refused
from serving.tensors import Wrong

SECONDS = 86_400
"""Of a day."""
Tensors = Mapping[str, Array]


def session(file: bytes) -> Any:
    """An ONNX file in ONNX Runtime, on one core. Raises Refused."""
    try:
        return inference(file)
    except Exception as error:  # what it raises has no base of its own
        raise Refused(f"ONNX Runtime does not read the file: {error}") from error


@dataclass(frozen=True, slots=True, eq=False)
class Lost:
    """Where a video ended, its place there from 1, and by how much it missed the last that went on."""

    stage: str
    place: int = 0
    gap: float = 0.0


class Funnel:
    """Both networks and the index of a bundle, in this process. Every method takes and gives tensors by the names of the
    schema, and raises Wrong for a request that it cannot answer."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle, self.settings = bundle, bundle.settings
        self._user, self._ranking = session(bundle.user), session(bundle.ranking)
        try:
            self._index: Any = faiss.deserialize_index(np.frombuffer(bundle.index, np.uint8))
        except RuntimeError as error:
            raise Refused(f"FAISS does not read the index: {error}") from error
        held = bundle.vectors  # a flat index holds them as they are
        self.vectors: Array = self._index.reconstruct_n(0, self._index.ntotal) if held is None else held
        if len(self.vectors) != len(bundle.known):
            raise Refused(f"the index holds {len(self.vectors)} vectors for {len(bundle.known)} videos")
        order = np.argsort(bundle.uploaded[bundle.known], kind="stable")
        self._by_upload, self._uploaded = bundle.known[order], bundle.uploaded[bundle.known][order]
        vocabularies = bundle.schema["vocabularies"]
        self._sizes: dict[str, int] = {name: int(size) for name, size in vocabularies.items()}
        self._most_rows, self._most_events = (int(bundle.schema["limits"][name]) for name in ("rows", "events"))
        self.answers: dict[str, Callable[[Tensors], dict[str, Array]]] = {
            "user": self.user, "recall": self.recall, "ranking": self.ranking, "recommend": self.recommend,
        }  # fmt: skip

    def user(self, given: Tensors) -> dict[str, Array]:
        """History and searches to u (B, D)."""
        read = self.user_features(given)
        return {"u": self._user.run(["u"], read._asdict())[0]}

    def user_features(self, given: Tensors) -> UserFeatures:
        """What recall reads of a request, as in training; at serving the example age is 0."""
        watched, searched = given["watched"], given["searched"]
        self._few(len(watched), "rows")
        for name in ("watched", "searched"):
            self._within(given, name, "videos" if name == "watched" else "tokens")
        self._within(given, "region", "regions", lowest=0)
        empty = np.flatnonzero(~(watched >= 0).any(1))
        if len(empty):
            raise Wrong(
                f"user {empty[0]} of the request has watched nothing: recall learnt from users with a watch at least"
            )
        return user_features(
            self.settings, lambda ids: row_of(self.bundle.row, ids), _cut(watched, self.settings.watches),
            _cut(searched, self.settings.searches), given["region"], given["age"], given["gender"], np.zeros(len(watched)),
        )  # fmt: skip

    def recall(self, given: Tensors) -> dict[str, Array]:
        """u, or a user, to candidates (B, C), best first."""
        u = given.get("u")
        if u is None:
            missing = [name for name in ("watched", "searched", "region", "age", "gender") if name not in given]
            if missing:
                raise Wrong(f"recall needs “u”, or a user, of which {', '.join(missing)} is missing")
            u = self.user(given)["u"]
        self._few(len(u), "rows")
        k = int(given["k"][0]) if "k" in given else self.settings.recalled
        if not 1 <= k <= self._most_rows:
            raise Wrong(f"k is {k:,}: from 1 to {self._most_rows:,} candidates can be asked for")
        found = [self._candidates(u[n : n + 1], k, self._gone(given, n)) for n in range(len(u))]
        return {
            "u": u,
            "videos": _stacked([ids for ids, _ in found], -1),
            "scores": _stacked([s for _, s in found], -np.inf),
        }

    def ranking(self, given: Tensors) -> dict[str, Array]:
        """Features of impressions (N,) to their odds (N,)."""
        self._few(len(given["video"]), "rows")
        for name in ("video", "recent"):
            self._within(given, name, "known")
        self._within(given, "languages", "languages", lowest=0)
        return {"odds": self._odds(ImpressionFeatures(*(given[name] for name in ImpressionFeatures._fields)))}

    def recommend(self, given: Tensors) -> dict[str, Array]:
        """The funnel for each user, and where the video of `why_not` was lost."""
        self._known(given)
        read = self.user_features(given)
        answers = [
            self._one(given, UserFeatures(*(part[n : n + 1] for part in read)), n) for n in range(len(read.region))
        ]
        empty = {"videos": -1, "candidates": -1}
        return {
            name: _stacked([one[name] for one in answers], empty.get(name, -np.inf))
            if name in ("videos", "odds", "candidates", "scores", "candidate_odds")
            else np.array([one[name] for one in answers])
            for name in answers[0]
        }

    def _one(self, given: Tensors, read: UserFeatures, n: int) -> dict[str, Any]:
        clock = [time.perf_counter()]
        u = self._user.run(["u"], read._asdict())[0]
        clock.append(time.perf_counter())
        candidates, scores = self._candidates(u, self.settings.recalled, self._gone(given, n))
        clock.append(time.perf_counter())
        odds = (
            self._odds(self.impression_features(given, n, candidates)) if len(candidates) else np.zeros(0, np.float32)
        )
        order = np.argsort(-odds, kind="stable")[: self.settings.shown]
        clock.append(time.perf_counter())
        lost = Lost("") if "why_not" not in given else self._lost(given, n, u[0], candidates, scores, odds, order)
        return {
            "videos": candidates[order], "odds": odds[order], "candidates": candidates, "scores": scores,
            "candidate_odds": odds, "u": u[0], "milliseconds": np.diff(clock) * 1_000,
            "stage": lost.stage, "place": lost.place, "gap": lost.gap,
        }  # fmt: skip

    def impression_features(self, given: Tensors, n: int, videos: Array) -> ImpressionFeatures:
        """What ranking reads of some videos (C,) of the vocabulary, shown to the n-th user of a request, as in training."""
        channel, count, watched, at = self.bundle.channel, len(videos), given["watched"][n], given["watched_at"][n]
        there = watched >= 0
        shown, times = given.get("shown"), given.get("shown_times")
        seen = np.zeros(count, np.int64)
        if shown is not None and times is not None:
            kept = shown[n] >= 0
            order = np.argsort(shown[n][kept], kind="stable")
            seen = counted(shown[n][kept][order], times[n][kept][order], videos)
        some = Impressions(
            videos, np.repeat(_cut(watched[None], self.settings.recent), count, 0), np.repeat(given["language"][n], count),
            self.bundle.language[self.bundle.row[videos]],
            hours_since(channel[watched[there]], at[there], channel[videos], self._moment(given, n)), seen,
        )  # fmt: skip
        row = self.bundle.row
        return impression_features(
            self.settings, lambda ids: row_of(row, ids), self.bundle.hours, self.bundle.shown, some
        )

    def _odds(self, read: ImpressionFeatures) -> Array:
        odds: Array = self._ranking.run(["odds"], read._asdict())[0]
        return odds

    def _candidates(self, u: Array, most: int, gone: Array) -> tuple[Array, Array]:
        """What the index finds, without what may not come back: as much more is asked for."""
        asked = min(most + len(gone), len(self.vectors))
        if self.bundle.kind == "hnsw":  # one more dimension makes all vectors equally long
            rows = self._index.search(np.hstack((u, np.zeros((1, 1), np.float32))), asked)[1][0]
            scores = self.vectors[np.maximum(rows, 0)] @ u[0]
        else:
            found = self._index.search(np.ascontiguousarray(u, np.float32), asked)
            scores, rows = found[0][0], found[1][0]
        ids = self.bundle.known[rows]
        fresh = (rows >= 0) & ~np.isin(ids, gone)
        return ids[fresh][:most], scores[fresh][:most]

    def _gone(self, given: Tensors, n: int) -> Array:
        """Ids that may not come back: watched, told in `without`, or not uploaded yet."""
        later = self._by_upload[np.searchsorted(self._uploaded, self._moment(given, n), side="right") :]
        told = [given[name][n] for name in ("watched", "without") if name in given]
        for name in ("watched", "without"):
            self._within(given, name, "videos")
        return np.unique(np.concatenate([later, *(ids[ids >= 0] for ids in told)]))

    def _moment(self, given: Tensors, n: int) -> int:
        return int(given["now"][n]) if "now" in given else self.settings.days * SECONDS

    def _lost(
        self, given: Tensors, n: int, u: Array, candidates: Array, scores: Array, odds: Array, order: Array
    ) -> Lost:
        """As the page says it of its own server (`engine.recommender.serving.server`)."""
        video, gone = int(given["why_not"][n]), self._gone(given, n)
        if self.bundle.uploaded[video] > self._moment(given, n):
            return Lost("future")
        if video in given["watched"][n] or ("without" in given and video in given["without"][n]):
            return Lost("watched")
        row = int(self.bundle.row[video])
        if row < 0:
            return Lost("cold")
        at = np.flatnonzero(candidates == video)
        if not len(at):
            every = self.vectors @ u
            open_ = ~np.isin(self.bundle.known, gone)
            place = int((every[open_] > every[row]).sum()) + 1
            return Lost("recall", place, float(scores[-1] - every[row]) if len(scores) else 0.0)
        place = int((odds > odds[at[0]]).sum()) + 1
        if at[0] in order:
            return Lost("shown", place)
        return Lost("ranking", place, float(np.log(odds[order[-1]]) - np.log(odds[at[0]])))

    def _known(self, given: Tensors) -> None:
        """Raises Wrong for what cannot be: an unknown id, or a watch that lies in the future."""
        for name in ("shown", "without", "why_not"):
            self._within(given, name, "videos", lowest=0 if name == "why_not" else -1)
        self._within(given, "language", "languages", lowest=0)
        for one, other in (("watched", "watched_at"), ("shown", "shown_times")):
            if (one in given) != (other in given) or (one in given and given[one].shape != given[other].shape):
                raise Wrong(f"“{one}” and “{other}” belong together, and must be of one shape")
        for n, (ids, at) in enumerate(zip(given["watched"], given["watched_at"], strict=True)):
            if (at[ids >= 0] >= self._moment(given, n)).any():
                raise Wrong(f"user {n} of the request watched something at or after `now`, {self._moment(given, n)}")

    def _within(self, given: Tensors, name: str, vocabulary: str, lowest: int = -1) -> None:
        if name not in given:
            return
        ids, size = given[name], self._sizes[vocabulary]
        if ids.ndim > 1 and ids.shape[1] > self._most_events:
            raise Wrong(f"“{name}” holds {ids.shape[1]:,} entries for a user: {self._most_events:,} are taken at most")
        if len(wrong := ids[(ids < lowest) | (ids >= size)]):
            raise Wrong(f"“{name}” holds {wrong.flat[0]}, which there is not: ids go from {lowest} to {size - 1}")

    def _few(self, rows: int, what: str) -> None:
        if not 0 < rows <= self._most_rows:
            raise Wrong(f"the request holds {rows:,} {what}: from 1 to {self._most_rows:,} are taken at once")


def _cut(ids: Array, most: int) -> Array:
    """(B, most) of (B, L): the first, filled up with -1."""
    found = np.full((len(ids), most), -1, np.int64)
    found[:, : min(most, ids.shape[1])] = ids[:, :most]
    return found


def _stacked(parts: list[Array], empty: float) -> Array:
    """Rows of different lengths as one array, filled up."""
    most = max(map(len, parts))
    return np.stack([np.pad(one, (0, most - len(one)), constant_values=empty) for one in parts])
