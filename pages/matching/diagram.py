"""The whole network in a space of 1000 × 620: a tower for the query and one for each document, cosines, softmax."""

from __future__ import annotations

from collections.abc import Mapping

from pages.ui.player.arrays import Ref
from pages.ui.player.network import BarsRef, Colour, Edge, Kind, Layout, Node, Term, ValueRef

QUERY, CLICKED, UNCLICKED = 0, 2, 1
SIDE_HUES = (QUERY, CLICKED, UNCLICKED)
HUES: tuple[Colour, ...] = (CLICKED, UNCLICKED, "muted", "muted", "muted")
"""One hue a side, the same at every level."""
X_QUERY, X_DOCUMENTS = 110.0, (330.0, 500.0, 660.0, 790.0, 920.0)
Y_P, Y_SOFTMAX, Y_COSINE, Y_BUS = 44.0, 128.0, 214.0, 264.0
Y_VECTOR, Y_POOL, Y_INNER, Y_INPUT = 318.0, 408.0, 498.0, 584.0
SIDES: tuple[tuple[str, float, Colour], ...] = (
    ("q", X_QUERY, QUERY),
    ("d1", X_DOCUMENTS[0], CLICKED),
    ("d2", X_DOCUMENTS[1], UNCLICKED),
)
LEVELS = {
    "dssm": ("input", "inner", "pool", "vector"),
    "clsm": ("input", "inner", "pool", "vector"),
    "lstm": ("input", "inner", "vector"),
}
_Y = {"input": Y_INPUT, "inner": Y_INNER, "pool": Y_POOL, "vector": Y_VECTOR}
_KINDS: dict[str, Kind] = {"input": "input", "inner": "layer", "pool": "layer", "vector": "output"}
_ARRAYS = {
    "dssm": {"inner": "now", "pool": "inner", "vector": "vector"},
    "clsm": {"inner": "now", "pool": "inner", "vector": "vector"},
    "lstm": {"inner": "inner", "vector": "vector"},
}
"""What the bars of each level are, among the arrays of `engine.matching.opened.view`."""


def layout(model: str, words: Mapping[str, str], documents: int) -> Layout:
    """One rung. `words` name what stands in a tower ("{model}.{level}" and ".long"), and whose it is (q, d1, d2, other)."""
    nodes, edges = [], []
    levels = LEVELS[model]
    for number, (side, x, colour) in enumerate(SIDES[: 1 + min(documents, 2)]):
        nodes += [_level(model, level, side, number, x, colour, words) for level in levels]
        edges += [
            Edge(f"{side}_{low}>{side}_{high}", f"{side}_{low}", f"{side}_{high}", colour)
            for low, high in zip(levels, levels[1:], strict=False)
        ]
    for number in range(3, documents + 1):
        name, x = words["other"].format(n=number), X_DOCUMENTS[number - 1]
        label = f"D{_sub(number)}"
        middle, tall = (Y_VECTOR + Y_INPUT) / 2, Y_INPUT - Y_VECTOR + 46
        nodes.append(Node(f"d{number}", x, middle, 104, tall, "tower", label, label, name, clickable=False))
    above = _scores(model, words, documents)
    return Layout((*nodes, *above[0]), (*edges, *above[1]))


def _level(model: str, level: str, side: str, number: int, x: float, colour: Colour, words: Mapping[str, str]) -> Node:
    array = _ARRAYS[model].get(level)
    bars = BarsRef(Ref(f"{model}.{array}"), (number,), signed=True) if array else None
    label, tall = words[f"{model}.{level}"], 46 if level == "input" else 72
    name = f"{words[side]}: {words[f'{model}.{level}.long']}"
    return Node(f"{side}_{level}", x, _Y[level], 148, tall, _KINDS[level], label, label, name, colour, bars=bars)


def _scores(model: str, words: Mapping[str, str], documents: int) -> tuple[list[Node], list[Edge]]:
    """Cosines with the query, the softmax over them, probabilities. The softmax's box lies over the lines through it."""
    xs = X_DOCUMENTS[:documents]
    box = Node(
        "softmax", (xs[0] + xs[-1]) / 2, Y_SOFTMAX, xs[-1] - xs[0] + 150, 46, "gate",
        words["softmax"], "softmax", words["softmax.long"], clickable=False,
    )  # fmt: skip
    nodes, edges = [box], []
    for n, (x, colour) in enumerate(zip(xs, HUES, strict=False), 1):
        cos, p, below = f"cos{n}", f"p{n}", f"d{n}_vector" if n < 3 else f"d{n}"
        said, score, share = (
            words["p"].format(n=n),
            ValueRef(Ref(f"{model}.cos"), (n - 1,)),
            ValueRef(Ref(f"{model}.p"), (n - 1,)),
        )
        nodes += [
            Node(cos, x, Y_COSINE, 92, 80, "gate", "cos", "cos", words["cos"].format(n=n), colour, score),
            Node(p, x, Y_P, 112, 84, "output", f"P(D{_sub(n)})", f"P{_sub(n)}", said, colour, share),
        ]
        bus = ((X_QUERY, Y_BUS), (x - 62, Y_BUS), (x - 62, Y_COSINE))
        edges += [
            Edge(f"{below}>{cos}", below, cos, colour),
            Edge(f"q>{cos}", "q_vector", cos, QUERY, via=bus, target_port="left"),
            Edge(f"{cos}>{p}", cos, p, colour, share, name=said),
        ]
    return nodes, edges


def _sub(number: int) -> str:
    return "₀₁₂₃₄₅₆₇₈₉"[number]


def formulas() -> dict[str, tuple[Term, ...]]:
    """The equation under each drawing; a click on a term lights its part."""
    vectors = {
        "dssm": (Term("y = tanh( W · "), Term("Σ", sub="t", lights=("q_input", "d1_input", "q_inner", "d1_inner")), Term(" x(t) + b )…")),
        "clsm": (
            Term("v = "), Term("max", sub="t", lights=("q_pool", "d1_pool", "d2_pool")),
            Term(" tanh( "), Term("W", sub="c", lights=("q_inner", "d1_inner", "d2_inner")), Term(" [x(t−1), x(t), x(t+1)] )"),
        ),
        "lstm": (Term("y = "), Term("h(T)", lights=("q_inner", "d1_inner", "d2_inner", "q_vector", "d1_vector", "d2_vector"))),
    }  # fmt: skip
    common = (
        Term("      P(D|Q) = "),
        Term("softmax", lights=("softmax", *(f"p{n}" for n in range(1, 6)))), Term("( γ · "),
        Term("cos", lights=tuple(f"cos{n}" for n in range(1, 6))), Term("( y"), Term("", sub="Q", lights=("q_vector",)),
        Term(", y"), Term("", sub="D", lights=("d1_vector", "d2_vector")), Term(" ) )"),
    )  # fmt: skip
    return {model: (*terms, *common) for model, terms in vectors.items()}
