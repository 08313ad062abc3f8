"""The course of training on stage: what recall finds for the offered users at each recorded step."""

from __future__ import annotations

import numpy as np

from engine.recommender.serving.course import Course as Recorded
from engine.runs.frame import Array
from pages.recommender import naming
from pages.recommender.shown import Shown
from pages.ui.language import N_, bare, language, t
from pages.ui.player.stage import Course, Ref

LIKED = 3
"""Topics whose columns are counted: those that a user likes best."""
SAID = N_("After {step} training steps, {inside} of the {recalled} recalled lie in {topics}, the topics liked best.")
UNTOPICED = N_("After {step} training steps: the {recalled} that are recalled.")
RECALLED, LEFT = Ref("course_candidates"), Ref("course_left")
JOINED = {"en": (", ", " and "), "zh": ("、", "和")}
"""Between the names of a list, and before its last."""


def course(now: Shown) -> Course | None:
    """The second time of the stage; None where the moments of training are not kept, or the run still goes on."""
    told = now.course
    if told is None:
        return None
    return Course(
        told.steps,
        "recall",
        (t("Training step"), t("Day")),
        bare("training step {step} of {last}"),
        tuple(_captions(now, told, n) for n in range(len(now.users))),
        {"candidates": RECALLED} | ({"left": LEFT} if now.site.world.true else {}),
    )


def arrays(now: Shown) -> dict[str, np.ndarray]:
    """What stands at each step in the place of what the stage shows."""
    told = now.course
    if told is None:
        return {}
    there = np.append(now.field.pixel, -1)  # id -1 is nobody's
    found: dict[str, np.ndarray] = {RECALLED: there[told.candidates].astype(np.float32)}
    if now.site.world.true:
        whole = np.ones((*told.kept.shape[:2], 1), np.float32)
        found[LEFT] = np.concatenate([whole, told.kept], 2).astype(np.float32)
    return found


def liked(now: Shown, user: int) -> Array:
    """The topics (LIKED,) that a simulated user likes best, the best first."""
    return np.argsort(-now.site.world.users.taste[user], kind="stable")[:LIKED]


def _captions(now: Shown, told: Recorded, n: int) -> tuple[str, ...]:
    """At each step how many of the recalled lie in the columns of a user's topics."""
    videos, user = now.site.world.videos, now.users[n]
    said = []
    for step, ids in zip(told.steps, told.candidates[n], strict=True):
        ids = ids[ids >= 0]
        if now.site.world.people:
            said.append(bare(UNTOPICED, step=f"{step:,}", recalled=len(ids)))
            continue
        topics = liked(now, user)
        inside = int(np.isin(videos.topic[ids], topics).sum())
        said.append(bare(SAID, step=f"{step:,}", inside=inside, recalled=len(ids), topics=_joined(topics)))
    return tuple(said)


def _joined(topics: Array) -> str:
    between, last = JOINED[language()]
    *first, final = (naming.topic(int(topic)) for topic in topics)
    return between.join(first) + last + final
