"""What one of a log's watch times counts."""

from __future__ import annotations

import numpy as np

from engine.runs.frame import Array
from engine.tables.names import unit_of

LONG = 2_000.0
"""Where a name tells no unit and half of the watches are longer than this, they are milliseconds: it would be 33 minutes."""


def seconds_of(name: str, values: Array) -> float:
    """How many seconds one unit of a column of times (N,) is, by its name; without a name that tells, by its size."""
    there = values[values > 0]
    return unit_of(name) or (1e-3 if len(there) and float(np.median(there)) > LONG else 1.0)
