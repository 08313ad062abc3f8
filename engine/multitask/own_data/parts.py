"""Training, validation and test rows of a table: at random, by place, by time, by group, or by file.

N rows
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from engine.errors import UserError
from engine.multitask.own_data.config import TableConfig
from engine.runs.frame import Array

TEST_SHARE, VALIDATION_SHARE = 0.3, 0.1
"""Of all rows; where the test is a second file, validation is the second share of the first."""
FEWEST_GROUPS = 20
"""By which a table can be split: of fewer, one group would be most of a part."""


class Parts(NamedTuple):
    """Row numbers, from 0. Training fits, validation chooses, and the test is read once, by what was chosen."""

    train: Array
    validation: Array
    test: Array


def parts(frame: pd.DataFrame, config: TableConfig, first: int = 0) -> Parts:
    """The rows of each part. `first` is how many rows are of the first file where there are two. Raises UserError where the
    column that was chosen cannot split them."""
    count, source = len(frame), np.random.default_rng(config.seed)
    if config.split == "second file":
        if not 0 < first < count:
            raise UserError("The test rows are those of a second file, and there is none. Choose it again.")
        kept = Parts(*_cut(_in_groups(frame[: first], config.group, source), first, 0.0)) if config.group else None  # fmt: skip
        kept = kept or Parts(*_at(source.permutation(first), first, 0.0))
        return Parts(kept.train, kept.validation, np.arange(first, count))
    makers: dict[str, Callable[[], tuple[Array, Array, Array]]] = {
        "random": lambda: _at(source.permutation(count), count, TEST_SHARE),
        "last rows": lambda: _at(np.arange(count), count, TEST_SHARE),
        "time": lambda: _cut(_in_time(frame, config.time), count, TEST_SHARE),
        "group": lambda: _cut(_in_groups(frame, config.group, source), count, TEST_SHARE),
    }
    return Parts(*makers[config.split]())


def _at(order: Array, count: int, share: float) -> tuple[Array, Array, Array]:
    """An order of the rows, cut where the shares are full."""
    test, validation = int(count * share), int(count * VALIDATION_SHARE)
    return order[: count - test - validation], order[count - test - validation : count - test], order[count - test :]


Ordered = tuple[Array, Array]
"""Rows in an order, and a number for each that is equal within what must stay together."""


def _cut(ordered: Ordered, count: int, share: float) -> tuple[Array, Array, Array]:
    """The same, each cut moved to the nearest place where nothing is torn apart."""
    order, together = ordered
    starts = np.flatnonzero(np.diff(together)) + 1
    if len(starts) < 2:
        raise UserError("The column by which the test rows are taken has too few values to split the table.")
    rows = len(order)
    wanted = rows * (1 - share), rows * (1 - share) - rows * VALIDATION_SHARE
    end = int(starts[np.argmin(np.abs(starts - wanted[0]))]) if share else rows
    inside = starts[starts < end]
    if not len(inside):
        raise UserError("The column by which the test rows are taken has too few values to split the table.")
    begin = int(inside[np.argmin(np.abs(inside - wanted[1]))])
    return order[:begin], order[begin:end], order[end:]


def _in_time(frame: pd.DataFrame, name: str) -> Ordered:
    """Rows from the earliest to the latest; those without a time are of no part."""
    values = column(frame, name)
    if not (pd.api.types.is_datetime64_any_dtype(values) or pd.api.types.is_numeric_dtype(values)):
        raise UserError("Column {column} holds no times.", column=name[:80])
    known = np.flatnonzero(values.notna().to_numpy())
    moments = values.iloc[known].to_numpy()
    order = np.argsort(moments, kind="stable")
    together = np.concatenate(([0], np.cumsum(moments[order][1:] != moments[order][:-1])))
    return known[order], together


def _in_groups(frame: pd.DataFrame, name: str, source: np.random.Generator) -> Ordered:
    """Groups in an order that is drawn, their rows together; a row without a group is one by itself."""
    codes = groups_of(frame, name)
    count = int(codes.max()) + 1
    if count < FEWEST_GROUPS:
        raise UserError("Column {column} has {count} groups; {least} are needed to split by it.", column=name[:80], count=count, least=FEWEST_GROUPS)  # fmt: skip
    place = source.permutation(count)[codes]
    order = np.argsort(place, kind="stable")
    return order, place[order]


def groups_of(frame: pd.DataFrame, name: str) -> Array:
    """Each row's group as a number (N,) from 0; a row without one has its own."""
    codes, known = pd.factorize(column(frame, name))
    gaps = codes < 0
    return np.where(gaps, len(known) + np.cumsum(gaps) - 1, codes).astype(np.int64)


def column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """A column by its name. Raises UserError where there is none."""
    if name not in frame.columns:
        raise UserError("There is no column {column} in the table.", column=name[:80])
    return frame[name]
