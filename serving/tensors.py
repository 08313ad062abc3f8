"""Tensors of a request, held against what a model takes: every error says which tensor, what was wanted and what came.

Both protocols end here: the rows of TensorFlow Serving's `instances`, its columns `inputs`, and the tensors of Open Inference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.features import Array

TYPES: dict[str, Any] = {
    "INT64": np.int64, "INT32": np.int32, "INT16": np.int16, "INT8": np.int8, "UINT8": np.uint8, "BOOL": np.bool_,
    "FP64": np.float64, "FP32": np.float32, "FP16": np.float16, "BYTES": np.object_,
}  # fmt: skip
"""Datatypes of the Open Inference Protocol."""


class Wrong(Exception):
    """A request that cannot be answered; the sentence says what to change."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One tensor of a model: its shape has -1 where any size goes; those whose first axis has the same name `rows` must be of
    one length there."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    optional: bool = False
    rows: str = "rows"

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Spec:
        """The tensor that a bundle's schema describes."""
        return cls(said["name"], said["datatype"], tuple(said["shape"]), said.get("optional", False))

    def metadata(self) -> dict[str, Any]:
        """The tensor as a server's metadata says it."""
        return {"name": self.name, "datatype": self.datatype, "shape": list(self.shape)}


def checked(specs: Sequence[Spec], given: Mapping[str, Array]) -> dict[str, Array]:
    """The tensors of a request by name, each of its datatype and shape, and as many rows in all that are wanted. Raises
    Wrong."""
    by_name = {one.name: one for one in specs}
    for name in given:
        if name not in by_name:
            raise Wrong(f"there is no input “{name}”: the inputs are {', '.join(by_name)}")
    found = {}
    for one in specs:
        if one.name in given:
            found[one.name] = _checked(one, given[one.name])
        elif not one.optional:
            raise Wrong(f"the input “{one.name}” is missing: {one.datatype} {said(one.shape)}")
    for axis in dict.fromkeys(one.rows for one in specs):
        counts = {
            n: len(array) for n, array in found.items() if by_name[n].shape[:1] == (-1,) and by_name[n].rows == axis
        }
        if len(set(counts.values())) > 1:
            raise Wrong(
                f"the inputs are of different numbers of {axis}: {', '.join(f'{k} {v}' for k, v in counts.items())}"
            )
    return found


def _checked(spec: Spec, array: Array) -> Array:
    if array.ndim != len(spec.shape) or any(b not in (-1, a) for a, b in zip(array.shape, spec.shape, strict=True)):
        raise Wrong(f"the input “{spec.name}” has the shape {said(array.shape)} where {said(spec.shape)} is wanted")
    kind = np.dtype(TYPES[spec.datatype])
    if array.dtype != kind:
        exact = np.can_cast(array.dtype, kind, "safe") or (array.dtype.kind in "iuf" and kind.kind == "f")
        if not exact and not (array.size == 0):
            raise Wrong(f"the input “{spec.name}” is of {array.dtype} where {spec.datatype} is wanted")
        array = array.astype(kind)
    if kind.kind == "f" and not np.isfinite(array).all():
        raise Wrong(f"the input “{spec.name}” holds a number that is not finite")
    return array


def said(shape: Sequence[int]) -> str:
    """A shape as text."""
    return f"[{', '.join(map(str, shape))}]"


def of_rows(specs: Sequence[Spec], instances: Any) -> dict[str, Array]:
    """Tensors of rows, each a mapping from an input to its value of one row; lists of a row may be of different lengths
    where -1 stands for none. Raises Wrong."""
    if not isinstance(instances, list) or not instances:
        raise Wrong("“instances” must be a list of rows, each with the inputs by name")
    wanted = [one for one in specs if one.shape[:1] == (-1,)]
    rows = [one if isinstance(one, dict) else {wanted[0].name: one} for one in instances] if wanted else []
    names = dict.fromkeys(name for row in rows for name in row)
    found = {}
    for name in names:
        if any(name not in row for row in rows):
            raise Wrong(f"the input “{name}” is missing in some of the instances")
        found[name] = _array(name, _padded([row[name] for row in rows], specs, name), specs)
    return found


def of_columns(specs: Sequence[Spec], columns: Any) -> dict[str, Array]:
    """Tensors of lists by name. Raises Wrong."""
    if not isinstance(columns, dict):
        raise Wrong("“inputs” must be a mapping from each input to its rows")
    return {name: _array(name, _padded(one, specs, name), specs) for name, one in columns.items()}


def _padded(values: Any, specs: Sequence[Spec], name: str) -> Any:
    """Lists of different lengths filled up with -1, of an input that has an axis of any size behind its rows."""
    ragged = any(one.name == name and one.shape == (-1, -1) and one.datatype == "INT64" for one in specs)
    if not ragged or not isinstance(values, list) or not all(isinstance(one, list) for one in values):
        return values
    most = max(map(len, values), default=0)
    return [[*one, *[-1] * (most - len(one))] for one in values]


def _array(name: str, values: Any, specs: Sequence[Spec]) -> Array:
    spec = next((one for one in specs if one.name == name), None)
    try:
        if spec is not None and spec.shape == (-1, -1) and isinstance(values, list) and not any(values):
            return np.zeros((len(values), 0), TYPES[spec.datatype])  # rows of nothing
        array = np.array(values)
    except (ValueError, OverflowError) as error:
        raise Wrong(f"the input “{name}” is no tensor: {error}") from error
    if array.dtype.kind not in "iufb":
        raise Wrong(f"the input “{name}” holds what is no number")
    return array
