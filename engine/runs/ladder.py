"""Ladder: a playground's rungs by id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, TypeVar

T = TypeVar("T")
Ladder: TypeAlias = Mapping[str, T]
"""Rungs by id, lowest first. In a table annotated with it only those rungs that a stored result names belong to what the
result rests on (`engine.runs.studies.fingerprint`): another rung beside them ages nothing."""
