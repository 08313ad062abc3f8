"""The course of recall's training: what is recalled for some users at each recorded step, and what it leaves of the best.

T recorded steps · U users · C candidates
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.recommender.serving.restore import server_at
from engine.recommender.serving.truth import Truth
from engine.recommender.site.vocabulary import Site
from engine.runs.frame import Array, Frame

RECALLED, KEPT = "course.recalled", "course.kept"
"""Metrics of a shipped run's frames: rows of the vocabulary (U, C), their number where there is none, and shares (U, 3)."""
TOLD = "recall.output.weight"
"""A frame with these parameters can be asked."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """For the moment at the end of the log: steps (T,); candidates (U, T, C) ids, best first, -1 where there are fewer; kept
    (U, T, 3) the shares of the best possible watch time that the vocabulary, recall, and the first of recall leave."""

    steps: tuple[int, ...]
    candidates: Array
    kept: Array


def asked(site: Site, frame: Frame, users: Sequence[int], truth: Truth) -> dict[str, Array]:
    """What a frame that keeps the parameters of recall says of some users: `RECALLED` (U, K) rows and `KEPT` (U, 3) shares."""
    server, none = server_at(site, [frame]), len(site.known)
    rows = np.full((len(users), site.world.config.recalled), none, np.uint16 if none < 1 << 16 else np.int32)
    kept = np.empty((len(users), 3), np.float32)
    for n, user in enumerate(users):
        given = server.recommend(user)
        rows[n, : len(given.candidates)] = site.row(given.candidates)
        kept[n] = truth.kept(given, server.gone(user, given.now), site.world.config.shown)
    return {RECALLED: rows, KEPT: kept}


def course(site: Site, told: Mapping[int, Mapping[str, Array]]) -> Course | None:
    """The course of what frames told, by their steps; None of fewer than two."""
    if len(told) < 2:
        return None
    ids = np.append(site.known, -1)
    steps = sorted(told)
    recalled = np.stack([ids[told[step][RECALLED]] for step in steps], 1)
    return Course(tuple(steps), recalled, np.stack([told[step][KEPT] for step in steps], 1))


def course_of(site: Site, frames: Sequence[Frame]) -> Course | None:
    """The course that a shipped run holds; None where it holds none."""
    return course(site, {frame.step: frame.metrics for frame in frames if RECALLED in frame.metrics})
