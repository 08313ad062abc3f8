"""Panels of words: a sentence under its ribbons, two texts that match, rows of features along the words.

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
        """Words."""
        return frames, 0


@dataclass(frozen=True, slots=True)
class Match(Panel):
    """Two texts, a pair for each sweep value, their words lit by what they give to a score and joined where they share a
    filter. `names` head them; `gone[s]` are words that were taken away, counted through both texts, as a click's row is;
    `shown_label` {shown} {all} is said of a text that is too long.
    By rung: `lit` (S, 1, M) the gain of each word, `links` (S, 1, K, 3) word above, word below, gain."""

    texts: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    gone: tuple[tuple[int, ...], ...]
    lit: Mapping[str, Ref]
    links: Mapping[str, Ref]
    colours: Mapping[str, Colour]
    against: Colour
    names: tuple[str, str]
    gain_label: str
    gone_label: str
    shown_label: str

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """Words, and the two texts."""
        return max(len(above) + len(below) for above, below in self.texts), 2


@dataclass(frozen=True, slots=True)
class Maps(Panel):
    """Rows of features along the frames, drawn as far as time has come, and at the end what is kept of each. By rung:
    `arrays` (S, 1, K, F), all nan where there is nothing to draw and `empty` is said instead; `rows` (S, 1, K) the numbers
    of the features, named by `row_label` {n}; `kept` is the maximum or the last. `reach` is the largest size of a value."""

    titles: Mapping[str, str]
    arrays: Mapping[str, Ref]
    rows: Mapping[str, Ref]
    row_label: Mapping[str, str]
    kept: Mapping[str, Literal["max", "last"]]
    kept_label: Mapping[str, str]
    empty: Mapping[str, str]
    reach: float = 1.0

    def extent(self, arrays: Arrays, frames: int) -> tuple[int, int]:
        """Features, and the frames that they run along."""
        return max(arrays[name].shape[2] for name in self.arrays.values()), frames
