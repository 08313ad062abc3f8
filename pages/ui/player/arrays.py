"""The numbers of a stage, and the names by which its parts refer to them.

A name is a type: whoever describes a part says `Ref("gates")`, and `refs` finds it whatever the field is called.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, NewType, get_args, get_type_hints

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32] | npt.NDArray[np.uint8]


class Quantised:
    """An array that is only drawn, never printed: it travels as bytes, 0..255 standing for `low`..`high`."""

    def __init__(self, array: npt.NDArray[Any], low: float, high: float) -> None:
        level = (np.nan_to_num(array, nan=low) - low) / (high - low)
        self.bytes: npt.NDArray[np.uint8] = np.round(255 * np.clip(level, 0, 1)).astype(np.uint8)
        self.low, self.high = low, high

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array itself."""
        return self.bytes.shape

    @property
    def ndim(self) -> int:
        """The array's number of axes."""
        return self.bytes.ndim


Arrays = Mapping[str, Array | Quantised]
"""What a stage carries, by name: each (S, F, …), where a leading axis of length 1 holds for every index."""

Ref = NewType("Ref", str)
"""The name of an array of the stage."""


def refs(described: object) -> Iterator[Ref]:
    """Every array that a description names: a dataclass whose fields are refs, mappings or tuples of them, or dataclasses
    in turn. Found by the fields' annotations, for at run time a ref is a string like any other."""
    if is_dataclass(described) and not isinstance(described, type):
        for name, hint in _hints(type(described)).items():
            yield from _held(getattr(described, name), hint)


def _held(value: object, hint: object) -> Iterator[Ref]:
    """The refs in the value of a field with this annotation."""
    if isinstance(value, str):
        if hint is Ref or Ref in get_args(hint):  # alone, or `Ref | None`
            yield Ref(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _held(item, get_args(hint)[-1])
    elif isinstance(value, tuple):
        for item in value:
            yield from _held(item, get_args(hint)[0])
    else:
        yield from refs(value)


@functools.cache
def _hints(described: type) -> dict[str, Any]:
    """The annotation of each field of a dataclass."""
    hints = get_type_hints(described)
    return {field.name: hints[field.name] for field in fields(described)}
