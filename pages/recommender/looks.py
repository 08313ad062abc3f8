"""A closer look: closed sections, each computed only when it is opened."""

from __future__ import annotations

from collections.abc import Callable

from pages.recommender import age, days, depth, head, item2vec, negatives, path, serving, split, watch_time, which
from pages.recommender.shown import Shown, shown
from pages.recommender.where import PLACE
from pages.ui.language import N_, t
from pages.ui.section import section

LOOKS: tuple[tuple[str, str, str, Callable[[Shown], None]], ...] = (
    ("path", N_("The user's path: from watches to u, to candidates, to odds. What is each number made of?"), "route", path.draw),
    ("serving", N_("Serving: what is cut from training, what does an index miss, and what is in the file?"), "cloud_upload", serving.draw),
    ("which", N_("Which, not whether: what happens to the others when one video gains?"), "pie_chart", which.draw),
    ("watch_time", N_("Watch time: what do its weights earn, and are the odds minutes?"), "schedule", watch_time.draw),
    ("item2vec", N_("item2vec: are a video's nearest neighbours of its own topic?"), "hub", item2vec.draw),
    ("age", N_("Age and example age: what do they bend, and do new videos gain?"), "timer", age.draw),
    ("negatives", N_("Negative sampling: how near does it come to the full softmax?"), "casino", negatives.draw),
    ("split", N_("The split: what does a random hold-out promise, and who gains by equal samples?"), "call_split", split.draw),
    ("head", N_("User-generated or head-heavy: how far does popularity come?"), "equalizer", head.draw),
    ("depth", N_("How many layers: does a further one find more?"), "layers", depth.draw),
    ("days", N_("Days go by: does true watch time rise, and what is still shown?"), "calendar_month", days.draw),
)  # fmt: skip


def draw() -> None:
    """All of them."""
    now = shown()
    for name, title, icon, body in LOOKS:
        if opened := section(t(title), PLACE.open_key(name), f":material/{icon}:"):
            with opened:
                body(now)
