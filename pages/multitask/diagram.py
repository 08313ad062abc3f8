"""The multi-task networks as drawings: how many tasks and experts there are → where each part stands.

Coordinates are those of the player: 1000 wide, 620 high, y downwards. The input stands at the bottom, the predictions at
the top, as in Figure 1 of the MMoE paper. A part that survives a change of rung keeps its id, and with it its place;
`born` says what a new part grows out of: the bottom splits into experts, the second gate grows out of the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.multitask.ladder import LADDER
from pages.multitask.drawing import Builder
from pages.multitask.layered import Extraction, Layered
from pages.ui.player.network import Layout, Term


def layouts(
    tasks: int,
    experts: int,
    task_names: Sequence[str],
    words: Mapping[str, str],
    shared_layer: bool = False,
    single_task: bool = False,
    extraction: Extraction | None = None,
) -> dict[str, Layout]:
    """The layouts of Shared-Bottom, OMoE and MMoE, of separate networks when `single_task` is asked for, and of PLE of the shape
    that `extraction` gives.

    They draw `"{rung}.gates_mean"` (S, F, T, E) with its band, and place experts by `"{rung}.order"` (S, F, E). `words` are the
    parts' names; templates are expert {i}, and gate_of, mix, tower and output {task}.
    """
    build = Builder(tasks, experts, task_names, words, shared_layer)
    drawn = {}
    for name, rung in LADDER.items():
        if rung.model.own_experts:
            if extraction is not None:
                drawn[name] = Layered(extraction, task_names, words, shared_layer).layout(name)
        elif rung.model.gated:
            drawn[name] = build.mixture(name, gates=tasks if rung.model.gate_per_task else 1)
        elif rung.model.shares:
            drawn[name] = build.shared_bottom()
        elif single_task:
            drawn[name] = build.single_task()
    return drawn


def formulas(levels: int = 1) -> dict[str, tuple[Term, ...]]:
    """The equations under the diagram (MMoE paper, eq. 1, 5 and 6; of PLE with so many levels); each term lights the parts that
    compute it."""
    output, tower = Term("y", sub="k", lights=("y",)), Term("h", sub="k", lights=("tower",))
    total = Term("Σ", sub="i", lights=("mix",))
    expert = (Term("f", sub="i", lights=("expert",)), Term("(x)", lights=("x",)))

    def mixture(gate: Term) -> tuple[Term, ...]:
        return (output, Term(" = "), tower, Term("( "), total, gate, Term("(x) ", lights=("x",)), *expert, Term(" )"))

    return {
        "single_task": (output, Term(" = "), tower, Term("( "), Term("f", sub="k", lights=("bottom",)), Term("(x)", lights=("x",)), Term(" )")),
        "shared_bottom": (output, Term(" = "), tower, Term("( "), Term("f", lights=("bottom",)), Term("(x)", lights=("x",)), Term(" )")),
        "omoe": mixture(Term("g", sub="i", lights=("gate",))),
        "mmoe": mixture(Term("g", sub="i", sup="k", lights=("gate",))),
        "ple": _layered(levels),
    }  # fmt: skip


def _layered(levels: int) -> tuple[Term, ...]:
    """y_k = h_k(Σ g f) over the experts of task k and the shared ones; of x, or of what the level below makes of x."""
    head = Term("y", sub="k", lights=("y",)), Term(" = "), Term("h", sub="k", lights=("tower",)), Term("( ")
    total = Term("Σ", sub="i∈k,s", lights=("mix",))
    gate, expert = Term("g", sub="i", sup="k", lights=("gate",)), Term("f", sub="i", lights=("expert",))
    if levels == 1:
        x = Term("(x)", lights=("x",))
        return (*head, total, gate, x, Term(" "), expert, x, Term(" )"))
    below, shared = Term("(m", sup="k", lights=("lower_mix",)), Term("(m", sup="k | s", lights=("lower_mix",))
    made = (
        Term("m", sup="k", lights=("lower_mix",)), Term(" = Σ", sub="i∈k,s", lights=("lower_mix",)),
        Term("g′", sub="i", sup="k", lights=("lower_gate",)), Term("(x)", lights=("x",)), Term(" "),
        Term("f′", sub="i", lights=("lower_expert",)), Term("(x)", lights=("x",)),
    )  # fmt: skip
    return (*head, total, gate, below, Term(") "), expert, shared, Term(") ),   "), *made)
