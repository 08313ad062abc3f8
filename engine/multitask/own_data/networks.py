"""A structure behind embeddings of a table's categories, and a network of its own for each task.

B rows · F numbers · C categories
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from engine.multitask.config import MultitaskConfig
from engine.multitask.models import RUNGS, SharedBottom, build, initialise
from engine.multitask.own_data.config import TableConfig
from engine.multitask.own_data.features import Encoding
from engine.multitask.structures.structure import Forward, Structure
from engine.runs.config import IntRange, setting
from engine.runs.seeds import generator


@dataclass(frozen=True, slots=True)
class Shape(MultitaskConfig):
    """A structure's shape for a table: 200 columns, some with embeddings, are wider than the synthetic inputs may be."""

    input_dim: int = setting(100, IntRange(6, 4_096))


def embedding_width(size: int) -> int:
    """About log2 of the number of categories, as Covington et al. suggest; at most 16."""
    return min(int(np.ceil(np.log2(size))) + 1, 16)


class WithEmbeddings(nn.Module):
    """An embedding for each category beside the numbers, then one of the structures. Columns whose embeddings are equally wide
    stand in one table, one behind the other: a lookup for each of 40 columns would take most of a step.

    numbers (B, F), ids (B, C) → the structure's Forward
    """

    def __init__(self, sizes: tuple[int, ...], structure: Structure, source: torch.Generator) -> None:
        super().__init__()
        wide = [embedding_width(size) for size in sizes]
        self.columns = [[c for c, w in enumerate(wide) if w == width] for width in sorted(set(wide))]
        self.begins = [torch.tensor(np.cumsum([0, *(sizes[c] for c in some[:-1])])) for some in self.columns]
        self.tables = nn.ModuleList(nn.Embedding(sum(sizes[c] for c in some), wide[some[0]]) for some in self.columns)
        self.structure = structure
        for weight in self.tables.parameters():
            nn.init.normal_(weight, std=0.02, generator=source)

    def forward(self, numbers: Tensor, ids: Tensor) -> Forward:
        """numbers (B, F), ids (B, C) → Forward."""
        embedded = [
            table(ids[:, some] + begin).flatten(1)
            for some, begin, table in zip(self.columns, self.begins, self.tables, strict=True)
        ]
        result: Forward = self.structure(torch.cat([numbers, *embedded], dim=-1))
        return result


class Separate(nn.Module):
    """Single-Task: a network with embeddings of its own for each task; they have nothing in common but the rows.

    numbers (B, F), ids (B, C) → the networks' Forwards side by side
    """

    def __init__(self, networks: Sequence[WithEmbeddings]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, numbers: Tensor, ids: Tensor) -> Forward:
        """numbers (B, F), ids (B, C) → Forward."""
        each: list[Forward] = [network(numbers, ids) for network in self.networks]
        whole = [one[:6] for one in each]  # of a network for one task there is no level below
        features, experts, gates, mixtures, towers, predictions = (
            torch.cat(p, dim=1) for p in zip(*whole, strict=True)
        )
        return Forward(features, experts, gates, mixtures, towers, predictions)


def shape_of(config: TableConfig, encoding: Encoding) -> tuple[MultitaskConfig, int]:
    """The structures' shape for a table, and how many zeros its numbers are padded with: a structure takes 6 at least."""
    width = encoding.width + sum(embedding_width(size) for size in encoding.sizes)
    shape = Shape(
        input_dim=max(width, 6), tasks=tuple("binary" if one.binary else "regression" for one in encoding.labels),
        num_experts=config.num_experts, shared_experts=config.shared_experts, specific_experts=config.specific_experts,
        extraction_levels=config.extraction_levels, expert_units=config.expert_units, tower_units=config.tower_units,
        bottom_units=config.bottom_units, tower_slope=config.tower_slope,
    )  # fmt: skip
    return shape, shape.input_dim - width


def network(shape: MultitaskConfig, sizes: tuple[int, ...], structure: str, seed: int) -> WithEmbeddings | Separate:
    """The structure behind embeddings of `sizes` categories, initialised; Single-Task shares not even those."""
    if RUNGS[structure].shares:
        model = initialise(build(shape, structure), shape, structure, seed)
        return WithEmbeddings(sizes, model, generator(seed, "embeddings"))
    own = []
    for k in range(shape.num_tasks):
        widths = shape.input_dim, shape.bottom_units, shape.tower_units
        bottom = SharedBottom(*widths, num_tasks=1, tower_slope=shape.tower_slope)
        initialise(bottom, shape, f"{structure} {k}", seed)
        own.append(WithEmbeddings(sizes, bottom, generator(seed, "embeddings", str(k))))
    return Separate(own)
