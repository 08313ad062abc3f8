"""Settings of an A/B test."""

from __future__ import annotations

from dataclasses import dataclass

from engine.recommender.days.simulation import DaysConfig
from engine.runs.config import Choice, FloatRange, IntRange, setting

ORDERS = ("minutes", "clicks", "recall", "popular")
"""What candidates can be ordered by: the ranker of the config, which learns minutes by default; one that learns clicks alone;
recall's score; minutes watched by all in the last days."""


@dataclass(frozen=True, slots=True)
class AbConfig(DaysConfig):
    """Users of a simulated site split by lot: arm A's pages are drawn by `minutes`, arm B's by the challenger's order. Every
    page is drawn by Plackett-Luce, so that the log of arm A knows how probable each was."""

    users: int = setting(2_000, IntRange(50, 20_000))
    horizon: int = setting(14, IntRange(1, 60))  # days of the test
    retrain: int = setting(60, IntRange(1, 60))  # days between trainings, on the log of both arms
    mix: float = setting(0.0, FloatRange(0.0, 1.0))  # share of places that stay as they were before the log ended

    temperature: float = setting(0.5, FloatRange(0.05, 5.0))  # of arm A's draw: 1 is in proportion to expected minutes
    challenger: str = setting("clicks", Choice(ORDERS))
    challenger_temperature: float = setting(0.5, FloatRange(0.0, 5.0))  # of arm B's; 0 is the best first, always
    clicks_rate: float = setting(0.025, FloatRange(1e-6, 1e3))  # of the ranker that learns clicks alone
