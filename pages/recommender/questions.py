"""What a room is asked about the funnel, and what was measured: what each stage takes from the user on stage."""

from __future__ import annotations

import numpy as np

from engine.recommender.serving.users import largest_loss
from pages.recommender.shown import Shown
from pages.ui.language import t
from pages.ui.numbers import percent
from pages.ui.pieces.questions import Found

STAGES = ("vector", "recall", "ranking")
NOWHERE, HARDLY = "nowhere", 0.1
"""Where less than this share of the best possible watch time is lost, hardly any is."""


def most_lost(now: Shown) -> Found:
    """The stage that takes most of the best possible watch time."""
    _, _, scene = now.now()
    taken = dict(zip(STAGES, -np.diff((1.0, *scene.kept)), strict=True))
    left = scene.kept[-1]
    right = NOWHERE if 1 - left < HARDLY else STAGES[largest_loss(scene.kept)]
    told = {stage: f"−{percent(float(share))}" for stage, share in taken.items()}
    return Found(right, told | {NOWHERE: t("{share} are left", share=percent(float(left)))})


QUESTIONS = {"most_lost": most_lost}
