"""The shape of a playground's engine: what a worker may train, what ships with it, and how its models are asked.

Each package of engine/ that has an `ENGINE` is a playground. What it declares is all that workers, builds and tests know.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from engine.carried import Leaving
from engine.cost import Served
from engine.runs.config import Config
from engine.runs.explanation import Explanation
from engine.runs.frame import Frame
from engine.runs.ladder import Rung
from engine.runs.studies.shipped import Shipped
from engine.runs.trace import Trace
from engine.runs.work import Work

C = TypeVar("C", bound=Config)
I_contra = TypeVar("I_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Address:
    """Which number of a model is meant.

    part  one of its rung's `parts`, with a number where there are several: "gate:1"
    unit  of that part; step  of a sequence, or a window; side  0 the query, n the n-th document. All from 0
    """

    part: str
    unit: int = 0
    step: int = 0
    side: int = 0


class Opened(Protocol[I_contra]):
    """A playground's models at one moment of a run, ready to be asked. Raises UserError where that moment keeps no
    parameters, or for a part that the rung has not."""

    def trace(self, rung: str, inputs: I_contra) -> Trace:
        """Every intermediate of one forward pass."""
        ...

    def explain(self, rung: str, inputs: I_contra, at: Address) -> Explanation:
        """The sum behind one number of that pass, in float64."""
        ...

    def served(self, rung: str, inputs: I_contra) -> Served:
        """What that pass costs for `engine.cost.ROWS` rows like these."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Engine(Generic[C, I_contra]):
    """What a playground is for the rest of the house: its config, its ladder, its jobs, what ships with it.

    name     of its package, and of its page
    config   what a run of its stage depends on
    ladder   its rungs by id, lowest first
    works    what a worker may be asked to do; "train" trains what the stage shows
    open     its models as of the last of some frames
    shipped  recordings and studies
    leaving  how its models are taken away
    """

    name: str
    config: type[C]
    ladder: Mapping[str, Rung[Any]]
    works: Mapping[str, Work]
    open: Callable[[C, Sequence[Frame]], Opened[I_contra]]
    shipped: Shipped[C, Any]
    leaving: Leaving[C, Any]


@functools.cache
def engines() -> dict[str, Engine[Any, Any]]:
    """The playgrounds by name: the only names that a job may ask for."""
    import engine

    found = {}
    for module in pkgutil.iter_modules(engine.__path__):
        if module.ispkg:
            declared = getattr(importlib.import_module(f"engine.{module.name}"), "ENGINE", None)
            if isinstance(declared, Engine):
                found[declared.name] = declared
    return found
