"""What a page needs to know of a user's table: its columns, and how the possible labels correlate.

L columns that can be labels
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from engine.multitask.own_data.columns import Column, columns, numbers_of
from engine.runs.frame import Array
from engine.tables.beside import read_both
from engine.tables.opened import Opened
from engine.tables.told import told as decisions

AT_ONCE = 8_192
"""Rows that are held in double precision for all labels."""


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """A table without its values: how many rows, every column, and Pearson's r of any two possible labels (L, L).

    opened  how the file was read; likely  the labels that its names and values tell; offered  columns to predict them from
    roles   column → what its name and values tell that it is: label, feature, group, time, weight, score, "" for nothing
    times   columns that hold moments; first  rows of the first file, where there are two
    """

    rows: int
    columns: tuple[Column, ...]
    labels: tuple[str, ...]
    pearson: Array
    opened: Opened
    likely: tuple[str, ...]
    offered: tuple[str, ...]
    roles: Mapping[str, str] = field(default_factory=dict)
    times: tuple[str, ...] = ()
    first: int = 0

    def role(self, name: str) -> str:
        """The column that seems to have a role, "" for none."""
        return next((column for column, role in self.roles.items() if role == name), "")

    def correlation(self, one: str, other: str) -> float:
        """Pearson's r of two columns that can be labels."""
        return float(self.pearson[self.labels.index(one), self.labels.index(other)])


def summary(data: bytes, name: str, told: str = "") -> Summary:
    """Read a table. `told`: what was decided about it. Raises UserError where it cannot be."""
    table = read_both(data, decisions(told))
    known, roles = tuple(column for column in columns(table.frame) if column.name), table.labels.roles
    given = {
        name for name, label in table.labels.labels.items() if label.within
    }  # known only where another one is true
    labels = tuple(c.name for c in known if (c.can_be_label or c.name in given) and roles[c.name])
    likely = tuple(one for one in labels if roles[one] == "label")
    offered = tuple(column.name for column in known if roles[column.name] in ("feature", "group", "time"))
    times = tuple(name for name, column in table.labels.columns.items() if column.times is not None and name)
    given_roles = {column.name: roles[column.name] for column in known}
    return Summary(
        len(table.frame), known, labels, pearson(table.frame, labels), table.opened, likely, offered, given_roles, times,
        table.first,
    )  # fmt: skip


def pearson(frame: pd.DataFrame, names: tuple[str, ...]) -> Array:
    """r = Σ (a - ā)(b - b̄) / √(Σ (a - ā)² Σ (b - b̄)²) of any two columns (L, L), over the rows where both are finite.

    As `DataFrame.corr`, without all columns in double precision at once: sums over pieces of columns that are centred
    beforehand, so that nothing is lost where Σ ab - Σ a Σ b / n is taken.
    """
    count, ab, a, aa = (np.zeros((len(names), len(names))) for _ in range(4))
    with np.errstate(all="ignore"):
        centre = np.array([_centre(_numbers(frame[name])) for name in names])
        for begin in range(0, len(frame) if names else 0, AT_ONCE):
            part = frame.iloc[begin : begin + AT_ONCE]
            values = np.stack([_numbers(part[name]) for name in names], 1) - centre  # (rows, L)
            there = np.isfinite(values)
            values[~there] = 0.0
            weight = there.astype(np.float64)
            count += weight.T @ weight
            ab += values.T @ values
            a += values.T @ weight
            aa += (values**2).T @ weight
        spread = aa - a**2 / count
        return (ab - a * a.T / count) / np.sqrt(spread * spread.T)


def _centre(values: Array) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else 0.0


def _numbers(values: pd.Series[Any]) -> Array:
    if pd.api.types.is_datetime64_any_dtype(values):
        values = values.astype("int64")
    return numbers_of(values).to_numpy("float64", na_value=np.nan)
