"""A network as a drawing: nodes and edges bound to arrays, a layout for each rung.

Axes: `S` recorded sweep values, `F` frames, `E` experts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pages.ui.player.arrays import Ref
from pages.ui.player.panel import Panel

Colour = int | Literal["ink", "muted"]
"""0 blue, 1 vermillion, 2 bluish green, 3 reddish purple, 4 sky, 5 orange; or "ink", "muted"."""

Kind = Literal["input", "layer", "expert", "gate", "mix", "tower", "output"]
Port = Literal["top", "bottom", "left", "right"]


@dataclass(frozen=True, slots=True)
class ValueRef:
    """One number of an array: `array[s, f, *index]`."""

    array: Ref
    index: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BarsRef:
    """The last axis of an array as small bars in a node: `array[s, f, *index, :]`, with a band behind each bar, and `own` as a
    thin line across it. `signed` bars go up and down from the middle; `names` are what the tooltip calls them, else experts."""

    array: Ref
    index: tuple[int, ...] = ()
    low: Ref | None = None
    high: Ref | None = None
    colours: tuple[Colour, ...] = ()
    signed: bool = False
    names: tuple[str, ...] = ()
    own: Ref | None = None


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
    """A connection. The size of a `value`, up to `widest`, becomes the stroke width. Without `via` it is a curve from port to port, with it a path
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
    widest: float = 1.0


@dataclass(frozen=True, slots=True)
class Layout:
    """The network of one rung. `order` (S, F, E) is the place at which each expert is drawn."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    order: Ref | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """One piece of a formula. `lights` are ids of nodes and edges; "expert" also lights "expert:0", "expert:1"…"""

    text: str
    sub: str = ""
    sup: str = ""
    lights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagram(Panel):
    """The network itself, one layout a rung; changing the rung morphs one into the other."""

    layouts: Mapping[str, Layout]
    formulas: Mapping[str, tuple[Term, ...]]

    def selectable(self) -> frozenset[str]:
        layouts = self.layouts.values()
        nodes = {node.id for layout in layouts for node in layout.nodes}
        return frozenset(nodes | {edge.id for layout in layouts for edge in layout.edges})
