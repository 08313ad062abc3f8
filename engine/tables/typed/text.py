"""A column of text, each different text once: what is judged is judged on these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.runs.frame import Array

NOTHING = frozenset((
    "", "?", "-", "--", ".", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "\\n", "nat", "<na>", "缺失", "无",
    "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!",
))  # fmt: skip
"""What stands for a gap where numbers or times stand, in small letters."""


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """`different` texts, without blanks at their ends, and for each row (N,) the `place` of its own among them.

    as_written   different texts before blanks were taken off, empty ones not counted
    """

    different: pa.Array
    place: Array
    as_written: int

    def counts(self) -> Array:
        """How many rows hold each text."""
        return np.bincount(self.place, minlength=len(self.different))

    def of_rows(self, values: Array) -> Array:
        """A value for each different text → one for each row."""
        return values[self.place] if len(values) else np.zeros(0, values.dtype)

    def where(self, words: frozenset[str] = NOTHING) -> Array:
        """Which of the different texts are one of some words."""
        return np.asarray(pc.is_in(pc.utf8_lower(self.different), value_set=pa.array(sorted(words))))


def texts(cells: pa.ChunkedArray | pa.Array, trimmed: bool = True) -> Texts:
    """A column's different texts; a number or a moment is written out first, and a gap is an empty text. Where `trimmed` is
    False, blanks at the ends stay."""
    column = cells if isinstance(cells, pa.Array) else cells.combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    column = as_text(column)
    encoded = column.dictionary_encode()
    written = encoded.dictionary
    as_written = len(written) - int(pc.sum(pc.equal(written, "")).as_py() or 0)
    bare = (pc.utf8_trim_whitespace(written) if trimmed else written).dictionary_encode()
    place = np.asarray(bare.indices)[np.asarray(encoded.indices)] if len(written) else np.zeros(0, np.int64)
    return Texts(bare.dictionary, place.astype(np.int32), as_written)


def as_text(column: pa.Array) -> pa.Array:
    """Any column written out; whole numbers and truth values without a point."""
    if pa.types.is_null(column.type):
        return pa.array([""] * len(column), pa.string())
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        column = _whole_if_it_can(column).cast(pa.string())
    return pc.fill_null(column, "")


def _whole_if_it_can(column: pa.Array) -> pa.Array:
    """Floats that are whole, as a column of ids with a gap is saved, without their point."""
    if pa.types.is_floating(column.type):
        values = np.asarray(pc.fill_null(column, 0.0))
        if bool(np.all(np.mod(values, 1) == 0)) and bool(np.all(np.abs(values) < 2**53)):
            return column.cast(pa.int64())
    return column


def compact(numbers: Array, names: Sequence[str]) -> tuple[Array, tuple[str, ...]]:
    """Numbers (N,) into names → only the names that are used, in the order in which they come."""
    different, first, place = np.unique(numbers, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[place], tuple(names[n] for n in different[order])
