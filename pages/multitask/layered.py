"""PLE as a drawing: experts in the colour of the task that owns them, shared ones between them, on one level or two.

Where there are two, the upper one sees what the lower one mixes: a Σ for each task and, in the middle, one for the shared
experts above, whose gate stands at the bottom left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from pages.multitask.drawing import CHANNEL, GATE_W, GATE_X, LEFT, RIGHT, Builder, bars, sub
from pages.ui.player.arrays import Ref
from pages.ui.player.network import Colour, Edge, Layout, Node, Port, ValueRef

Y_OUTPUT, Y_TOWER, Y_MIX, Y_UPPER, Y_BELOW, Y_LOWER, Y_SHARED, Y_INPUT = 30, 104, 172, 256, 362, 446, 514, 588
"""Rows of two levels, from the predictions down."""
UPPER_BAND, LOWER_BAND = (202.0, 312.0), (376.0, 488.0)
"""From where to where the gates of a level stand."""
Y_FEED, Y_RISE, Y_SHARED_GATE = 506.0, 322.0, 571.0
"""Where the input's lines run to the gates below, and those of the mixtures to the gates above; and the gate of what is shared."""


class Extraction(NamedTuple):
    """How many experts all tasks share and how many each has of its own on a level, and how many levels there are."""

    shared: int
    specific: int
    levels: int


class Layered(Builder):
    """PLE's measures. The experts' numbers follow the tasks, the shared ones last; they stand with the shared ones in the middle,
    as `"{rung}.order"` places them."""

    def __init__(self, shape: Extraction, task_names: Sequence[str], words: Mapping[str, str], shared: bool) -> None:
        self.shape, tasks = shape, len(task_names)
        super().__init__(tasks, tasks * shape.specific + shape.shared, task_names, words, shared)
        own = [k for k in range(tasks) for _ in range(shape.specific)]
        self.owners: list[int | None] = [*own, *(None for _ in range(shape.shared))]

    def layout(self, rung: str) -> Layout:
        """The network of this shape."""
        return self._one_level(rung) if self.shape.levels == 1 else self._two_levels(rung)

    def _may_look(self, k: int, i: int) -> bool:
        """Whether task k sees expert i; k = T stands for the shared experts above, which see all."""
        return k == self.tasks or self.owners[i] in (k, None)

    def experts_row(self) -> list[Node]:
        return self._row("expert", None, 386, 96)

    def _row(self, kind: str, born: str | None, y: float, h: float) -> list[Node]:
        """The experts of one level."""
        slot = (RIGHT - LEFT) / self.experts
        found = []
        for i, owner in enumerate(self.owners):
            if owner is None:
                name = self.words["shared_expert"].format(i=i - self.tasks * self.shape.specific + 1)
            else:
                name = self.words["own_expert"].format(i=i % self.shape.specific + 1, task=self.names[owner])
            label, colour = f"f{sub(i)}", self._colour(self.tasks if owner is None else owner)
            x, width = LEFT + (i + 0.5) * slot, min(slot * 0.82, 118.0)
            spoken = self._below(name) if kind == "lower_expert" else name
            found.append(
                Node(f"{kind}:{i}", x, y, width, h, "expert", label, label, spoken, colour, born=born or "bottom")
            )
        return found

    def _below(self, name: str) -> str:
        return self.words["below"].format(part=name)

    def _mixing(self, rung: str, below: bool) -> list[Edge]:
        """From experts to the Σ of whoever may look at them, as thick as the mean weight."""
        kind, to, gates = ("lower_expert", "lower_mix", "lower_gates") if below else ("expert", "mix", "gates")
        whose = range(self.tasks + (1 if below and self.shape.shared else 0))
        return [
            Edge(f"{kind}:{i}>{to}:{k}", f"{kind}:{i}", f"{to}:{k}", self._colour(k),
                 ValueRef(Ref(f"{rung}.{gates}_mean"), (k, i)))
            for i in range(self.experts)
            for k in whose
            if self._may_look(k, i)
        ]  # fmt: skip

    def _colour(self, k: int) -> Colour:
        return k if k < self.tasks else "muted"

    # ---- one level

    def _one_level(self, rung: str) -> Layout:
        """As MMoE, without the lines from a task to another's experts."""
        experts, gates = self.experts_row(), self._gates(rung, self.tasks)
        gating = [self._gate_edge(gate, k) for k, gate in enumerate(gates)]
        feeds = [*self._feed([expert.id for expert in experts]), *(self._gate_feed(gate) for gate in gates)]
        nodes = (*self._input(), *experts, *gates, *self._mixes(), *self._heads())
        edges = (*feeds, *self._mixing(rung, False), *gating, *self._head_edges("mix"))
        return Layout(nodes, edges, order=Ref(f"{rung}.order"))

    # ---- two levels

    def _two_levels(self, rung: str) -> Layout:
        upper = self._row("expert", None, Y_UPPER, 64)
        lower = self._row("lower_expert", None, Y_LOWER, 60)
        sums, gates, gates_below = self._sums(), self._level_gates(rung, False), self._level_gates(rung, True)
        nodes = [
            *self._moved([*self._input(), *self._heads(), *self._mixes()]),
            *upper,
            *lower,
            *sums,
            *gates,
            *gates_below,
        ]
        edges = [
            *self._feed([expert.id for expert in lower]),
            *(self._feed_below(gate) for gate in gates_below),
            *self._mixing(rung, True),
            *(self._out_of(gate, one, Y_BELOW) for gate, one in zip(gates_below, sums, strict=True)),
            *self._rising(sums, upper, gates),
            *self._mixing(rung, False),
            *(self._out_of(gate, f"mix:{k}", Y_MIX) for k, gate in enumerate(gates)),
            *self._head_edges("mix"),
        ]
        return Layout(tuple(nodes), tuple(edges), order=Ref(f"{rung}.order"))

    def _moved(self, nodes: Sequence[Node]) -> list[Node]:
        """Parts that other rungs have too, in the rows of two levels."""
        rows = {
            "input": (Y_INPUT, 44),
            "layer": (Y_SHARED, 38),
            "mix": (Y_MIX, 40),
            "tower": (Y_TOWER, 50),
            "output": (Y_OUTPUT, 48),
        }
        return [_at(node, *rows[node.kind]) for node in nodes]

    def _sums(self) -> list[Node]:
        """The Σ of each task below, and the one for the shared experts above, in the order of the experts' groups."""
        count = self.tasks + (1 if self.shape.shared else 0)
        word, found = self.words["mix"], []
        for k in range(count):
            place = self._place(k) if self.shape.shared else k
            x = LEFT + (place + 0.5) * (RIGHT - LEFT) / count
            name = self._below(word.format(task=self.names[k]) if k < self.tasks else self.words["shared_mix"])
            found.append(
                Node(f"lower_mix:{k}", x, Y_BELOW, 40, 40, "mix", "Σ", "Σ", name, self._colour(k), born="bottom")
            )
        return found

    def _place(self, k: int) -> int:
        """Where a task's group stands among all, the shared one (k = T) in the middle."""
        half = math.ceil(self.tasks / 2)
        return half if k == self.tasks else k if k < half else k + 1

    def _level_gates(self, rung: str, below: bool) -> list[Node]:
        """The gates of a level's tasks, left and right as on the other rungs, and below the one of the shared experts."""
        kind, array = ("lower_gate", "lower_gates") if below else ("gate", "gates")
        low, high = LOWER_BAND if below else UPPER_BAND
        half, found = math.ceil(self.tasks / 2), []
        for k, task in enumerate(self.names):
            left = k < half
            count, nth = (half, k) if left else (self.tasks - half, self.tasks - 1 - k)
            height = (high - low - 8 * (count - 1)) / count
            x, y = GATE_X if left else 1000 - GATE_X, low + height / 2 + nth * (height + 8)
            name = self.words["gate_of"].format(task=task)
            label = f"g{'¹²³⁴⁵⁶'[k]}{'′' if below else ''}"
            drawn = bars(rung, k, (k,) * self.experts, array)
            spoken = self._below(name) if below else name
            found.append(
                Node(
                    f"{kind}:{k}",
                    x,
                    y,
                    GATE_W,
                    height,
                    "gate",
                    f"{label}  {task}",
                    label,
                    spoken,
                    k,
                    bars=drawn,
                    born="gate",
                )
            )
        if below and self.shape.shared:
            name, drawn = self.words["shared_gate"], bars(rung, self.tasks, (), array)
            at = f"{kind}:{self.tasks}"
            found.append(
                Node(
                    at, GATE_X, Y_SHARED_GATE, GATE_W, 84, "gate", "gˢ′", "gˢ′", name, "muted", bars=drawn, born="gate"
                )
            )
        return found

    # ---- lines of two levels

    def _feed_below(self, gate: Node) -> Edge:
        """From the input into a gate of the lower level: along the margin, or straight into the one at the bottom left."""
        source, y = ("shared", float(Y_SHARED)) if self.shared else ("x", float(Y_INPUT))
        name, left = f"{source}>{gate.id}", gate.x < 500
        if gate.y > LOWER_BAND[1]:
            way = ((CHANNEL - 8, y), (CHANNEL - 8, gate.y)) if self.shared else ((300.0, y), (300.0, gate.y))
            return Edge(name, source, gate.id, via=way, source_port="left", target_port="right")
        side, margin, port = (250.0, 2.0, "left") if left else (750.0, 998.0, "right")
        bend = () if self.shared else ((side, y), (side, Y_FEED), (margin, Y_FEED))
        along = (*bend, *(((margin, y),) if self.shared else ()), (margin, gate.y))
        into: Port = "left" if port == "left" else "right"
        return Edge(name, source, gate.id, via=along, source_port=into, target_port=into)

    def _out_of(self, gate: Node, target: Node | str, row: float) -> Edge:
        """From a gate to its Σ: up and along the Σ row where it is the outermost, else by the channel and over the others."""
        number, left = int(gate.id.partition(":")[2]), gate.x < 500
        id_ = target if isinstance(target, str) else target.id
        x = self.top[number] if isinstance(target, str) else target.x
        half = math.ceil(self.tasks / 2)
        ahead = number if left else self.tasks - 1 - number
        colour = self._colour(number)
        name = f"{gate.id}>{id_}"
        if number < self.tasks and ahead == 0:
            side: Port = "left" if left else "right"
            return Edge(name, gate.id, id_, colour, via=((gate.x, row),), target_port=side, dash=True)
        lane, level = CHANNEL - 8 * ahead, row - 20 - 9 * ahead
        if number == self.tasks:  # of the shared experts, past all others
            lane, level = CHANNEL, row - 20 - 9 * half
            around = ((gate.x, Y_FEED + 16), (lane, Y_FEED + 16), (lane, level), (x - 8, level))
            return Edge(name, gate.id, id_, colour, via=around, target_port="top", dash=True)
        lane = lane if left else 1000 - lane
        out: Port = "right" if left else "left"
        via = ((lane, gate.y), (lane, level), (x, level))
        return Edge(name, gate.id, id_, colour, via=via, source_port=out, target_port="top", dash=True)

    def _rising(self, sums: Sequence[Node], upper: Sequence[Node], gates: Sequence[Node]) -> list[Edge]:
        """From each Σ below to the experts above that see it, and to the gate of its task."""
        found = []
        for expert, owner in zip(upper, self.owners, strict=True):
            k = self.tasks if owner is None else owner
            found.append(Edge(f"lower_mix:{k}>{expert.id}", f"lower_mix:{k}", expert.id, self._colour(k)))
        for k, gate in enumerate(gates):
            left = gate.x < 500
            margin, port = (4.0, "left") if left else (996.0, "right")
            into: Port = "left" if port == "left" else "right"
            via = ((sums[k].x, Y_RISE), (margin, Y_RISE), (margin, gate.y))
            found.append(Edge(f"lower_mix:{k}>{gate.id}", f"lower_mix:{k}", gate.id, k, via=via, target_port=into))
        return found


def _at(node: Node, y: float, h: float) -> Node:
    return replace(node, y=y, h=h)
