"""Frame: one recorded moment of a training run."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

PARAMETER_BYTES = 64_000_000
"""How much the frames of one network may keep of its parameters in one recording; a server holds them for each visitor."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What was true after `step` training steps: plain numpy, no clock.

    metrics     small named arrays: losses, gates over a probe set, …
    parameters  the parameters of the followed seed, by "structure.name"; empty where a recording
                was thinned, and then a number on screen cannot be opened to its sum
    """

    step: int
    metrics: Mapping[str, Array]
    parameters: Mapping[str, Array] = field(default_factory=dict)

    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        return sum(array.nbytes for part in (self.metrics, self.parameters) for array in part.values())

    def to_bytes(self) -> bytes:
        """One frame for a pipe: an uncompressed npz, no pickle."""
        buffer = io.BytesIO()
        np.savez(
            buffer,
            step=np.int64(self.step),
            **{f"metrics/{name}": array for name, array in self.metrics.items()},  # type: ignore[arg-type]
            **{f"parameters/{name}": array for name, array in self.parameters.items()},  # type: ignore[arg-type]
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Frame:
        """The frame written by `to_bytes`."""
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            parts: dict[str, dict[str, Array]] = {"metrics": {}, "parameters": {}}
            for key in archive.files:
                part, _, name = key.partition("/")
                if name:
                    parts[part][name] = archive[key]
            return cls(int(archive["step"]), parts["metrics"], parts["parameters"])


def frame_steps(steps: int, frames: int) -> tuple[int, ...]:
    """The steps at which frames are recorded: dense at first, sparse later.

    Quadratic spacing from 0 to `steps`, both included: the interesting part of training is early
    and should not be two frames wide.
    """
    last = max(frames - 1, 1)
    return tuple(sorted({round(steps * (i / last) ** 2) for i in range(frames)} | {steps}))


def kept_steps(moments: Sequence[int], nbytes: int) -> frozenset[int]:
    """The steps whose frames keep the parameters, `nbytes` each time: of a recording's ascending `moments` all where they
    fit into `PARAMETER_BYTES`, else as many as fit, evenly from the first to the last, and three at least."""
    count = max(PARAMETER_BYTES // max(nbytes, 1), 3)
    if count >= len(moments):
        return frozenset(moments)
    return frozenset(moments[round((len(moments) - 1) * n / (count - 1))] for n in range(count))
