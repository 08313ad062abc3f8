"""The catalogue as a field: one pixel a video, topics side by side, the newest above.

V videos · N topics
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.recommender.site.world import Videos
from engine.runs.frame import Array

SHAPE = 1.6
"""Width over height."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """pixel (V,) where each video stands, counted row by row over `width` × `height`; bands (N, 3) the topics with their
    first and last column (exclusive)."""

    width: int
    height: int
    pixel: Array
    bands: tuple[tuple[int, int, int], ...]
    _uploads: tuple[Array, ...]

    def video(self, pixel: int) -> int:
        """Who stands there; -1 for a gap."""
        found = np.flatnonzero(self.pixel == pixel)
        return int(found[0]) if len(found) else -1

    def born(self, day: float) -> Array:
        """(N,) rows of each band that do not exist yet at a day."""
        later = [len(uploads) - np.searchsorted(uploads, day, side="right") for uploads in self._uploads]
        return np.array([n // (end - start) for n, (_, start, end) in zip(later, self.bands, strict=True)])


def field_of(videos: Videos) -> Field:
    """Lay a catalogue out: a row of a band holds videos of about one age, sorted by language and channel."""
    height = max(round((len(videos) / SHAPE) ** 0.5), 1)
    pixel, bands, uploads, start = np.empty(len(videos), np.int64), [], [], 0
    places: list[tuple[Array, Array, Array]] = []
    for topic in np.unique(videos.topic):
        members = np.flatnonzero(videos.topic == topic)[::-1]  # ids ascend with the upload, so this is the newest first
        width = -(-len(members) // height)
        row = np.arange(len(members)) // width
        order = np.lexsort((videos.channel[members], videos.language[members], row))
        places.append((members[order], row, start + np.arange(len(members)) % width))
        bands.append((int(topic), start, start + width))
        uploads.append(videos.uploaded[members[::-1]])
        start += width
    for members, row, column in places:
        pixel[members] = row * start + column
    return Field(start, height, pixel, tuple(bands), tuple(uploads))
