"""The cells as drawings in a space of 1000 × 620; what two of them share keeps its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.recurrent.ladder import LADDER
from pages.ui.player.arrays import Ref
from pages.ui.player.network import Colour, Edge, Kind, Layout, Node, Port, ValueRef

FORGET, INPUT, OUTPUT, BELT = 1, 2, 3, 0
"""One hue a gate, the same at every level; the belt is blue."""
WIDEST = 8.0
"""|p ⊙ C| of a peephole line of full width."""
COPY, X_BEFORE, X_NOW = 46.0, 160.0, 840.0
Y_FEED = 404.0
Y_BELT, Y_PAIR, Y_GATE, Y_JOIN, Y_X = 92.0, 216.0, 338.0, 462.0, 566.0


class _Cell:
    """Nodes and edges of one cell, each number bound to its column of "{cell}.unit"."""

    def __init__(self, cell: str, words: Mapping[str, str]) -> None:
        self.cell, self.words = cell, words

    def ref(self, name: str) -> ValueRef:
        return ValueRef(Ref(f"{self.cell}.unit"), (LADDER[self.cell].numbers.index(name),))

    def node(
        self, id_: str, x: float, y: float, label: str, name: str, value: str = "", *, kind: Kind = "gate",
        colour: Colour = "muted", w: float = 96.0, h: float = 70.0, born: str | None = None,
    ) -> Node:  # fmt: skip
        ref = self.ref(value) if value else None
        return Node(
            id_, x, y, w, h, kind, label, label, self.words[name], colour, ref, clickable=bool(value), born=born
        )

    def around(self) -> list[Node]:
        """The copies before and after, what comes in and what goes out."""
        return [
            self.node("copy_before", COPY, 330, "A", "copy", kind="layer", w=62, h=330),
            self.node("copy_after", 1000 - COPY, 330, "A", "copy", kind="layer", w=62, h=330),
            self.node("before_h", X_BEFORE, Y_JOIN, "h(t−1)", "before_h", "before_h", kind="input", w=110),
            self.node("x", 430, Y_X, "x(t)", "x", kind="input", w=110, h=58),
            self.node("join", 430, Y_JOIN, "[h(t−1), x(t)]", "join", kind="layer", w=330, h=46),
            self.node("h", X_NOW, Y_JOIN, "h(t)", "h", "h", kind="output", w=110),
            Node(
                "answer",
                X_NOW,
                Y_X,
                110,
                70,
                "output",
                "y(t)",
                "y",
                self.words["answer"],
                OUTPUT,
                ValueRef(Ref(f"{self.cell}.answer")),
            ),
        ]

    def flow(self) -> list[Edge]:
        return [
            _across("copy_before", "before_h", ((91, 330), (91, Y_JOIN))),
            _across("before_h", "join", ((240, Y_JOIN),)),
            Edge("x>join", "x", "join"),
            _across("h", "copy_after", ((909, Y_JOIN), (909, 330))),
            Edge("h>answer", "h", "answer", source_port="bottom", target_port="top"),
        ]


def _across(source: str, target: str, via: Sequence[tuple[float, float]], colour: Colour = "muted") -> Edge:
    """From the right side of one part to the left side of another."""
    return Edge(f"{source}>{target}", source, target, colour, via=tuple(via), source_port="right", target_port="left")


def rnn(words: Mapping[str, str]) -> Layout:
    """h(t) = tanh(W [h(t-1), x(t)] + b)."""
    cell = _Cell("rnn", words)
    tanh = cell.node("g", 560, Y_GATE, "tanh", "tanh_layer", "h", colour=INPUT)
    return Layout(
        (*cell.around(), tanh),
        (
            *cell.flow(),
            _feed("g", 560),
            Edge("g>h", "g", "h", via=((X_NOW, Y_GATE),), source_port="right", target_port="top"),
        ),
    )


def gru(words: Mapping[str, str]) -> Layout:
    """The state rides above: z on h(t-1), 1 - z on the candidate; r on the message that the candidate hears."""
    cell = _Cell("gru", words)
    nodes = [
        cell.node("kept", 318, Y_BELT, "×", "kept_h", "kept", kind="mix", colour=FORGET, w=80, h=80, born="before_h"),
        cell.node("sum", 494, Y_BELT, "+", "sum_h", kind="mix", colour=BELT, w=58, h=58, born="before_h"),
        cell.node("written", 494, Y_PAIR, "×", "written_h", "written", kind="mix", colour=INPUT, w=80, h=80, born="g"),
        cell.node("fresh", 396, Y_PAIR, "1−z", "fresh", "fresh", kind="mix", colour=FORGET, w=80, h=80, born="z"),
        cell.node("z", 318, Y_GATE, "① σ  z", "z", "z", colour=FORGET, born="join"),
        cell.node("r", 430, Y_GATE, "② σ  r", "r", "r", colour=OUTPUT, born="join"),
        cell.node("g", 560, Y_GATE, "tanh  g", "g", "g", colour=INPUT, w=112),
        cell.node("reset", 690, Y_GATE, "×", "reset", "reset", kind="mix", colour=OUTPUT, w=80, h=80, born="join"),
        cell.node("m", 690, Y_JOIN, "R h(t−1)", "m", "m", w=100, born="join"),
    ]
    return Layout((*cell.around(), *nodes), (*cell.flow(), *_mixing()))


def _mixing() -> list[Edge]:
    """The lines of the GRU."""
    state = [
        Edge(
            "before_h>kept", "before_h", "kept", BELT, via=((X_BEFORE, Y_BELT),), source_port="top", target_port="left"
        ),
        _across("kept", "sum", ((400, Y_BELT),), BELT),
        Edge("sum>h", "sum", "h", BELT, via=((X_NOW, Y_BELT),), source_port="right", target_port="top"),
    ]
    feeds = [_feed(gate, x) for gate, x in (("z", 318.0), ("r", 430.0), ("g", 560.0))]
    acts = [
        Edge("z>kept", "z", "kept", FORGET, via=((318, Y_PAIR),)),
        Edge("z>fresh", "z", "fresh", FORGET, via=((318, Y_PAIR),), target_port="left"),
        _across("fresh", "written", ((440, Y_PAIR),), FORGET),
        Edge("g>written", "g", "written", INPUT, via=((560, Y_PAIR),), target_port="right"),
        Edge("written>sum", "written", "sum", INPUT, via=((494, Y_PAIR - 50),)),
        _across("join", "m", ((620, Y_JOIN),)),
        Edge("m>reset", "m", "reset", source_port="top", target_port="bottom"),
        Edge("r>reset", "r", "reset", OUTPUT, via=((430, 277), (690, 277)), source_port="top", target_port="top"),
        Edge("reset>g", "reset", "g", OUTPUT, via=((640, Y_GATE),), source_port="left", target_port="right"),
    ]
    return [*state, *feeds, *acts]


def lstm(words: Mapping[str, str]) -> Layout:
    """Belt above, gates below: f on C(t-1); i and g write; o and tanh say."""
    cell = _Cell("lstm", words)
    return Layout((*cell.around(), *_inside(cell)), (*cell.flow(), *_lines()))


def peephole(words: Mapping[str, str]) -> Layout:
    """The LSTM with three more lines from the belt into the gates, as wide as p ⊙ C."""
    cell = _Cell("peephole", words)
    return Layout((*cell.around(), *_inside(cell)), (*cell.flow(), *_lines(), *_peepholes(cell)))


def _peepholes(cell: _Cell) -> list[Edge]:
    under = Y_PAIR + 52
    ways: tuple[tuple[str, str, str, Colour, tuple[tuple[float, float], ...], Port], ...] = (
        ("peep_f", "before_c", "f", FORGET, ((X_BEFORE, Y_GATE),), "left"),
        ("peep_i", "before_c", "i", INPUT, ((X_BEFORE, under), (374, under), (374, Y_GATE)), "left"),
        ("peep_o", "c", "o", OUTPUT, ((X_NOW, under), (700, under)), "top"),
    )
    return [
        Edge(
            name, source, target, colour, cell.ref(name), via, "bottom", port, name=cell.words[name], widest=WIDEST,
        )
        for name, source, target, colour, via, port in ways
    ]  # fmt: skip


def _inside(cell: _Cell) -> list[Node]:
    return [
        cell.node("before_c", X_BEFORE, Y_BELT, "C(t−1)", "before_c", "before_c", kind="input", colour=BELT, w=110),
        cell.node("kept", 318, Y_BELT, "×", "kept", "kept", kind="mix", colour=FORGET, w=80, h=80, born="before_c"),
        cell.node("sum", 494, Y_BELT, "+", "sum", kind="mix", colour=BELT, w=58, h=58, born="before_c"),
        cell.node("c", X_NOW, Y_BELT, "C(t)", "c", "c", kind="output", colour=BELT, w=110),
        cell.node("written", 494, Y_PAIR, "×", "written", "written", kind="mix", colour=INPUT, w=80, h=80, born="g"),
        cell.node("tanh", 780, Y_PAIR, "tanh", "tanh_c", "tanh_c", colour=OUTPUT, w=92, born="h"),
        cell.node("f", 318, Y_GATE, "① σ  f", "f", "f", colour=FORGET, born="join"),
        cell.node("i", 430, Y_GATE, "② σ  i", "i", "i", colour=INPUT, born="join"),
        cell.node("g", 560, Y_GATE, "② tanh  g", "g", "g", colour=INPUT, w=112),
        cell.node("o", 700, Y_GATE, "③ σ  o", "o", "o", colour=OUTPUT, born="join"),
        cell.node("said", 780, Y_GATE, "×", "said", kind="mix", colour=OUTPUT, w=52, h=52, born="h"),
    ]


def _feed(gate: str, x: float) -> Edge:
    """[h(t-1), x(t)] goes up into every gate."""
    return Edge(f"join>{gate}", "join", gate, via=((430, Y_FEED), (x, Y_FEED)))


def _lines() -> list[Edge]:
    belt = [
        _across("copy_before", "before_c", ((91, 330), (91, Y_BELT)), BELT),
        _across("before_c", "kept", ((240, Y_BELT),), BELT),
        _across("kept", "sum", ((400, Y_BELT),), BELT),
        _across("sum", "c", ((700, Y_BELT),), BELT),
        _across("c", "copy_after", ((909, Y_BELT), (909, 330)), BELT),
    ]
    feeds = [_feed(gate, x) for gate, x in (("f", 318.0), ("i", 430.0), ("g", 560.0), ("o", 700.0))]
    acts = [
        Edge("f>kept", "f", "kept", FORGET, via=((318, Y_PAIR),)),
        Edge("i>written", "i", "written", INPUT, via=((430, Y_PAIR),), target_port="left"),
        Edge("g>written", "g", "written", INPUT, via=((560, Y_PAIR),), target_port="right"),
        Edge("written>sum", "written", "sum", INPUT, via=((494, Y_PAIR - 50),)),
        Edge("sum>tanh", "sum", "tanh", BELT, via=((780, Y_BELT),), source_port="right", target_port="top"),
        Edge("tanh>said", "tanh", "said", OUTPUT, via=((780, Y_PAIR + 50),), source_port="bottom", target_port="top"),
        Edge("o>said", "o", "said", OUTPUT, via=((750, Y_GATE),), source_port="right", target_port="left"),
        Edge("said>h", "said", "h", OUTPUT, via=((X_NOW, Y_GATE),), source_port="right", target_port="top"),
    ]
    return [*belt, *feeds, *acts]


LAYOUTS = {"rnn": rnn, "gru": gru, "lstm": lstm, "peephole": peephole}
"""Who draws each rung."""
