"""What the drawings of the multi-task networks are made of: where each part stands, and how lines run between them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pages.ui.player.arrays import Ref
from pages.ui.player.network import BarsRef, Colour, Edge, Layout, Node, Port, ValueRef

LEFT, RIGHT = 168.0, 832.0  # the experts' row; the gates stand outside it
Y_OUTPUT, Y_TOWER, Y_MIX, Y_EXPERT, Y_SHARED, Y_INPUT = 30.0, 122.0, 222.0, 386.0, 502.0, 588.0
GATE_W, GATE_X = 132.0, 74.0
CHANNEL = 160.0  # where lines pass between gates and experts
Y_STACK, STACK = 416.0, 306.0  # middle and height of gates on top of each other

_SUB = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUP = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Builder:
    """One drawing's measures. `T` tasks, `E` experts."""

    def __init__(
        self, tasks: int, experts: int, task_names: Sequence[str], words: Mapping[str, str], shared: bool
    ) -> None:
        if len(task_names) != tasks or tasks < 1 or experts < 1:
            raise ValueError(f"{tasks} tasks and {experts} experts, but {len(task_names)} task names")
        self.tasks, self.experts, self.names, self.words = tasks, experts, task_names, words
        self.shared = shared
        self.lane = min(1000 / tasks, 330.0 if tasks < 3 else 300.0)  # what a task may take in width
        self.top = [500 + (k - (tasks - 1) / 2) * self.lane for k in range(tasks)]

    # ---- parts

    def _input(self) -> list[Node]:
        below = [Node("x", 500, Y_INPUT, 150, 48, "input", f"{self.words['input']} x", "x", self.words["input"])]
        if self.shared:
            word = self.words["shared"]
            below.append(Node("shared", 500, Y_SHARED, RIGHT - LEFT, 46, "layer", word, name=word))
        return below

    def _heads(self) -> list[Node]:
        """The tower and the prediction of every task."""
        width = min(self.lane - 22, 190.0)
        parts = []
        for k, (x, task) in enumerate(zip(self.top, self.names, strict=True)):
            tower, output = self.words["tower"].format(task=task), self.words["output"].format(task=task)
            h, y = f"h{sub(k)}", f"y{sub(k)}"
            parts.append(Node(f"tower:{k}", x, Y_TOWER, width, 62, "tower", h, h, tower, colour=k))
            parts.append(
                Node(
                    f"y:{k}",
                    x,
                    Y_OUTPUT,
                    width,
                    52,
                    "output",
                    f"{y}  {task}" if self.tasks < 4 else task,
                    task,
                    output,
                    colour=k,
                )
            )
        return parts

    def experts_row(self) -> list[Node]:
        """The experts' row; they grow out of the one bottom."""
        slot = (RIGHT - LEFT) / self.experts
        width = min(slot * 0.82, 118.0)
        word = self.words["expert"]
        return [
            Node(f"expert:{i}", LEFT + (i + 0.5) * slot, Y_EXPERT, width, 96, "expert",
                 word.format(i=i + 1), f"f{sub(i)}", word.format(i=i + 1), born="bottom")
            for i in range(self.experts)
        ]  # fmt: skip

    def _mixes(self) -> list[Node]:
        word = self.words["mix"]
        return [
            Node(f"mix:{k}", x, Y_MIX, 50, 50, "mix", "Σ", "Σ", word.format(task=task), colour=k, born=f"tower:{k}")
            for k, (x, task) in enumerate(zip(self.top, self.names, strict=True))
        ]

    def _gates(self, rung: str, gates: int) -> list[Node]:
        """One gate for all, or one a task: the first half of the tasks at the left, the others at the right."""
        if gates == 1:
            name, one = self.words["gate"], bars(rung, 0)
            return [
                Node("gate", GATE_X, Y_EXPERT, GATE_W, 140, "gate", name, "g", name, "ink", bars=one, born="bottom")
            ]
        parts = []
        for k, task in enumerate(self.names):
            x, y, h = self._gate_place(k)
            name, drawn = self.words["gate_of"].format(task=task), bars(rung, k, (k,) * self.experts)
            g = f"g{str(k + 1).translate(_SUP)}"
            parts.append(
                Node(f"gate:{k}", x, y, GATE_W, h, "gate", f"{g}  {task}", g, name, k, bars=drawn, born="gate")
            )
        return parts

    def _gate_place(self, k: int) -> tuple[float, float, float]:
        """x, y and height of the gate of task `k`. Those of one side stand on top of each other below the Σ row, the
        outermost task's on top, next to its Σ."""
        half = math.ceil(self.tasks / 2)
        left = k < half
        count = half if left else self.tasks - half
        nth = k if left else self.tasks - 1 - k
        height = min(140.0, (STACK - 14 * (count - 1)) / count)
        middle = Y_EXPERT if count == 1 else Y_STACK
        return (GATE_X if left else 1000 - GATE_X), middle + (nth - (count - 1) / 2) * (height + 14), height

    # ---- connections

    def _head_edges(self, source: str) -> list[Edge]:
        edges = []
        for k in range(self.tasks):
            below = f"{source}:{k}" if source == "mix" else source
            edges.append(Edge(f"{below}>tower:{k}", below, f"tower:{k}", k))
            edges.append(Edge(f"tower:{k}>y:{k}", f"tower:{k}", f"y:{k}", k))
        return edges

    def _feed(self, targets: Sequence[str]) -> list[Edge]:
        """The input's lines: straight up, or through the shared layer."""
        source = "shared" if self.shared else "x"
        first = [Edge("x>shared", "x", "shared")] if self.shared else []
        return first + [Edge(f"{source}>{target}", source, target) for target in targets]

    def _gate_feed(self, gate: Node) -> Edge:
        """From the side of the input into the gate: from below, or along the margin past the gates under it."""
        left = gate.x < 500
        source, y = ("shared", Y_SHARED) if self.shared else ("x", Y_INPUT)
        port: Port = "left" if left else "right"
        if self._stacked():
            lane = 2.0 if left else 998.0
            via = ((lane, y), (lane, gate.y))
            return Edge(f"{source}>{gate.id}", source, gate.id, via=via, source_port=port, target_port=port)
        return Edge(f"{source}>{gate.id}", source, gate.id, via=((gate.x, y),), source_port=port)

    def _stacked(self) -> bool:
        return self.tasks > 2

    def _gate_edge(self, gate: Node, k: int) -> Edge:
        """From a gate to the Σ of task `k`: into its side where nothing stands between, else over the top of those that do,
        by the channel between gates and experts."""
        left = gate.x < 500
        ahead, side = (k, 1) if left else (self.tasks - 1 - k, -1)
        name, mix, x = f"{gate.id}>mix:{k}", f"mix:{k}", self.top[k]
        colour: Colour = "muted" if gate.id == "gate" else k
        one_for_all = gate.id == "gate" and self._stacked()
        if ahead == 0 and not one_for_all:
            if abs(x - gate.x) < 45:  # the Σ stands right above
                return Edge(name, gate.id, mix, colour, dash=True)
            port: Port = "left" if left else "right"
            return Edge(name, gate.id, mix, colour, via=((gate.x, Y_MIX),), target_port=port, dash=True)
        # One gate for all is a bus: every line on one level. Gates of their own keep to lines of their own.
        level = Y_MIX - 44 if one_for_all else Y_MIX - 26 - 13 * ahead
        arrive = x - 13 * (1 if x > CHANNEL else -1) if left else x + 13
        if not self._stacked():
            return Edge(
                name, gate.id, mix, colour, via=((gate.x, level), (arrive, level)), target_port="top", dash=True
            )
        offset = CHANNEL if one_for_all else CHANNEL - 8 * (ahead - 1)
        lane = offset if left else 1000 - offset
        via = ((lane, gate.y), (lane, level), (arrive, level))
        out: Port = "right" if side > 0 else "left"
        return Edge(name, gate.id, mix, colour, via=via, source_port=out, target_port="top", dash=True)

    # ---- networks

    def shared_bottom(self) -> Layout:
        word = self.words["bottom"]
        bottom = Node("bottom", 500, Y_EXPERT, RIGHT - LEFT, 96, "layer", f"{word} f", word, word)
        return Layout((*self._input(), bottom, *self._heads()), (*self._feed(["bottom"]), *self._head_edges("bottom")))

    def mixture(self, rung: str, gates: int) -> Layout:
        """OMoE (one gate) or MMoE (a gate a task)."""
        drawn, experts = self._gates(rung, gates), self.experts_row()
        mixing = [
            Edge(f"{expert.id}>mix:{k}", expert.id, f"mix:{k}", k, ValueRef(Ref(f"{rung}.gates_mean"), (k, i)))
            for i, expert in enumerate(experts)
            for k in range(self.tasks)
        ]
        if gates == 1:
            gating = [self._gate_edge(drawn[0], k) for k in range(self.tasks)]
        else:
            gating = [self._gate_edge(gate, k) for k, gate in enumerate(drawn)]
        feeds = [*self._feed([e.id for e in experts]), *(self._gate_feed(gate) for gate in drawn)]
        nodes = (*self._input(), *experts, *drawn, *self._mixes(), *self._heads())
        return Layout(nodes, (*feeds, *mixing, *gating, *self._head_edges("mix")), order=Ref(f"{rung}.order"))

    def single_task(self) -> Layout:
        """A network of its own for every task: no part is shared but the input."""
        slot = (RIGHT - LEFT) / self.tasks
        word = self.words["bottom_of"]
        bottoms = [
            Node(f"bottom:{k}", LEFT + (k + 0.5) * slot, Y_EXPERT, slot - 20, 96, "layer",
                 f"f{sub(k)}", "f", word.format(task=task), k)
            for k, task in enumerate(self.names)
        ]  # fmt: skip
        up = [Edge(f"bottom:{k}>tower:{k}", f"bottom:{k}", f"tower:{k}", k) for k in range(self.tasks)]
        heads = [edge for edge in self._head_edges("bottom") if edge.source != "bottom"]
        return Layout((*self._input(), *bottoms, *self._heads()), (*self._feed([b.id for b in bottoms]), *up, *heads))


def bars(rung: str, gate: int, colours: tuple[Colour, ...] = (), gates: str = "gates") -> BarsRef:
    """The weights of one gate: mean and range over the seeds, and the followed one."""
    mean, low, high, own = (Ref(f"{rung}.{gates}{name}") for name in ("_mean", "_low", "_high", ""))
    return BarsRef(mean, (gate,), low, high, colours, own=own)


def sub(index: int) -> str:
    """Counted from one, as in the paper."""
    return str(index + 1).translate(_SUB)
