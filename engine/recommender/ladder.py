"""The ladder of the funnel, as a stage and a report show it: what recalls, and what ranks what was recalled."""

from __future__ import annotations

from torch import nn

from engine.recommender.ranking.model import RankNet
from engine.recommender.recall.model import CandidateNet
from engine.runs.ladder import Rung

LADDER: dict[str, Rung[nn.Module]] = {
    "recall": Rung("Recall", 0, None, ("hidden", "u", "score"), CandidateNet),
    "rank": Rung("Ranking", 1, None, ("hidden", "z"), RankNet),
}
"""The catalogue, which stands below them on the stage, has no model."""
