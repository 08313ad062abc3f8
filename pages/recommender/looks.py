"""A closer look: closed sections, each computed only when it is opened."""

from __future__ import annotations

from collections.abc import Callable

from pages.recommender import path
from pages.recommender.shown import Shown, shown
from pages.recommender.where import PLACE
from pages.ui.language import N_, t
from pages.ui.section import section

LOOKS: tuple[tuple[str, str, str, Callable[[Shown], None]], ...] = (
    ("path", N_("The user's path: from watches to u, to candidates, to odds. What is each number made of?"), "route", path.draw),
)  # fmt: skip


def draw() -> None:
    """All of them."""
    now = shown()
    for name, title, icon, body in LOOKS:
        if opened := section(t(title), PLACE.open_key(name), f":material/{icon}:"):
            with opened:
                body(now)
