"""The player: the app's one custom component, and the only Python that knows it.

A page describes a *stage* (arrays, panels, two axes) and calls `player`. The browser receives everything once as bytes
and plays, scrubs and links its panels without another message; what comes back is a position, a slider value or a click.

Axes used below: `S` recorded sweep values, `F` frames (time), `N` bars or dots, `R` × `C` cells, `K` arrows, `E` experts.
A leading axis of length 1 stands for "the same at every sweep value" (or at every frame).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import streamlit as st

Colour = int | Literal["ink", "muted"]
"""0 blue, 1 vermillion, 2 bluish green, 3 reddish purple, 4 sky, 5 orange; or "ink", "muted"."""

Kind = Literal["input", "layer", "expert", "gate", "mix", "tower", "output"]
Port = Literal["top", "bottom", "left", "right"]
Array = npt.NDArray[np.float32] | npt.NDArray[np.uint8]


# ---------------------------------------------------------------- the axes of a stage


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
    """The second axis: a setting that was recorded at several values. `recorded` is ascending and has length S."""

    name: str
    label: str
    symbol: str
    low: float
    high: float
    step: float
    recorded: tuple[float, ...]
    invitation: str
    readout: tuple[Readout, ...] = ()


# ---------------------------------------------------------------- panels


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
class ValueRef:
    """One number of an array: `array[s, f, *index]`."""

    array: str
    index: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BarsRef:
    """The last axis of an array as small bars in a node: `array[s, f, *index, :]`, with a band behind each bar."""

    array: str
    index: tuple[int, ...] = ()
    low: str | None = None
    high: str | None = None
    colours: tuple[Colour, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the network, centred at (x, y) in a space of 1000 × 620. `short` replaces a `label` that does not fit,
    `name` is what is spoken, `born` the node that it grows out of when its rung comes on stage."""

    id: str
    x: float
    y: float
    w: float
    h: float
    kind: Kind
    label: str
    short: str = ""
    name: str = ""
    colour: Colour = "muted"
    value: ValueRef | None = None
    bars: BarsRef | None = None
    clickable: bool = True
    born: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A connection. A `value` in 0..1 becomes the stroke width. Without `via` it is a curve from port to port, with it a path
    with square, rounded corners through those points."""

    id: str
    source: str
    target: str
    colour: Colour = "muted"
    value: ValueRef | None = None
    via: tuple[tuple[float, float], ...] = ()
    source_port: Port = "top"
    target_port: Port = "bottom"
    dash: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The network of one rung. `order` (S, F, E) is the place at which each expert is drawn."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """One piece of a formula. `lights` are ids of nodes and edges; "expert" also lights "expert:0", "expert:1"…"""

    text: str
    sub: str = ""
    sup: str = ""
    lights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagram:
    """The network itself, one layout a rung; changing the rung morphs one into the other."""

    id: str
    title: str
    layouts: Mapping[str, Layout]
    formulas: Mapping[str, tuple[Term, ...]]


Panel = Lines | Bars | Heat | Plane | Diagram

WORDS = (
    "play", "pause", "previous", "next", "speed", "time", "step_of", "rungs", "nearest", "save_svg", "save_png",
    "value", "row", "column", "band", "angle", "not_recorded", "summary",
)  # fmt: skip
"""Keys of `Stage.words`. Templates: step_of {step} {last}, nearest {value}, summary {rung} {step} {hero}, angle {degrees}."""


@dataclass(frozen=True, slots=True)
class Stage:
    """All that the player shows. `steps` (F,) is the training step of each frame; `arrays` are (S, F, …). The first panel is
    the large one, at most two more stand at its right. `hero` may lie between recorded values: the nearest is shown."""

    title: str
    steps: tuple[int, ...]
    time_label: str
    rungs: tuple[Rung, ...]
    panels: tuple[Panel, ...]
    arrays: Mapping[str, Array]
    sweep: Sweep | None
    hero: float
    origin: Literal["recorded", "live", "illustrative"]
    origin_text: str
    words: Mapping[str, str]
    live: bool = False


# ---------------------------------------------------------------- what comes back


@dataclass(frozen=True, slots=True)
class Position:
    """Where the viewer is: a frame, a value of the sweep, a rung and a selected part."""

    frame: int
    hero: float | None
    rung: str
    selected: str | None = None


@dataclass(frozen=True, slots=True)
class Click:
    """What was clicked, and where the viewer was. `row` and `column` are those of a heat map, or a dot and its group."""

    panel: str
    element: str | None
    row: int | None
    column: int | None
    frame: int
    hero: float | None
    rung: str


def elements(stage: Stage) -> frozenset[str]:
    """Every id that can be selected on this stage."""
    return frozenset(_elements(stage))


def _elements(stage: Stage) -> Iterator[str]:
    for panel in stage.panels:
        match panel:
            case Diagram():
                for layout in panel.layouts.values():
                    yield from (node.id for node in layout.nodes)
                    yield from (edge.id for edge in layout.edges)
            case Plane():
                for view in panel.views.values():
                    yield from view.group_ids
                    yield from (f"{panel.id}:{n}" for n in range(len(view.group)))
            case Bars():
                yield from panel.elements or (f"{panel.id}:{n}" for n in range(len(panel.labels)))
            case _:
                pass


def _number(raw: object) -> float | None:
    """A finite number, or None: a browser may send anything, also true, NaN and 10**400."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    try:
        value = float(raw)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _index(raw: object, length: int) -> int | None:
    value = _number(raw)
    return None if value is None or length < 1 else int(min(max(round(value), 0), length - 1))


def hero_from(raw: object, stage: Stage) -> float | None:
    """A slider value that came from a browser, clamped to the sweep; None if it is none."""
    value = _number(raw)
    if value is None or stage.sweep is None:
        return None
    return min(max(value, stage.sweep.low), stage.sweep.high)


def position_from(raw: object, stage: Stage, fallback: Position) -> Position:
    """A position that came from a browser, each field replaced by that of `fallback` unless it fits the stage."""
    given = raw if isinstance(raw, Mapping) else {}
    frame = _index(given.get("frame"), len(stage.steps))
    hero = hero_from(given.get("hero"), stage)
    rung, selected = given.get("rung"), given.get("selected", fallback.selected)
    return Position(
        frame=fallback.frame if frame is None else frame,
        hero=fallback.hero if hero is None else hero,
        rung=rung if isinstance(rung, str) and rung in {r.id for r in stage.rungs} else fallback.rung,
        selected=selected if isinstance(selected, str) and selected in elements(stage) else None,
    )


def click_from(raw: object, stage: Stage, fallback: Position) -> Click | None:
    """A click that came from a browser, or None if it names no panel of this stage."""
    if not isinstance(raw, Mapping):
        return None
    panel = next((p for p in stage.panels if p.id == raw.get("panel")), None)
    if panel is None:
        return None
    rows, columns = _extent(panel, stage)
    element, where = raw.get("element"), position_from(raw, stage, fallback)
    return Click(
        panel=panel.id,
        element=element if isinstance(element, str) and element in elements(stage) else None,
        row=_index(raw.get("row"), rows),
        column=_index(raw.get("column"), columns),
        frame=where.frame,
        hero=where.hero,
        rung=where.rung,
    )


def _extent(panel: Panel, stage: Stage) -> tuple[int, int]:
    """How many rows and columns a click in this panel may name."""
    match panel:
        case Heat():
            return stage.arrays[panel.array].shape[2], stage.arrays[panel.array].shape[3]
        case Plane():
            dots = max((len(view.group) for view in panel.views.values()), default=0)
            return dots, max((max(view.group, default=-1) + 1 for view in panel.views.values()), default=0)
        case Bars():
            return len(panel.labels), 0
        case _:
            return 0, 0


# ---------------------------------------------------------------- the wire


def pack(stage: Stage, *, start: Position, seek: int, autoplay: bool = False) -> bytes:
    """The stage as bytes: header length (4 bytes, little-endian), JSON header, then the arrays, each aligned to 4 bytes.

    Raises ValueError for an array that is named by a panel and missing, or whose first two axes fit neither S, F nor 1.
    """
    _check(stage)
    table: dict[str, dict[str, object]] = {}
    body = bytearray()
    for name, array in stage.arrays.items():
        data = np.ascontiguousarray(array, dtype=np.uint8 if array.dtype == np.uint8 else "<f4")
        table[name] = {"dtype": data.dtype.name, "shape": data.shape, "offset": len(body)}
        body += data.tobytes()
        body += bytes(-len(body) % 4)
    spec = {f.name: _plain(getattr(stage, f.name)) for f in fields(stage) if f.name != "arrays"}
    digest = hashlib.blake2s(json.dumps([spec, table]).encode() + body, digest_size=8).hexdigest()
    header = {
        "spec": spec,
        "start": _plain(start),
        "seek": seek,
        "autoplay": autoplay,
        "arrays": table,
        "stage_id": digest,
    }
    head = json.dumps(header, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 4)  # the browser makes views, not copies: buffers must be aligned
    return len(head).to_bytes(4, "little") + head + bytes(body)


def _plain(value: object) -> object:
    """Dataclasses, mappings and tuples as JSON; a dataclass says its own name in `type`."""
    if is_dataclass(value) and not isinstance(value, type):
        return {"type": type(value).__name__, **{f.name: _plain(getattr(value, f.name)) for f in fields(value)}}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def _named(value: object) -> Iterator[str]:
    """The array names in a description: the strings in fields that hold one by convention."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, str):
                if key in {"array", "points", "blend", "arrows", "order"} or (key in {"low", "high"}):
                    yield item
            else:
                yield from _named(item)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item)


def _check(stage: Stage) -> None:
    """Raise ValueError on what a page got wrong; the browser would show an empty panel and say nothing."""
    wanted = set(_named([_plain(panel) for panel in stage.panels])) | set(_named([_plain(stage.sweep)]))
    if missing := sorted(wanted - set(stage.arrays)):
        raise ValueError(f"the stage names arrays it does not carry: {', '.join(missing)}")
    if missing := sorted(set(WORDS) - set(stage.words)):
        raise ValueError(f"the stage lacks words: {', '.join(missing)}")
    sweeps, frames = len(stage.sweep.recorded) if stage.sweep else 1, len(stage.steps)
    for name, array in stage.arrays.items():
        if array.ndim < 2 or array.shape[0] not in (1, sweeps) or array.shape[1] not in (1, frames):
            raise ValueError(f"array {name!r} has shape {array.shape}, expected ({sweeps} or 1, {frames} or 1, …)")
    if not frames or not stage.rungs or not stage.panels:
        raise ValueError("a stage needs at least one frame, one rung and one panel")


# ---------------------------------------------------------------- the component

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "player"
SCRIPTS = (
    "decode", "scales", "palette", "draw", "tooltip", "clock", "lines", "bars", "heat", "plane",
    "path", "morph", "formula", "focus", "node", "edge", "diagram", "picture", "header", "transport", "keyboard", "player",
)  # fmt: skip
"""One concept a file, one module in the browser: concatenated in this order, `export default` last."""

_component = st.components.v2.component(
    "gatescope_player",
    js="\n".join((ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS),
    css=(ASSETS / "player.css").read_text(encoding="utf-8"),
)


def player(
    stage: Stage,
    *,
    key: str,
    start: Position,
    seek: int = 0,
    autoplay: bool,
    on_position: Callable[[Position], None] | None = None,
    on_hero: Callable[[float], None] | None = None,
    on_click: Callable[[Click], None] | None = None,
) -> None:
    """Show the stage. The viewer keeps the position until `seek` grows; then the player goes to `start`.

    `on_position` is called when a scrub, a step, a play or a choice has ended; `on_hero` when the slider is released;
    `on_click` for each click on a part, a cell or a dot. Everything they receive has been checked against the stage.
    """
    start = position_from(_plain(start), stage, Position(0, stage.hero if stage.sweep else None, stage.rungs[0].id))

    def state(name: str) -> object:
        held = st.session_state.get(key)
        return held.get(name) if isinstance(held, Mapping) else None

    def moved() -> None:
        if on_position is not None:
            on_position(position_from(state("position"), stage, start))

    def released() -> None:
        value = hero_from(state("hero"), stage)
        if on_hero is not None and value is not None:
            on_hero(value)

    def clicked() -> None:
        click = click_from(state("click"), stage, start)
        if on_click is not None and click is not None:
            on_click(click)

    begin, hero = _pinned(key, stage, start, seek, hero_from(state("hero"), stage))
    _component(
        key=key,
        data=pack(replace(stage, hero=hero), start=begin, seek=seek, autoplay=autoplay),
        on_position_change=moved,
        on_hero_change=released,
        on_click_change=clicked,
    )


def _pinned(key: str, stage: Stage, start: Position, seek: int, released: float | None) -> tuple[Position, float]:
    """The start and slider value to send. A page feeds both back from what the browser reported; sending them again would
    change the bytes, and with them resend every array. So they are held until `seek` grows or the slider moved elsewhere."""
    slot = f"{key}:pinned"
    held = st.session_state.get(slot)
    if held is None or held[2] != seek:
        held = (start, stage.hero, seek)
    elif stage.hero not in (held[1], released):
        held = (held[0], stage.hero, seek)
    st.session_state[slot] = held
    return held[0], held[1]
