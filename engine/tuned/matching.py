"""The learning rates of the studies of matching, and those that were tried for each. Written by `make claims`."""

from __future__ import annotations

from engine.runs.studies.tuning import Found

FOUND: Found = {
    "dssm": (0.0025, (0.001, 0.0025, 0.006, 0.015, 0.04)),
    "clsm": (0.006, (0.001, 0.0025, 0.006, 0.015, 0.04)),
    "lstm": (0.015, (0.001, 0.0025, 0.006, 0.015, 0.04)),
    "dssm, language zh": (0.0025, (0.001, 0.0025, 0.006, 0.015, 0.04)),
    "clsm, language zh": (0.006, (0.001, 0.0025, 0.006, 0.015, 0.04)),
    "lstm, language zh": (0.006, (0.001, 0.0025, 0.006, 0.015, 0.04)),
    "dssm, skills evidence, distance 40": (0.0025, (0.001, 0.0025, 0.006, 0.015, 0.04)),
    "clsm, skills evidence, distance 40": (0.015, (0.001, 0.0025, 0.006, 0.015, 0.04)),
    "lstm, skills evidence, distance 40": (0.015, (0.001, 0.0025, 0.006, 0.015, 0.04)),
    "dssm, input words": (0.006, (0.001, 0.0025, 0.006, 0.015, 0.04)),
    "clsm, input words": (0.015, (0.001, 0.0025, 0.006, 0.015, 0.04)),
    "clsm, window 5": (0.006, (0.001, 0.0025, 0.006, 0.015, 0.04)),
    "clsm, towers separate": (0.006, (0.001, 0.0025, 0.006, 0.015, 0.04)),
}
