"""Shares as per cent, as each language writes them: with a space that does not break, in Chinese with none."""

from __future__ import annotations

from pages.ui.language import language


def template() -> str:
    """What stands around a {value} in per cent."""
    return "{value}%" if language() == "zh" else "{value}\u00a0%"


def percent(share: float) -> str:
    """A share of 1 in whole per cent."""
    return template().format(value=f"{100 * share:.0f}")
