"""Columns of a user's table: what each can serve as, and its values as a label or a feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.errors import UserError
from engine.runs.frame import Array
from engine.tables.roles.words import positive_of

LARGEST = 1e30
"""Beyond it a sum of squares is no longer a number in float32."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds and may be used as.

    kind  "binary", "number", "category" or "unusable"; a binary or a number can be a label
    """

    name: str
    kind: str
    distinct: int
    missing: int

    @property
    def can_be_label(self) -> bool:
        return self.kind in ("binary", "number") and not self.missing

    @property
    def can_be_feature(self) -> bool:
        return self.kind != "unusable"


def columns(frame: pd.DataFrame) -> tuple[Column, ...]:
    """Every column with what it can serve as."""
    return tuple(_column(frame[name]) for name in frame.columns)


def _column(values: pd.Series[Any]) -> Column:
    missing = int(values.isna().sum())
    try:
        distinct = int(values.nunique())
    except TypeError:  # lists and dictionaries do not hash
        return Column(str(values.name), "unusable", 0, missing)
    if distinct < 2:
        kind = "unusable"
    elif pd.api.types.is_bool_dtype(values) or (pd.api.types.is_numeric_dtype(values) and distinct == 2):
        kind = "binary"
    elif _yes(values) is not None:
        kind = "binary"
    elif pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        kind = "number"
    else:
        kind = "category"
    return Column(str(values.name), kind, distinct, missing)


def _yes(values: pd.Series[Any]) -> str | None:
    """Of two words the one that says yes; None where a column holds numbers, or other words."""
    if not pd.api.types.is_string_dtype(values):
        return None
    return positive_of([str(word) for word in values.dropna().unique()[:3]])


def numbers_of(values: pd.Series[Any]) -> pd.Series[Any]:
    """Two words that say yes and no as 1 and 0; any other column as it is."""
    yes = _yes(values)
    return values if yes is None else (values == yes).astype("float64").mask(values.isna())


def label_values(frame: pd.DataFrame, name: str, gaps: bool = False) -> tuple[Array, bool]:
    """A label as numbers (N,) and whether it is binary (then 0 and 1). Where `gaps` may be, they are nan.

    Raises UserError that names the column and, where there is one, the first row that cannot be used.
    """
    values = numbers_of(_existing(frame, name))
    if not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)):
        missing = _first(values.isna())
        if missing:
            raise UserError("Label {column} is missing or not finite in row {row}.", column=name, row=missing)
        row = _first(pd.to_numeric(values.astype(str), errors="coerce").isna()) or 1  # digits may be words too
        raise UserError(
            "Label {column} is not a number: row {row} holds “{value}”.",
            column=name, row=row, value=str(values.iloc[row - 1])[:40],
        )  # fmt: skip
    numbers = values.to_numpy("float64", na_value=np.nan)
    missing = np.isnan(numbers)
    bad = _first(~(np.abs(numbers) <= LARGEST) & ~(missing & gaps))
    if bad:
        raise UserError("Label {column} is missing or not finite in row {row}.", column=name, row=bad)
    distinct = np.unique(numbers[~missing])
    if len(distinct) < 2:
        raise UserError("Label {column} has one value only: there is nothing to learn.", column=name)
    if len(distinct) > 2:
        return numbers, False
    binary = np.where(missing, np.nan, (numbers == distinct[1]).astype(np.float64))
    rarer = int(min(np.nansum(binary), (~missing).sum() - np.nansum(binary)))
    if rarer < 20:
        raise UserError(
            "Label {column} has only {count} rows of its rarer class; 20 are needed.", column=name, count=rarer
        )
    return binary, True


def feature_values(frame: pd.DataFrame, name: str) -> tuple[pd.Series[Any], bool]:
    """A feature and whether it is a category. Dates become days. Raises UserError naming column and row."""
    values = _existing(frame, name)
    kind = _column(values).kind
    if kind == "unusable":
        raise UserError("Column {column} cannot be a feature: it holds one value only, or lists.", column=name)
    if kind == "category":
        return values, True
    values = numbers_of(values)
    if pd.api.types.is_datetime64_any_dtype(values):
        values = (values - values.min()) / pd.Timedelta(days=1)
    numbers = values.astype("float64")
    bad = _first(np.abs(numbers.to_numpy()) > LARGEST)
    if bad:
        raise UserError("Column {column} is not finite in row {row}.", column=name, row=bad)
    return numbers, False


def _existing(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name not in frame.columns:
        raise UserError("There is no column {column} in the table.", column=name[:80])
    return frame[name]


def _first(marks: object) -> int:
    """1-based number of the first marked row, 0 for none."""
    found = np.flatnonzero(np.asarray(marks))
    return int(found[0]) + 1 if len(found) else 0
