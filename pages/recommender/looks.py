"""A closer look: closed sections, each computed only when it is opened."""

from __future__ import annotations

from collections.abc import Callable

from pages.recommender.shown import Shown, shown
from pages.recommender.where import PLACE
from pages.ui.language import t
from pages.ui.section import section

LOOKS: tuple[tuple[str, str, str, Callable[[Shown], None]], ...] = ()


def draw() -> None:
    """All of them."""
    now = shown()
    for name, title, icon, body in LOOKS:
        if opened := section(t(title), PLACE.open_key(name), f":material/{icon}:"):
            with opened:
                body(now)
