"""A table as what the structures take: standardised numbers and category ids, split once for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from engine.errors import UserError
from engine.multitask.own_data.columns import LARGEST, feature_values, label_values
from engine.multitask.own_data.config import TableConfig
from engine.multitask.own_data.parts import column, groups_of, parts
from engine.runs.frame import Array

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

    weights (N,) are 1 on the average training row, None where every row counts the same; groups (N,) their numbers, None
    where no column names them; scores (N, T) of another model, as they stand in the file, nan for none; shift (T,) is by how
    much a logit is too large where positive rows count more in training
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
    weights: Array | None
    groups: Array | None
    scores: Array
    shift: Array


def prepare(frame: pd.DataFrame, config: TableConfig, first: int = 0) -> Prepared:
    """Check a table and encode it for training. `first` is how many rows are of the first file, where the test is a second.
    Raises UserError that names the column and the row."""
    found = _labels(frame, config.labels)
    train, validation, test = parts(frame, config, first)
    labels, scale, told = [], [], []
    for name, (values, binary) in zip(config.labels, found, strict=True):
        _refuse_one_value(name, values, train, test)
        centre, spread = (0.0, 1.0) if binary else (np.nanmean(values[train]), np.nanstd(values[train]))
        labels.append((values - centre) / spread)
        scale.append(spread)
        told.append(Label(name, binary, float(centre), float(spread)))
    numbers, ids, columns = _encode(frame, config, train)
    encoding = Encoding(*columns, tuple(told))
    shift = [np.log(config.of_label("positive_weights", k)) if one.binary else 0.0 for k, one in enumerate(told)]
    return Prepared(
        torch.tensor(numbers, dtype=torch.float32), torch.tensor(ids), torch.tensor(np.stack(labels, 1), dtype=torch.float32),
        encoding.sizes, tuple(binary for _, binary in found), np.array(scale), train, validation, test, encoding,
        _weights(frame, config.weight, (train, validation, test)), groups_of(frame, config.group) if config.group else None,
        _scores(frame, config, test), np.array(shift),
    )  # fmt: skip


def _weights(frame: pd.DataFrame, name: str, each: Sequence[Array]) -> Array | None:
    """How much each row counts, 1 on the average training row."""
    if not name:
        return None
    values = column(frame, name)
    if not pd.api.types.is_numeric_dtype(values):
        raise UserError("Weight {column} is not a column of numbers.", column=name[:80])
    weights = values.to_numpy("float64", na_value=np.nan)
    bad = np.flatnonzero(~((weights >= 0) & (weights <= LARGEST)))
    if len(bad):
        raise UserError("Weight {column} is missing or below 0 in row {row}.", column=name[:80], row=int(bad[0]) + 1)
    if any(not weights[rows].sum() > 0 for rows in each):
        raise UserError("Weight {column} is 0 in every training, validation or test row.", column=name[:80])
    return np.asarray(weights / weights[each[0]].mean())


def _scores(frame: pd.DataFrame, config: TableConfig, test: Array) -> Array:
    """Scores (N, T) of another model; a test row without one would make it another test."""
    scores = np.full((len(frame), len(config.labels)), np.nan)
    for k, name in enumerate(config.scores):
        if not name:
            continue
        values = column(frame, name)
        if not pd.api.types.is_numeric_dtype(values):
            raise UserError("Score {column} is not a column of numbers.", column=name[:80])
        scores[:, k] = values.to_numpy("float64", na_value=np.nan)
        bad = test[~np.isfinite(scores[test, k])]
        if len(bad):
            raise UserError("Score {column} is missing in row {row}, one of the test rows: every model is judged on the same.", column=name[:80], row=int(bad.min()) + 1)  # fmt: skip
    return scores


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
