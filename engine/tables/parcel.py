"""What a reader hands back through a pipe: dataclasses of arrays, texts and numbers, without pickle.

A value's form is JSON in which texts and arrays are numbers into two lists; these travel behind it as plain bytes. Who
unpacks says which type is expected: nothing in the bytes can name one.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from engine.runs.frame import Array
from engine.runs.workers import wire

PLAIN = "biuf"
"""Kinds of numpy's types that may travel: truth values and numbers."""


class Cut(Exception):
    """The bytes ended in the middle of a value."""


class Parcel:
    """A value taken apart, ready to be sent."""

    def __init__(self, value: object) -> None:
        self._arrays: list[Array] = []
        self._texts: dict[str, int] = {}
        self._form = self._taken(value)
        written = [text.encode("utf-8", "surrogatepass") for text in self._texts]
        self._arrays += [
            np.array([len(text) for text in written], np.int64),
            np.frombuffer(b"".join(written), np.uint8),
        ]

    def _taken(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._texts.setdefault(value, len(self._texts))
        if isinstance(value, bytes):
            value = np.frombuffer(value, np.uint8)
        if isinstance(value, np.ndarray):
            if value.dtype.kind not in PLAIN:
                raise TypeError(f"an array of {value.dtype} cannot travel")
            self._arrays.append(np.ascontiguousarray(value))
            return len(self._arrays) - 1
        if dataclasses.is_dataclass(value):
            return [self._taken(getattr(value, field.name)) for field in dataclasses.fields(value)]
        if isinstance(value, Mapping):
            return [[self._taken(key), self._taken(held)] for key, held in value.items()]
        if isinstance(value, tuple):
            return [self._taken(one) for one in value]
        return value.item() if isinstance(value, np.generic) else value

    def send(self, sink: IO[bytes]) -> None:
        """One record with the form, then the arrays' bytes."""
        arrays = [[array.dtype.str, array.shape] for array in self._arrays]
        wire.write(sink, {"kind": "read", "form": self._form, "arrays": arrays})
        for array in self._arrays:
            sink.write(_bytes_of(array))
        sink.flush()


def unpack(kind: Any, header: Mapping[str, Any], source: IO[bytes]) -> Any:
    """The value of a type whose form `header` holds and whose arrays come next. Raises Cut where they do not."""
    arrays = [_array(source, np.dtype(name), tuple(shape)) for name, shape in header["arrays"]]
    blob, lengths = arrays.pop().tobytes(), arrays.pop()
    ends = np.cumsum(lengths).tolist()
    texts = [blob[a:b].decode("utf-8", "surrogatepass") for a, b in zip([0, *ends[:-1]], ends, strict=False)]
    return _put_together(kind, header["form"], texts, arrays)


def _array(source: IO[bytes], kind: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    if kind.kind not in PLAIN:
        raise TypeError(f"an array of {kind} cannot travel")
    array = np.empty(shape, kind)
    left = _bytes_of(array)
    while len(left):  # straight into the array: there is never a second copy
        count = source.readinto(left)  # type: ignore[attr-defined]
        if not count:
            raise Cut
        left = left[count:]
    return array


def _bytes_of(array: Array) -> memoryview:
    return memoryview(array.reshape(-1).view(np.uint8))  # type: ignore[arg-type]


def _put_together(kind: Any, form: Any, texts: list[str], arrays: list[Array]) -> Any:
    origin, inner = typing.get_origin(kind) or kind, typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        (one,) = (option for option in inner if option is not types.NoneType)
        return None if form is None else _put_together(one, form, texts, arrays)
    if origin is str:
        return texts[form]
    if origin is np.ndarray:
        return arrays[form]
    if origin is bytes:
        return arrays[form].tobytes()
    if origin is tuple:
        return tuple(_put_together(inner[0], one, texts, arrays) for one in form)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {_put_together(inner[0], k, texts, arrays): _put_together(inner[1], v, texts, arrays) for k, v in form}
    if isinstance(origin, type) and dataclasses.is_dataclass(origin):
        hints = typing.get_type_hints(origin)
        fields = (field.name for field in dataclasses.fields(origin))
        return origin(*(_put_together(hints[n], f, texts, arrays) for n, f in zip(fields, form, strict=True)))
    return form
