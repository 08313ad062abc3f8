"""A closer look: closed sections, each computed only when it is opened."""

from __future__ import annotations

from collections.abc import Callable

from pages.recommender import negatives, path, serving, watch_time, which
from pages.recommender.shown import Shown, shown
from pages.recommender.where import PLACE
from pages.ui.language import N_, t
from pages.ui.section import section

LOOKS: tuple[tuple[str, str, str, Callable[[Shown], None]], ...] = (
    ("path", N_("The user's path: from watches to u, to candidates, to odds. What is each number made of?"), "route", path.draw),
    ("serving", N_("Serving: what is cut from training, what does an index miss, and what is in the file?"), "cloud_upload", serving.draw),
    ("which", N_("Which, not whether: what happens to the others when one video gains?"), "pie_chart", which.draw),
    ("watch_time", N_("Watch time: what do its weights earn, and are the odds minutes?"), "schedule", watch_time.draw),
    ("negatives", N_("Negative sampling: how near does it come to the full softmax?"), "casino", negatives.draw),
)  # fmt: skip


def draw() -> None:
    """All of them."""
    now = shown()
    for name, title, icon, body in LOOKS:
        if opened := section(t(title), PLACE.open_key(name), f":material/{icon}:"):
            with opened:
                body(now)
