"""A table as labels and features: which columns can be predicted, from which others, and what tells the answer away.

N rows that are used
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from engine.errors import UserError
from engine.runs.frame import Array
from engine.tables.names import ROW_NUMBERS, TABLE, describes, plain, recognised, says_label
from engine.tables.notes import LeftOut, Note, note
from engine.tables.roles.words import positive_of
from engine.tables.typed.columns import Column, column_of, decimal_of
from engine.tables.typed.totals import without_totals, without_units
from engine.tables.written.cells import Written

ONCE = 0.95
"""The share of rows in which an id is another one, from which on it names the row."""
FEWEST = 2
"""Labels that multi-task learning needs."""
RULED_OUT = 0.99
"""The share of a label's rows in which another label is true, from which on it is known only there."""


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """A column with two values: `values` (N,) 1, 0, and nan where it is not known; `positive` is what counts as 1; `within`
    names the label that is true wherever this one is known."""

    name: str
    values: Array
    positive: str
    within: str = ""

    @property
    def positives(self) -> int:
        """Rows of the positive class."""
        return int(np.nansum(self.values))


@dataclass(frozen=True, slots=True, eq=False)
class LabelTable:
    """A table's columns, by name, what can be a label, and the roles: column → role, "" for one that is left out.

    number (N,) of each row in the file, from 1
    """

    columns: Mapping[str, Column]
    labels: Mapping[str, Label]
    roles: Mapping[str, str]
    number: Array
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Note, ...] = ()


def read_labels(
    written: Written, told: Mapping[str, str | Sequence[str]] | None = None, day_first: bool | None = None, decimal: str = "",
) -> LabelTable:  # fmt: skip
    """The labels and features of a table. `told`: role → column or columns that somebody chose."""
    decimal = decimal or decimal_of(written)
    written = without_totals(without_units(written), decimal)
    columns = {name: column_of(written, name, decimal, day_first=day_first) for name in written.names}
    chosen = {
        name: role for role, names in (told or {}).items() for name in ([names] if isinstance(names, str) else names)
    }
    for name in chosen:
        if name not in columns:
            raise UserError("There is no column {column} in the table.", column=name[:80])
    possible = {name: label for name, column in columns.items() if (label := label_of(column)) is not None}
    possible = _within(possible)
    numbered = [name for name, column in columns.items() if is_row_number(column)]
    roles = _roles(columns, possible, numbered, chosen)
    notes = [*written.notes, *(one for column in columns.values() for one in column.notes)]
    notes += [note("Column {column} numbers the rows: it is left out.", column=name[:80] or "1") for name in numbered if name not in chosen]  # fmt: skip
    for label in possible.values():
        if label.within and roles[label.name] == "label":
            notes.append(note("{column} is known only where {other} is true: a label over these {rows} rows alone, and its gaps tell {other}.", column=label.name[:80], other=label.within[:80], rows=f"{int((~np.isnan(label.values)).sum()):,}"))  # fmt: skip
    return LabelTable(columns, possible, roles, written.number, written.left_out, tuple(notes))


def label_of(column: Column) -> Label | None:
    """A column of two values as a label: 1 and 0, two words of which one says yes, else the rarer of two words."""
    held = column.texts
    gaps = held.where() if column.type == "number" else held.where(frozenset(("",)))
    there = np.flatnonzero(~gaps)
    values = [str(one) for one in held.different.take(pa.array(there)).to_pylist()]
    if column.numbers is not None:
        numbers = np.unique(column.numbers.values[~np.isnan(column.numbers.values)])
        if len(numbers) != 2:
            return None
        return Label(
            column.name, np.where(column.missing, np.nan, column.numbers.values == numbers[1]), f"{numbers[1]:g}"
        )
    if column.type in ("time", "text") or len(values) != 2:
        return None
    counts = held.counts()[there]
    positive = positive_of(values) or values[int(counts[1] <= counts[0])]
    marks = np.full(len(gaps), np.nan)
    marks[there] = [value == positive for value in values]
    return Label(column.name, held.of_rows(marks), positive)


def says_yes(label: Label, column: Column) -> bool:
    """Whether its two values say yes and no, and not, for instance, two towns."""
    values = [str(one) for one in column.texts.different.to_pylist() if one]
    if column.numbers is not None:
        return set(np.unique(column.numbers.values[~column.missing])) in ({0.0, 1.0}, {-1.0, 1.0})
    return positive_of(values) is not None


def _within(labels: Mapping[str, Label]) -> dict[str, Label]:
    """Labels with gaps, each with the label that is true where it is known."""
    found = {}
    for name, label in labels.items():
        known = ~np.isnan(label.values)
        outer = ""
        if not known.all() and known.any():
            for other in labels.values():
                if other.name != name and not np.isnan(other.values).any():
                    inside, outside = other.values[known].mean(), other.values[~known].mean()
                    if inside >= RULED_OUT and outside < 0.5:
                        outer = other.name
                        break
        found[name] = Label(name, label.values, label.positive, outer)
    return found


def is_row_number(column: Column) -> bool:
    """Whether a column counts the rows: whole numbers in order, one apart; or named so, each once."""
    if column.numbers is None and column.type != "id" or column.missing.any() or column.distinct != len(column.missing):
        return False
    whole = column.numbers.whole() if column.numbers is not None else None
    if whole is None:
        return False
    steps = np.diff(whole)
    if len(steps) and bool((steps == 1).all()) and whole[0] in (0, 1):
        return True
    return plain(column.name) in ROW_NUMBERS and int(whole.max() - whole.min()) == len(whole) - 1


def _roles(
    columns: Mapping[str, Column], labels: Mapping[str, Label], numbered: Sequence[str], chosen: Mapping[str, str]
) -> dict[str, str]:
    """Column → label, feature, group, time, weight, score, or "" for one that is left out."""
    named = {name: role for role, name in recognised(columns, TABLE).items()}
    likely = [name for name, label in labels.items() if says_label(name) and name not in numbered]
    if len(likely) < FEWEST:
        told = [name for name, label in labels.items() if name not in likely and says_yes(label, columns[name])]
        told = [name for name in told if not describes(name) and not np.isnan(labels[name].values).any()]
        likely += [name for name in told if name not in numbered]
    last = list(columns)[-1] if columns else ""
    if not likely and last in labels:
        likely = [last]
    roles = {}
    for name, column in columns.items():
        role = chosen.get(name, "")
        if not role and name in numbered:
            roles[name] = ""
            continue
        if not role and "label" not in chosen.values() and name in likely:
            role = "label"
        if not role:
            role = _named_role(named.get(name, ""), column, columns)
        roles[name] = role or ("feature" if _varies(column) else "")
    return roles


def _varies(column: Column) -> bool:
    """Whether a column can say something of a row: more than one value, no text, no name that stands there once."""
    once = column.type == "id" and column.distinct > ONCE * len(column.missing)
    return column.distinct > 1 and column.type != "text" and not once


def _named_role(role: str, column: Column, columns: Mapping[str, Column]) -> str:
    """A role by name, where what the column holds fits."""
    fits = {
        "group": column.type in ("id", "category", "number") and column.distinct > 1,
        "time": column.type == "time" and (column.times is None or not column.times.order_only),
        "weight": column.type == "number" and says_weight(column),
        "score": column.type == "number" and column.distinct > 2,
    }
    return role if fits.get(role, False) else ""


def says_weight(column: Column) -> bool:
    """Whether all numbers may be weights: none below 0."""
    values = column.numbers.values if column.numbers is not None else np.zeros(0)
    return bool(len(values) and not np.isnan(values).any() and values.min() >= 0)
