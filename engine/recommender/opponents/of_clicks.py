"""What stands beside ranking where recall is not asked: how often an item is clicked when shown, and what was clicked before."""

from __future__ import annotations

from engine.recommender.held_out.data import Data
from engine.recommender.opponents import clicks
from engine.recommender.ranking.past import Earlier
from engine.recommender.recall.samples import Examples
from engine.runs.frame import Array


class OfClicks:
    """Opponents of ranking alone."""

    def lists(self, test: Examples, most: int) -> dict[str, Array]:
        """None of recall."""
        return {}

    def scores(self, data: Data, past: Earlier) -> dict[str, Array]:
        """By opponent (N,) scores of the judged impressions."""
        return clicks.scores(data, past)
