"""The learning rates of the studies of recommender, and those that were tried for each. Written by `make claims`."""

from __future__ import annotations

from engine.runs.studies.tuning import Found

FOUND: Found = {
    "rank": (0.004, (0.0016, 0.004, 0.01, 0.025, 0.06)),
    "rank, weighting none": (0.025, (0.0016, 0.004, 0.01, 0.025, 0.06)),
    "recall": (0.004, (0.0016, 0.004, 0.01, 0.025)),
    "recall, example_age off": (0.004, (0.0016, 0.004, 0.01, 0.025)),
    "recall, bends off": (0.004, (0.0016, 0.004, 0.01, 0.025)),
    "recall, test random": (0.004, (0.0016, 0.004, 0.01, 0.025)),
    "recall, per_user all": (0.01, (0.0016, 0.004, 0.01, 0.025)),
    "recall, pretrained off": (0.004, (0.0016, 0.004, 0.01, 0.025)),
    "recall, negatives 20": (0.004, (0.0016, 0.004, 0.01, 0.025)),
    "recall, negatives 1000": (0.004, (0.0016, 0.004, 0.01, 0.025)),
    "recall, per_user all, negatives 1000": (0.01, (0.0016, 0.004, 0.01, 0.025)),
    "recall, correction off": (0.004, (0.0016, 0.004, 0.01, 0.025)),
    "recall, sampler full": (0.01, (0.0016, 0.004, 0.01, 0.025)),
    "recall, tower none": (0.01, (0.0016, 0.004, 0.01, 0.025)),
    "recall, tower 64": (0.004, (0.0016, 0.004, 0.01, 0.025)),
    "recall, tower 256+128+64": (0.004, (0.0016, 0.004, 0.01, 0.025)),
}
