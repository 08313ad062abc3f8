"""Trace: every intermediate of one forward pass, named as in the paper, with named axes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.runs.frame import Array


@dataclass(frozen=True, slots=True, eq=False)
class Trace(Mapping[str, Array]):
    """arrays by name; `axes[name]` names the axes of each, such as ("row", "task", "expert")."""

    arrays: Mapping[str, Array]
    axes: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        for name, array in self.arrays.items():
            if len(self.axes[name]) != array.ndim:
                raise ValueError(f"{name} has {array.ndim} axes, named {self.axes[name]}")

    def __getitem__(self, name: str) -> Array:
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)
