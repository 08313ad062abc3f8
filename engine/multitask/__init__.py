"""Multi-task learning: Shared-Bottom → OMoE → MMoE → PLE, and the single-task baseline."""

from functools import partial

from engine.multitask.config import STRUCTURES, MultitaskConfig
from engine.multitask.ladder import LADDER
from engine.multitask.models import MMoE, OMoE, SharedBottom, SingleTask
from engine.multitask.opened import Opened
from engine.multitask.own_data.comparison import compare
from engine.multitask.own_data.config import TableConfig
from engine.multitask.shipped import SHIPPED
from engine.multitask.structures.ple import PLE
from engine.multitask.taken.model import LEAVING
from engine.multitask.training import train
from engine.runs.playground import Engine
from engine.runs.work import Work
from engine.training_time import time_training

WARM = MultitaskConfig(structures=STRUCTURES, steps=3, frames=2, runs=2, test_rows=200)
"""The least that reaches every rung."""

ENGINE = Engine(
    "multitask",
    MultitaskConfig,
    LADDER,
    works={
        "train": Work(MultitaskConfig, train, warm=WARM),
        "time": Work(MultitaskConfig, partial(time_training, train)),
        "compare": Work(TableConfig, compare, needs_table=True),
    },
    open=lambda config, frames: Opened(config, frames[-1]),
    shipped=SHIPPED,
    leaving=LEAVING,
)

__all__ = [
    "ENGINE",
    "PLE",
    "STRUCTURES",
    "MMoE",
    "MultitaskConfig",
    "OMoE",
    "SharedBottom",
    "SingleTask",
    "TableConfig",
    "compare",
    "train",
]
