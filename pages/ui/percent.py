"""Shares as per cent, as both languages write them: without a space."""

from __future__ import annotations

TEMPLATE = "{value}%"
"""What stands around a value in per cent."""


def percent(share: float) -> str:
    """A share of 1 in whole per cent."""
    return TEMPLATE.format(value=f"{100 * share:.0f}")
