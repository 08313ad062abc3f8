"""Multi-task learning: Shared-Bottom → OMoE → MMoE, and the single-task baseline."""

from engine.multitask.config import STRUCTURES, MultitaskConfig
from engine.multitask.models import MMoE, OMoE, SharedBottom, SingleTask
from engine.multitask.own_data.comparison import compare
from engine.multitask.own_data.config import TableConfig
from engine.multitask.training import train
from engine.runs.work import Work

WORKS = {
    "train": Work(MultitaskConfig, train, warm=MultitaskConfig(steps=3, frames=2, runs=2, test_rows=200)),
    "compare": Work(TableConfig, compare, needs_table=True),
}
"""What a worker may be asked to do here."""

__all__ = [
    "STRUCTURES",
    "MMoE",
    "MultitaskConfig",
    "OMoE",
    "SharedBottom",
    "SingleTask",
    "TableConfig",
    "WORKS",
    "compare",
    "train",
]
