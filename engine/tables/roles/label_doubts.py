"""What in a table tells a label away: copies, gaps, a single feature, what is known only afterwards.

N rows · F columns
"""

from __future__ import annotations

import numpy as np

from engine.runs.frame import Array
from engine.tables.names import AFTERWARDS, plain, says_label
from engine.tables.notes import Note, note
from engine.tables.roles.labels import Label, LabelTable
from engine.tables.typed.columns import Column

TELLS = 0.95
"""The AUC of one column alone from which on it is named."""
LOOKED_AT = 60_000
"""Rows by which an AUC is judged."""
FOLDS = 2
FEWEST = 20
"""Rows of the rarer class that a label needs."""


def doubts(table: LabelTable) -> tuple[Note, ...]:
    """In the order of what matters most."""
    labels = [table.labels[name] for name, role in table.roles.items() if role == "label" and name in table.labels]
    notes: list[Note] = []
    for label in labels:
        known = ~np.isnan(label.values)
        rarer = int(min(np.nansum(label.values), known.sum() - np.nansum(label.values)))
        if rarer < FEWEST:
            notes.append(note("Label {column} has only {count} rows of its rarer class; 20 are needed.", column=label.name[:80], count=rarer))  # fmt: skip
    notes += _copies(table, labels)
    copied = {one.values.get("column", "") for one in notes}
    later: set[str] = set()
    for label in labels:
        if label.within == "" and 0 < np.nanmean(label.values) < 1:
            notes += _telling(table, label, copied, later)
    return tuple(notes)


def _copies(table: LabelTable, labels: list[Label]) -> list[Note]:
    """Columns that hold the same as a label in every row, or its opposite."""
    notes, said = [], set()
    for label in labels:
        known = ~np.isnan(label.values)
        for other in table.labels.values():
            if other.name == label.name or (label.name, other.name) in said or np.isnan(other.values[known]).any():
                continue
            agree = float((other.values[known] == label.values[known]).mean()) if known.any() else 0.5
            if agree in (0.0, 1.0):
                said |= {(label.name, other.name), (other.name, label.name)}
                first, second = sorted((label.name, other.name), key=lambda name: _suspicion(name, table))
                notes.append(note("Column {column} is a copy of {other}: the same in every row. Leave one out.", column=second[:80], other=first[:80]))  # fmt: skip
    return notes


def _suspicion(name: str, table: LabelTable) -> tuple[int, int]:
    """A copy stands behind, or says so."""
    return ("copy" in plain(name), list(table.columns).index(name))


def _telling(table: LabelTable, label: Label, copied: set[str], later: set[str]) -> list[Note]:
    """`later` names the columns of which it was said that they are known only afterwards."""
    notes = []
    rows = _some(np.flatnonzero(~np.isnan(label.values)))
    truth = label.values[rows] > 0.5
    for name, column in table.columns.items():
        if name in table.labels and table.roles[name] == "label" or name in copied or table.roles[name] == "":
            continue
        gaps = column.missing[rows]
        by_gap = auc(gaps.astype(np.float64), truth) if gaps.any() and not gaps.all() else 0.5
        by_value = _alone(column, rows, truth)
        afterwards = plain(name) in AFTERWARDS or plain(name).removesuffix("ms") in AFTERWARDS
        if max(by_gap, 1 - by_gap) > TELLS:
            notes.append(note("The gaps of {column} tell {label}: AUC {auc} by them alone.", column=name[:80], label=label.name[:80], auc=f"{max(by_gap, 1 - by_gap):.3f}"))  # fmt: skip
        elif by_value > TELLS:
            notes.append(note("{column} alone tells {label}: AUC {auc}. Is it known before?", column=name[:80], label=label.name[:80], auc=f"{by_value:.3f}"))  # fmt: skip
        elif afterwards and says_label(label.name) and name not in later:
            later.add(name)
            notes.append(note("{column} is known only after {label}: leave it out of the features.", column=name[:80], label=label.name[:80]))  # fmt: skip
    return notes


def _some(rows: Array) -> Array:
    return rows if len(rows) <= LOOKED_AT else rows[np.linspace(0, len(rows) - 1, LOOKED_AT).astype(np.int64)]


def _alone(column: Column, rows: Array, truth: Array) -> float:
    """The AUC of one column: of its numbers in either order, of its words by the share of positives that each has in the
    other half of the rows."""
    values = None
    if column.numbers is not None:
        values = column.numbers.values[rows]
    elif column.times is not None:
        values = column.times.moments[rows].astype(np.float64)
    if values is not None:
        found = auc(np.where(np.isnan(values), -np.inf, values), truth)
        return max(found, 1 - found)
    words = column.texts.place[rows]
    fold = np.arange(len(rows)) % FOLDS
    score = np.zeros(len(rows))
    for n in range(FOLDS):
        learnt = fold != n
        size = np.bincount(words[learnt], minlength=words.max(initial=0) + 1)
        hits = np.bincount(words[learnt], truth[learnt], minlength=len(size))
        score[~learnt] = ((hits + truth.mean()) / (size + 1.0))[words[~learnt]]
    return auc(score, truth)


def auc(score: Array, truth: Array) -> float:
    """The share of pairs of a positive and a negative that a score (N,) puts in order, ties as half; ½ without either."""
    up = int(truth.sum())
    down = len(truth) - up
    if not up or not down:
        return 0.5
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2.0
    return float((rank[place][truth].sum() - up * (up + 1) / 2.0) / (up * down))
