"""A closer look: closed sections, each computed only when it is opened."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from pages.recommender.looks import (
    days,
    depth,
    example_age,
    head_heavy,
    item2vec,
    learning,
    negative_sampling,
    path,
    serving,
    softmax_or_odds,
    split,
    watch_time,
)
from pages.recommender.looks.studies import judged
from pages.recommender.shown import Shown, shown
from pages.recommender.where import PLACE
from pages.ui.language import N_, t
from pages.ui.pieces.section import section
from pages.ui.pieces.verdict import summary

LOOKS: tuple[tuple[str, str, str, Callable[[Shown], None], Collection[str]], ...] = (
    ("learning", N_("Learning: how much do both models find, step by step, and how did an earlier moment choose?"), "school", learning.draw, ()),
    ("path", N_("The user's path: from watches to u, to candidates, to odds. What is each number made of?"), "route", path.draw, ()),
    ("serving", N_("Serving: what is cut from training, what does an index miss, and what is in the file?"), "cloud_upload", serving.draw, ()),
    ("which", N_("Which, not whether: what happens to the others when one video gains?"), "pie_chart", softmax_or_odds.draw, ()),
    ("watch_time", N_("Watch time: what do its weights earn, and are the odds minutes?"), "schedule", watch_time.draw, watch_time.CLAIMS),
    ("item2vec", N_("item2vec: what stands near what, and does it find more?"), "hub", item2vec.draw, item2vec.CLAIMS),
    ("age", N_("Age and example age: what do they bend, and do new videos gain?"), "timer", example_age.draw, example_age.CLAIMS),
    ("negatives", N_("Negative sampling: how near is it to the full softmax, and do more find more?"), "casino", negative_sampling.draw, negative_sampling.CLAIMS),
    ("split", N_("The split: what does a random hold-out promise, and who gains by equal samples?"), "call_split", split.draw, split.CLAIMS),
    ("head", N_("User-generated or head-heavy: how far does popularity come?"), "equalizer", head_heavy.draw, head_heavy.CLAIMS),
    ("depth", N_("How many layers: does a further one find more?"), "layers", depth.draw, depth.CLAIMS),
    ("days", N_("Days go by: does true watch time rise, and what is still shown?"), "calendar_month", days.draw, ()),
)  # fmt: skip
"""Name, question, icon, what is drawn, and the claims that answer it."""


def draw() -> None:
    """All of them, those with stored claims with their verdicts."""
    outcomes = judged()
    for name, title, icon, body, claims in LOOKS:
        known = [outcomes[claim] for claim in claims if claim in outcomes]
        question = f"{t(title)} {summary(known)}" if known else t(title)
        section(question, PLACE.open_key(name), partial(_draw, body), f":material/{icon}:")


def _draw(body: Callable[[Shown], None]) -> None:
    body(shown())
