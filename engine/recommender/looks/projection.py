"""The video vectors on a few axes: their principal components, or first the direction of a user.

K videos of the vocabulary · D dimensions
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.recommender.serving.server import Server
from engine.runs.frame import Array

AXES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """points (K, 3) of the video vectors; `user` (3,) the direction of u, of length max u·v / ‖u‖, which the nearest video
    reaches; `share` (3,) of the vectors' spread around the origin that each axis holds."""

    points: Array
    user: Array
    share: Array


def components(server: Server) -> Array:
    """(D, 3) principal axes through the origin: not about the mean, since products count from the origin."""
    return _axes(server.vectors)


def _axes(vectors: Array) -> Array:
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)  # ascending
    found = axes[:, ::-1][:, :AXES]
    turned: Array = found * np.sign(
        found[np.abs(found).argmax(0), np.arange(found.shape[1])]
    )  # one sign, always the same
    return turned


def along(server: Server, u: Array) -> Array:
    """(D, 3) first the direction of u, along which a video stands at u·v / ‖u‖; then the components of what is left."""
    length = float(np.linalg.norm(u))
    if length == 0.0:  # every unit is cut off
        return components(server)
    first = (u / length).astype(np.float64)
    left = server.vectors - np.outer(server.vectors @ first, first)
    return np.column_stack((first, _axes(left)[:, : AXES - 1]))


def projected(server: Server, u: Array, axes: Array) -> Plane:
    """Vectors and user on some axes (D, 3)."""
    points = server.vectors @ axes
    length = float(np.linalg.norm(u))
    direction = u / length if length else u
    reach = max(float((server.vectors @ direction).max()), 0.0)
    spread = (points**2).sum(0) / max(float((server.vectors.astype(np.float64) ** 2).sum()), 1e-12)
    return Plane(points, direction @ axes * reach, spread)
