"""Numbers as both languages write them: a minus that is one, per cent without a space."""

from __future__ import annotations

PERCENT = "{value}%"
"""What stands around a value in per cent."""


def percent(share: float) -> str:
    """A share of 1 in whole per cent."""
    return PERCENT.format(value=f"{100 * share:.0f}")


def number(value: float, digits: int) -> str:
    """With so many decimals; never −0."""
    return _minus(f"{_rounded(value, digits):.{digits}f}")


def signed(value: float, digits: int) -> str:
    """With its sign, and so many decimals; 0 has a plus."""
    return _minus(f"{_rounded(value, digits):+.{digits}f}")


def _rounded(value: float, digits: int) -> float:
    return round(value, digits) + 0.0


def _minus(text: str) -> str:
    return text.replace("-", "−")
