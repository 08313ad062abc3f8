"""PLE's drawing in every shape: parts stand apart and inside, lines lead from part to part, and none to another task's expert."""

from __future__ import annotations

import itertools

import pytest

from pages.multitask import diagram
from pages.multitask.charts import part_words
from pages.multitask.layered import Extraction
from pages.ui.player.network import Layout, Node

NAMES = ("like", "favourite", "click", "share", "watch", "follow")
SHAPES = [
    (tasks, Extraction(shared, specific, levels), layer)
    for tasks, (shared, specific), levels, layer in itertools.product(
        (2, 3, 6), ((3, 2), (0, 1), (4, 0)), (1, 2), (False, True)
    )
]


def drawn(tasks: int, shape: Extraction, layer: bool) -> Layout:
    return diagram.layouts(tasks, 8, NAMES[:tasks], part_words(), layer, True, shape)["ple"]


def apart(one: Node, other: Node) -> bool:
    return abs(one.x - other.x) >= (one.w + other.w) / 2 or abs(one.y - other.y) >= (one.h + other.h) / 2


@pytest.mark.parametrize(("tasks", "shape", "layer"), SHAPES)
def test_parts_stand_apart_and_lines_have_ends(tasks: int, shape: Extraction, layer: bool) -> None:
    layout = drawn(tasks, shape, layer)
    nodes = {node.id: node for node in layout.nodes}
    assert len(nodes) == len(layout.nodes) and len({edge.id for edge in layout.edges}) == len(layout.edges)
    assert all(edge.source in nodes and edge.target in nodes for edge in layout.edges)
    for node in layout.nodes:
        assert node.w / 2 <= node.x <= 1000 - node.w / 2 and node.h / 2 <= node.y <= 620 - node.h / 2, node.id
    for one, other in itertools.combinations(layout.nodes, 2):
        assert apart(one, other), (one.id, other.id)
    fed = {edge.target for edge in layout.edges}
    assert set(nodes) - fed == {"x"}, "every part but the input gets something"


@pytest.mark.parametrize(("tasks", "shape", "layer"), SHAPES)
def test_a_task_is_led_to_its_own_experts_and_the_shared_ones(tasks: int, shape: Extraction, layer: bool) -> None:
    layout = drawn(tasks, shape, layer)
    everyone = tasks * shape.specific + shape.shared
    for kind, to in (("expert", "mix"), ("lower_expert", "lower_mix"))[: shape.levels]:
        for k in range(tasks):
            seen = {e.source for e in layout.edges if e.target == f"{to}:{k}" and e.source.startswith(f"{kind}:")}
            own = range(k * shape.specific, (k + 1) * shape.specific)
            assert seen == {f"{kind}:{i}" for i in (*own, *range(tasks * shape.specific, everyone))}
        colours = [node.colour for node in layout.nodes if node.id.startswith(f"{kind}:")]
        assert colours == [k for k in range(tasks) for _ in range(shape.specific)] + ["muted"] * shape.shared
    if shape.levels == 2 and shape.shared:
        seen = {e.source for e in layout.edges if e.target == f"lower_mix:{tasks}" and "expert" in e.source}
        assert len(seen) == everyone
