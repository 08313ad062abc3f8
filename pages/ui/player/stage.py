"""A stage: what a page describes and the player shows.

Axes used below: `S` recorded sweep values, `F` frames (time), `N` bars or dots, `R` × `C` cells, `K` arrows, `E` experts.
A leading axis of length 1 stands for "the same at every sweep value" (or at every frame).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pages.ui.player.network import Colour, Diagram

Array = npt.NDArray[np.float32] | npt.NDArray[np.uint8]


class Quantised:
    """An array that is only drawn, never printed: it travels as bytes, 0..255 standing for `low`..`high`."""

    def __init__(self, array: npt.NDArray[Any], low: float, high: float) -> None:
        level = (np.nan_to_num(array, nan=low) - low) / (high - low)
        self.bytes: npt.NDArray[np.uint8] = np.round(255 * np.clip(level, 0, 1)).astype(np.uint8)
        self.low, self.high = low, high

    @property
    def shape(self) -> tuple[int, ...]:
        return self.bytes.shape

    @property
    def ndim(self) -> int:
        return self.bytes.ndim


@dataclass(frozen=True, slots=True)
class Rung:
    """One structure of a ladder; keys 1..n choose it. `sentence` is shown under the control."""

    id: str
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Readout:
    """A number shown live beside the slider. `array` (S, F)."""

    label: str
    array: str
    digits: int = 2


@dataclass(frozen=True, slots=True)
class Sweep:
    """The second axis: a setting that was recorded at several values. `recorded` is ascending and has length S.
    With `options`, a name for each, it is a choice instead of a slider; with `ask`, a placeholder, there is a field to
    type another into."""

    name: str
    label: str
    symbol: str
    low: float
    high: float
    step: float
    recorded: tuple[float, ...]
    invitation: str
    readout: tuple[Readout, ...] = ()
    options: tuple[str, ...] = ()
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line over time. `array` (S, F). It stands out while `rung` is on stage (None: always)."""

    name: str
    array: str
    colour: Colour
    weight: Literal["mean", "run"] = "mean"
    rung: str | None = None
    dash: str | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines over the training step. `x_max` is the last step planned, for a run that is still going on."""

    id: str
    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    log: bool = False
    x_max: int | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar a label. `array`, `low` and `high` (the band) are (S, F, N)."""

    id: str
    title: str
    array: str
    labels: tuple[str, ...]
    colours: tuple[Colour, ...]
    low: str | None = None
    high: str | None = None
    elements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heat:
    """A matrix as colour. `array` (S, F, R, C), float32, or uint8 where 0..255 stands for `low`..`high`."""

    id: str
    title: str
    array: str
    low: float
    high: float
    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    diverging: bool = False


@dataclass(frozen=True, slots=True)
class PlaneView:
    """Dots of one rung. `points` (S, F, N, 2) with length at most 1; `blend` (S, F, N) in 0..1 mixes the colours of the first
    two arrows. `group[n]` is the part that dot n belongs to, `group_ids[g]` the id that part has in the other panels."""

    points: str
    group: tuple[int, ...]
    point_labels: tuple[str, ...]
    blend: str | None = None
    group_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plane:
    """Directions in the unit circle. `arrows` (S, F, K, 2)."""

    id: str
    title: str
    views: Mapping[str, PlaneView]
    arrows: str
    arrow_labels: tuple[str, ...]
    arrow_colours: tuple[Colour, ...]
    caption: str
    axis_labels: tuple[str, str] = ("u₁", "u₂")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The frames as words, over them what is left of what one of them wrote. `belts[rung]` (S, 1, F, F) is the share that
    frame `column` still holds of what frame `row` wrote; `beside` is the rung drawn for comparison, `source` the word that
    wrote, counted from where the sequence begins. Templates: caption {source} {now} {cell} {share} {beside} {other}."""

    id: str
    title: str
    belts: Mapping[str, str]
    colours: Mapping[str, Colour]
    beside: str
    source: int
    caption: str
    caption_alone: str


@dataclass(frozen=True, slots=True)
class Match:
    """Two texts, a pair for each sweep value, their words lit by what they give to a score and joined where they share a
    filter. `names` head them; `gone[s]` are words that were taken away, counted through both texts, as a click's row is;
    `shown_label` {shown} {all} is said of a text that is too long.
    By rung: `lit` (S, 1, M) the gain of each word, `links` (S, 1, K, 3) word above, word below, gain."""

    id: str
    title: str
    texts: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    gone: tuple[tuple[int, ...], ...]
    lit: Mapping[str, str]
    links: Mapping[str, str]
    colours: Mapping[str, Colour]
    against: Colour
    names: tuple[str, str]
    gain_label: str
    gone_label: str
    shown_label: str


@dataclass(frozen=True, slots=True)
class Maps:
    """Rows of features along the frames, drawn as far as time has come, and at the end what is kept of each. By rung:
    `arrays` (S, 1, K, F), all nan where there is nothing to draw and `empty` is said instead; `rows` (S, 1, K) the numbers
    of the features, named by `row_label` {n}; `kept` is the maximum or the last. `reach` is the largest size of a value."""

    id: str
    title: str
    titles: Mapping[str, str]
    arrays: Mapping[str, str]
    rows: Mapping[str, str]
    row_label: Mapping[str, str]
    kept: Mapping[str, Literal["max", "last"]]
    kept_label: Mapping[str, str]
    empty: Mapping[str, str]
    reach: float = 1.0


Labels = tuple[tuple[tuple[str, ...], ...], ...]
"""A text for each of some things, at every sweep value and frame: [S][F][n]. An outer length of 1 holds for every index."""


@dataclass(frozen=True, slots=True)
class Band:
    """The columns `start` up to, not including, `end` of a field that belong together."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Field:
    """Everything there is, a pixel each: `total` things on `width` × `height` pixels, numbered row by row from the top left.
    `bands` stand side by side, the newest above. What is told of a thing is told by its pixel; -1 stands for none.

    `pixels` (1, 1, K) are the things that have a vector, `glow` (S, F, K) in 0..1 how near each is; all others are cold.
    `born` (1, F, bands): rows above this number do not exist yet at that frame and are drawn blank.
    `candidates` (S, F, C) and `shown` (S, F, R) in order of place, `marked` (S, F, M) circled at all rungs, with labels.
    The first rung of the stage draws the glow alone, the second stresses the candidates, the third what is shown.
    A click's row is a pixel. Templates: candidate_label {place}, known_label {glow}. `legend` names, under the picture, the
    glow, the candidates, the shown and the marked; "" leaves one out.
    """

    id: str
    title: str
    width: int
    height: int
    total: int
    pixels: str
    glow: str
    bands: tuple[Band, ...]
    born: str
    candidates: str
    shown: str
    shown_labels: Labels
    marked: str
    marked_labels: Labels
    newest_label: str
    oldest_label: str
    candidate_label: str
    cold_label: str
    known_label: str
    unborn_label: str
    legend: tuple[str, str, str, str] = ("", "", "", "")


@dataclass(frozen=True, slots=True)
class Slopes:
    """Lines from a place in one order to a place in the next. `places` (S, F, R, 2), from 1; nan where it has none: without
    a second the line ends on its way, without a first there is none. `recalled` is the length of the left axis.
    `marked` (S, F, R) is 1 for what stands out. `pixels` (S, F, R) names each in a `Field`, so that both light up together.
    A click's row is an index of R."""

    id: str
    title: str
    left_label: str
    right_label: str
    places: str
    labels: Labels
    marked: str
    recalled: int
    pixels: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing somebody did; `note` says when, or how much of it. `gone`: it was taken away."""

    text: str
    note: str
    kind: Literal["watch", "search"]
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What somebody did, in the order of `entries` [S][F], a line each. A watch can be taken away or brought back: a click's
    row is its index among all entries. `empty` is said where there are none."""

    id: str
    title: str
    entries: tuple[tuple[tuple[Entry, ...], ...], ...]
    gone_label: str
    take_label: str
    back_label: str
    empty: str


Panel = Lines | Bars | Heat | Plane | Tokens | Match | Maps | Field | Slopes | Listing | Diagram

WORDS = (
    "play", "pause", "previous", "next", "speed", "time", "step_of", "rungs", "nearest", "save_svg", "save_png",
    "value", "row", "column", "band", "angle", "not_recorded", "summary",
)  # fmt: skip
"""Keys of `Stage.words`. Templates: step_of {step} {last}, nearest {value}, summary {rung} {step} {hero}, angle {degrees}."""


@dataclass(frozen=True, slots=True)
class Stage:
    """All that the player shows. `names` (S, F) are words for the frames, "" before a shorter sequence begins. `steps` (F,) is the training step of each frame; `arrays` are (S, F, …). The first panel is
    the large one, at most two more stand at its right. `hero` may lie between recorded values: the nearest is shown."""

    title: str
    steps: tuple[int, ...]
    time_label: str
    rungs: tuple[Rung, ...]
    panels: tuple[Panel, ...]
    arrays: Mapping[str, Array | Quantised]
    sweep: Sweep | None
    hero: float
    origin: Literal["recorded", "live", "illustrative"]
    origin_text: str
    words: Mapping[str, str]
    live: bool = False
    names: tuple[tuple[str, ...], ...] = ()
