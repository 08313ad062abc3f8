"""Panels of words: a sentence under its ribbons, texts that match, their scores, rows of features along the words.

Axes as in `stage`: `S` recorded sweep values, `F` frames, `M` words, `K` filters or features.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pages.ui.player.arrays import Arrays, Ref
from pages.ui.player.network import Colour
from pages.ui.player.panel import Panel


@dataclass(frozen=True, slots=True)
class Tokens(Panel):
    """The frames as words on one line, those that have no room as ticks, and over them a ribbon for each rung: how much is left
    of what one word wrote. `belts[rung]` (S, 1, F, F) is the share that frame `column` still holds of what frame `row` wrote;
    `source` is the word that wrote, counted from where the sequence begins. `names` stand before the ribbons, what is left at
    the word on stage behind them. Templates: heading {source} {now}, percent {value}."""

    belts: Mapping[str, Ref]
    colours: Mapping[str, Colour]
    names: Mapping[str, str]
    source: int
    heading: str
    percent: str

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """One row a word."""
        return frames, 0


@dataclass(frozen=True, slots=True)
class Match(Panel):
    """A query and two documents below it, three texts for each sweep value, an empty one for what there is not. The words of
    the first two are shaded by what they give to a score, and joined where they share a filter; those that the documents have
    in each other's place are joined by lines that cross: `swaps[s]` (place in the first, in the second), `only[s]` the places
    of words that the other document has not. `names` stand before the texts, in `colours`; `notes[s]` stands behind the query.
    `gone[s]` are words that were taken away, counted through the first two texts, as a click's row is; `shown_label`
    {shown} {all} is said of a text that is too long.
    By rung: `lit` (S, 1, M) the gain of each word, `links` (S, 1, K, 3) word of the query, of the document, gain."""

    texts: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...]
    gone: tuple[tuple[int, ...], ...]
    swaps: tuple[tuple[tuple[int, int], ...], ...]
    only: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    notes: tuple[str, ...]
    lit: Mapping[str, Ref]
    links: Mapping[str, Ref]
    colours: tuple[Colour, Colour, Colour]
    names: tuple[str, str, str]
    gain_label: str
    gone_label: str
    shown_label: str

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """Words that can be taken away, and the two texts that they are in."""
        return max(len(query) + len(document) for query, document, _ in self.texts), 2


@dataclass(frozen=True, slots=True)
class Maps(Panel):
    """Rows of features along the frames, drawn as far as time has come, and at the end what is kept of each. By rung:
    `arrays` (S, 1, K, F), all nan where there is nothing to draw; `rows` (S, 1, K) the numbers of the features, named by
    `row_label` {n}; `kept` is the maximum or the last. `reach` is the largest size of a value."""

    titles: Mapping[str, str]
    arrays: Mapping[str, Ref]
    rows: Mapping[str, Ref]
    row_label: Mapping[str, str]
    kept: Mapping[str, Literal["max", "last"]]
    kept_label: Mapping[str, str]
    reach: float = 1.0

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """Features, and the frames that they run along."""
        return max((arrays[name].shape[2] for name in self.arrays.values()), default=0), frames


@dataclass(frozen=True, slots=True)
class Scores(Panel):
    """Two scores a rung on one axis from 0 to 1, as far as time has come: a filled dot for the first document, a hollow one for
    the second, a ring with "=" where they differ by less than `tie`. `scores[rung]` (S, F, N) has the two first.
    `labels` name the documents, in `colours`. In its place `maps` can be opened, on the rungs that these have: `open_label`
    and `back_label` stand on the button."""

    scores: Mapping[str, Ref]
    names: Mapping[str, str]
    labels: tuple[str, str]
    colours: tuple[Colour, Colour]
    axis_label: str
    tie: float
    maps: Maps
    open_label: str
    back_label: str

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """Rows and words of the maps."""
        return self.maps.extent(arrays, frames)
