"""What leaves with a trained model: its parameters, what serves them, and the graph that a model server runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from torch import Tensor, nn

C_contra = TypeVar("C_contra", contravariant=True)
O_contra = TypeVar("O_contra", contravariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A model with named inputs and outputs.

    module    what is written: takes the inputs in their order, gives the outputs in theirs
    model     the same answers by the trained model itself, which the file is held against
    inputs    by name, the name of every axis that may have any size, and "" for one that may not
    outputs   names
    examples  inputs of different sizes, the first at least 2 along every axis: what is tried
    about     what to feed, and what comes back, in English: it stands in the file
    """

    module: nn.Module
    model: Callable[..., tuple[Tensor, ...]]
    inputs: Mapping[str, tuple[str, ...]]
    outputs: tuple[str, ...]
    examples: tuple[tuple[Tensor, ...], ...]
    about: str


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """One trained model, ready to leave.

    module  its parameters by their names
    graph   makes what a model server runs
    beside  arrays that are not learnt and without which it cannot be fed, by name
    notes   the same as texts
    """

    module: nn.Module
    graph: Callable[[], Graph]
    beside: Mapping[str, Tensor] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leaving(Generic[C_contra, O_contra]):
    """How a playground's models leave, and come back.

    carry  one rung of what is opened. UserError where it has no such model yet
    build  a model of a config and a rung in the shape of these parameters, with the notes beside them; it may stand on "meta"
    code   of a config, a rung, a recording's hash and the bytes of the viewer's file where there is one: a Python file that needs
           no part of this project; "" where that of any run will do
    """

    carry: Callable[[O_contra, str], Carried]
    build: Callable[[C_contra, str, Mapping[str, Tensor], Mapping[str, str]], nn.Module]
    code: Callable[[C_contra, str, str, bytes | None], str] | None = None
