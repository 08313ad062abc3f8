"""A structure that was compared on a viewer's table, ready to leave: a row's values in, each label's prediction out.

B rows · F numbers · C categories · T labels · E experts
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from scipy.special import expit
from torch import Tensor, nn

from engine.carried import Carried, Graph
from engine.errors import UserError
from engine.multitask.ladder import TITLES
from engine.multitask.own_data.config import TableConfig
from engine.multitask.own_data.features import Category, Encoding, Label, Number
from engine.multitask.own_data.networks import Separate, WithEmbeddings, network, shape_of
from engine.multitask.own_data.plain import PLAIN
from engine.runs.frame import Array, Frame
from engine.runs.restore import loaded, state_of
from engine.runs.seeds import generator

SIZES = (5, 1, 33)
"""Rows of what is tried."""
OUTPUTS = ("predictions", "gates")


@dataclass(frozen=True, slots=True, eq=False)
class OpenedTable:
    """What a comparison ended with: the last of its frames. UserError where that keeps no parameters."""

    config: TableConfig
    frame: Frame

    @property
    def encoding(self) -> Encoding:
        """How the columns were read."""
        written = self.frame.parameters.get("encoding")
        if written is None:
            raise UserError("This comparison is of an older version and keeps no parameters: compare again.")
        return encoding_of(written.tobytes().decode())

    def model(self, structure: str) -> WithEmbeddings | Separate:
        """The first seed's, of its best epoch."""
        return loaded(built(self.config, structure, self.encoding), state_of(self.frame, structure))


def predicted(opened: OpenedTable) -> pd.DataFrame:
    """The test rows, each once: its number in the table from 1, its labels, and every structure's prediction of each by the
    first seed, as numbers of the table; of a binary label 0 or 1, and the probability of the larger value."""
    kept, labels = opened.frame.parameters, opened.encoding.labels
    columns: dict[str, Array] = {"row": kept["test"] + 1}
    for k, one in enumerate(labels):
        columns[one.name] = kept["labels"][:, k] * one.spread + one.centre
    for name in (*opened.config.structures, *(plain for plain in PLAIN if f"predictions.{plain}" in kept)):
        for k, one in enumerate(labels):
            y = kept[f"predictions.{name}"][:, k].astype(np.float64)
            columns[f"{one.name}: {TITLES.get(name, name)}"] = expit(y) if one.binary else y * one.spread + one.centre
    for k, (one, score) in enumerate(zip(labels, opened.config.scores, strict=False)):
        if score:
            columns[f"{one.name}: {score}"] = kept["scores"][:, k]
    return pd.DataFrame(columns).sort_values("row", ignore_index=True)


def encoding_of(text: str) -> Encoding:
    """The encoding that a comparison wrote as JSON."""
    numbers, categories, labels = json.loads(text)
    words = tuple(Category(name, tuple(known)) for name, known in categories)
    return Encoding(tuple(Number(*one) for one in numbers), words, tuple(Label(*one) for one in labels))


def built(config: TableConfig, structure: str, encoding: Encoding) -> WithEmbeddings | Separate:
    """The network in the table's shape."""
    return network(shape_of(config, encoding)[0], encoding.sizes, structure, config.seed)


class FromValues(nn.Module):
    """A row as it stands in the table → predictions (B, T) as numbers of the table, of a binary label the probability of
    the larger value; gates (B, T, E)."""

    def __init__(self, model: nn.Module, encoding: Encoding, padding: int) -> None:
        super().__init__()
        self.model, self.padding = model, padding
        numbers, labels = encoding.numbers, encoding.labels
        self.mean, self.spread, self.centre, self.scale = (
            torch.tensor(values, dtype=torch.float64)
            for values in (
                [one.mean for one in numbers], [one.spread for one in numbers],
                [one.centre for one in labels], [one.spread for one in labels],
            )
        )  # fmt: skip
        self.binary = torch.tensor([one.binary for one in labels])
        places = [(n, len(numbers) + n)[: 1 + one.gaps] for n, one in enumerate(numbers)]
        self.order = torch.tensor([place for some in places for place in some], dtype=torch.long)

    def forward(self, values: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
        """values (B, F) in double precision, nan where one is missing; ids (B, C)."""
        missing = values.isnan()
        standard = (torch.where(missing, self.mean, values) - self.mean) / self.spread
        entered = torch.cat((standard, missing.to(values.dtype)), 1)[
            :, self.order
        ].float()  # each mark behind its number
        found = self.model(nn.functional.pad(entered, (0, self.padding)), ids)
        y = found.predictions
        return torch.where(self.binary, y.sigmoid(), y * self.scale.float() + self.centre.float()), found.gates


def carry(opened: OpenedTable, structure: str) -> Carried:
    """One of the structures that were compared, with how its columns were read."""
    model, encoding = opened.model(structure), opened.encoding
    padding = shape_of(opened.config, encoding)[1]
    notes = {"encoding": json.dumps(encoding, ensure_ascii=False)}
    return Carried(model, lambda: graph(model, encoding, padding), notes=notes)


def graph(model: WithEmbeddings | Separate, encoding: Encoding, padding: int) -> Graph:
    """values (rows, F) and ids (rows, C) → predictions (rows, T), gates (rows, T, E)."""
    whole, source = FromValues(model, encoding, padding), generator(0, "taken")

    def drawn(rows: int) -> tuple[Tensor, Tensor]:
        """Values as they lie in the table, some of them missing."""
        standard = torch.randn(rows, len(encoding.numbers), generator=source, dtype=torch.float64)
        gaps = torch.tensor([one.gaps for one in encoding.numbers], dtype=torch.bool)
        gone = (torch.rand(standard.shape, generator=source) < 0.2) & gaps
        values = (standard * whole.spread + whole.mean).masked_fill(gone, torch.nan)
        ids = [torch.randint(size, (rows, 1), generator=source) for size in encoding.sizes]
        return values, torch.cat(ids, 1) if ids else torch.zeros(rows, 0, dtype=torch.long)

    axes = {"values": ("rows", ""), "ids": ("rows", "")}
    return Graph(whole, whole, axes, OUTPUTS, tuple(drawn(rows) for rows in SIZES), _about(encoding))


def _about(encoding: Encoding) -> str:
    values, ids, labels = ([one.name for one in part] for part in encoding)
    return (
        f"values (rows, {len(values)}), double: {', '.join(values) or 'none'}; nan where one is missing, a date in days from "
        f"the table's earliest. ids (rows, {len(ids)}): of each category ({', '.join(ids) or 'none'}) the place of its word in "
        f"the note “encoding”, from 1; 0 for any other. predictions (rows, {len(labels)}): {', '.join(labels)}, as numbers of "
        "the table; of a binary label the probability of the larger value. gates (rows, labels, experts): the weight of each "
        "expert for each label."
    )


def shaped(config: TableConfig, structure: str, notes: Mapping[str, str]) -> nn.Module:
    """The network of a config and of the note that tells how its columns were read."""
    return built(config, structure, encoding_of(notes["encoding"]))
