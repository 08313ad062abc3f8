"""A table as what the structures take: standardised numbers and category ids, split once for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from engine.errors import UserError
from engine.multitask.own_data.columns import feature_values, label_values
from engine.multitask.own_data.config import TableConfig
from engine.multitask.structures.structure import Forward, Structure
from engine.runs.frame import Array

TEST_SHARE, VALIDATION_SHARE = 0.3, 0.07
ALWAYS = 0.99
"""The share of a label's rows in which another one is true, from which on it may have gaps elsewhere."""
MOST_CATEGORIES = 5_000
FEWEST_OF_A_CATEGORY = 5
"""Training rows for an embedding of its own: rarer ones share id 0, which is thereby trained for those never seen."""


class Number(NamedTuple):
    """A column that is standardised: (x - mean) / spread, the mean where it is missing, and where there are `gaps` a further
    input that says so. A date counts in days from its earliest in the table, `begins`."""

    name: str
    mean: float
    spread: float
    gaps: bool
    begins: str = ""


class Category(NamedTuple):
    """A column of words, numbered from 1 in this order; 0 for a rare one, and for one never seen."""

    name: str
    words: tuple[str, ...]


class Label(NamedTuple):
    """What is predicted: (y - centre) / spread, or a logit."""

    name: str
    binary: bool
    centre: float
    spread: float


class Encoding(NamedTuple):
    """How a table's columns become what the structures take: all that the training rows decided."""

    numbers: tuple[Number, ...]
    categories: tuple[Category, ...]
    labels: tuple[Label, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Rows of each category's embedding."""
        return tuple(len(one.words) + 1 for one in self.categories)

    @property
    def width(self) -> int:
        """Numbers that enter, marks of gaps included."""
        return sum(1 + one.gaps for one in self.numbers)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """`N` rows, `F` numbers, `C` categories, `T` tasks.

    numbers (N, F) standardised with the training rows' statistics; ids (N, C); labels (N, T), the
    continuous ones standardised, nan where one is not known; scale (T,) turns their errors back into their own units
    """

    numbers: Tensor
    ids: Tensor
    labels: Tensor
    sizes: tuple[int, ...]
    binary: tuple[bool, ...]
    scale: Array
    train: Array
    validation: Array
    test: Array
    encoding: Encoding


def prepare(frame: pd.DataFrame, config: TableConfig) -> Prepared:
    """Check and encode. Raises UserError that names the column and the row."""
    both = set(config.labels) & set(config.features)
    if both:
        raise UserError(
            "Column {column} is both a label and a feature: a model would read the answer.", column=min(both)
        )
    found = _labels(frame, config.labels)
    train, validation, test = _split(len(frame), config)
    labels, scale, told = [], [], []
    for name, (values, binary) in zip(config.labels, found, strict=True):
        _refuse_one_value(name, values, train, test)
        centre, spread = (0.0, 1.0) if binary else (np.nanmean(values[train]), np.nanstd(values[train]))
        labels.append((values - centre) / spread)
        scale.append(spread)
        told.append(Label(name, binary, float(centre), float(spread)))
    numbers, ids, columns = _encode(frame, config, train)
    encoding = Encoding(*columns, tuple(told))
    return Prepared(
        torch.tensor(numbers, dtype=torch.float32), torch.tensor(ids), torch.tensor(np.stack(labels, 1), dtype=torch.float32),
        encoding.sizes, tuple(binary for _, binary in found), np.array(scale), train, validation, test, encoding,
    )  # fmt: skip


def _labels(frame: pd.DataFrame, names: Sequence[str]) -> list[tuple[Array, bool]]:
    """Each label and whether it is binary. One may have gaps where another one is false: bought, given clicked."""
    whole = {name: label_values(frame, name) for name in names if name in frame.columns and frame[name].notna().all()}
    found = []
    for name in names:
        if name in whole:
            found.append(whole[name])
            continue
        known = frame[name].notna().to_numpy(bool) if name in frame.columns else np.zeros(0, bool)
        inside = any(binary and known.any() and values[known].mean() >= ALWAYS for values, binary in whole.values())
        found.append(label_values(frame, name, gaps=inside))
    return found


def _refuse_one_value(name: str, values: Array, *parts: Array) -> None:
    """The last rows may hold what the first do not: then there is nothing to learn, or no AUC."""
    for rows in parts:
        there = values[rows][~np.isnan(values[rows])]
        if not len(there) or np.ptp(there) == 0:
            raise UserError("Label {column} has one value only in the training or the test rows.", column=name)


def _split(count: int, config: TableConfig) -> tuple[Array, Array, Array]:
    """Row numbers for training, validation and test: at random, or the last rows as the test."""
    order = np.arange(count) if config.split == "last rows" else np.random.default_rng(config.seed).permutation(count)
    test, validation = int(count * TEST_SHARE), int(count * VALIDATION_SHARE)
    return order[: count - test - validation], order[count - test - validation : count - test], order[count - test :]


Columns = tuple[tuple[Number, ...], tuple[Category, ...]]


def _encode(frame: pd.DataFrame, config: TableConfig, train: Array) -> tuple[Array, Array, Columns]:
    numbers: list[Array] = []  # float32 from the start: 300,000 rows of 100 columns
    ids: list[Array] = []
    standard: list[Number] = []
    categories: list[Category] = []
    for name in config.features:
        values, category = feature_values(frame, name)
        if category or name in config.categories:
            known = values.iloc[train].astype(str).where(values.iloc[train].notna(), "").value_counts()
            known = known[known >= FEWEST_OF_A_CATEGORY]
            words = tuple(str(word) for word in known.index[:MOST_CATEGORIES])
            index = {word: i + 1 for i, word in enumerate(words)}  # 0: rare, or never seen
            ids.append(values.astype(str).where(values.notna(), "").map(index).fillna(0).to_numpy(np.int64))
            categories.append(Category(name, words))
            continue
        column = values.to_numpy(np.float64)
        seen = column[train][~np.isnan(column[train])]
        if not len(seen):
            raise UserError("Column {column} is empty in every training row.", column=name)
        missing = np.isnan(column)
        column = np.where(missing, seen.mean(), column)
        spread = seen.std()  # 0 where only later rows differ: those must not become huge
        spread = spread if spread > 0 else 1.0
        numbers.append(((column - seen.mean()) / spread).astype(np.float32))
        begins = str(frame[name].min()) if pd.api.types.is_datetime64_any_dtype(frame[name]) else ""
        standard.append(Number(name, float(seen.mean()), float(spread), bool(missing.any()), begins))
        if missing.any():
            numbers.append(missing.astype(np.float32))  # that a value is missing may itself say something
    rows = len(frame)
    return (
        np.stack(numbers, 1) if numbers else np.zeros((rows, 0), np.float32),
        np.stack(ids, 1) if ids else np.zeros((rows, 0), np.int64),
        (tuple(standard), tuple(categories)),
    )


def embedding_width(size: int) -> int:
    """About log2 of the number of categories, as Covington et al. suggest; at most 16."""
    return min(int(np.ceil(np.log2(size))) + 1, 16)


class WithEmbeddings(nn.Module):
    """An embedding for each category beside the numbers, then one of the structures.

    numbers (B, F), ids (B, C) → the structure's Forward
    """

    def __init__(self, sizes: tuple[int, ...], structure: Structure, source: torch.Generator) -> None:
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(size, embedding_width(size)) for size in sizes)
        self.structure = structure
        for weight in self.tables.parameters():
            nn.init.normal_(weight, std=0.02, generator=source)

    def forward(self, numbers: Tensor, ids: Tensor) -> Forward:
        """numbers (B, F), ids (B, C) → Forward."""
        embedded = [table(ids[:, column]) for column, table in enumerate(self.tables)]
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
