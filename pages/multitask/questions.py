"""What a room is asked about structures, and what was measured: by the stored study, and by the recorded sweep."""

from __future__ import annotations

from collections.abc import Mapping

from engine.multitask.choice import against
from engine.multitask.claims import DISTANCE_THAT_MATTERS, PAPER
from engine.multitask.ladder import TITLES
from engine.multitask.shipped import SHIPPED
from pages.multitask.answer import nearest
from pages.multitask.compared import REFERENCE
from pages.multitask.shown import Shown
from pages.ui.language import t
from pages.ui.numbers import percent, signed
from pages.ui.pieces.questions import Found

ASKED_AT = 0.5
"""The correlation that the question names."""
OFFERED = ("single_task", REFERENCE, "mmoe", "ple")


def differences() -> Mapping[str, float]:
    """By structure: the median of its loss against Shared-Bottom's in per cent, run by run."""
    losses = {one: SHIPPED.results.loss(PAPER, one, ASKED_AT) for one in OFFERED}
    return {one: against(loss, losses[REFERENCE]).median for one, loss in losses.items()}


def least_loss(now: Shown) -> Found:
    """The structure with the lowest median, by the stored study."""
    medians = differences()
    told = {one: t("reference") if one == REFERENCE else f"{signed(much, 0)}%" for one, much in medians.items()}
    assert told.keys() <= TITLES.keys()
    return Found(min(medians, key=lambda one: medians[one]), told)


def gates_closer(now: Shown) -> Found:
    """What MMoE's gates of two tasks share where these become identical, by the recorded sweep."""
    unrelated, identical = shares()
    right = "same"
    if identical - unrelated >= DISTANCE_THAT_MATTERS:
        right = "all" if 1 - identical < DISTANCE_THAT_MATTERS else "more"
    elif unrelated - identical >= DISTANCE_THAT_MATTERS:
        right = "less"
    return Found(right, {right: f"{percent(unrelated)} → {percent(identical)}"})


def shares() -> tuple[float, float]:
    """What the gates share for unrelated and for identical tasks, mean of the seeds."""
    metric = "mmoe.mean_gate_distance"
    unrelated, identical = (1 - float(nearest(p).frames[-1].metrics[metric].mean()) for p in (0.0, 1.0))
    return unrelated, identical


QUESTIONS = {"least_loss": least_loss, "gates_closer": gates_closer}
