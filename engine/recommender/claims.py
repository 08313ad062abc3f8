"""The claims of this ladder, each as paired differences over seeds, above 0 where the claim is right.

The same seeds, so the same worlds, on both sides of a comparison. What asks candidate generation alone trains ranking for
one step only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from engine.recommender.config import RecommenderConfig
from engine.runs.frame import Array
from engine.runs.studies.claims import Claim, Stored
from engine.runs.studies.stored import Results
from engine.runs.studies.verdict import ENOUGH_COSTLY_SEEDS

SEEDS = tuple(range(ENOUGH_COSTLY_SEEDS))
BASE = RecommenderConfig(frames=2)
"""Both stages at the default."""
PLAIN = replace(BASE, weighting="none")
RECALL = replace(BASE, ranking_steps=1)
"""Candidate generation at the default."""
TIMELESS = replace(RECALL, example_age="off")
STRAIGHT = replace(RECALL, bends="off")
RANDOM = replace(RECALL, test="random")
EVERY = replace(RECALL, per_user="all")
END_TO_END = replace(RECALL, pretrained="off")
FEW, MANY = replace(RECALL, negatives=20), replace(RECALL, negatives=1_000)
UNCORRECTED = replace(RECALL, correction="off")
DEPTHS = tuple(replace(RECALL, tower=tower) for tower in ((), (64,), (128, 64), (256, 128, 64)))
"""One ReLU layer to four; the third is the default."""
HITS_THAT_MATTER = 0.01
"""Of last watches that are found: one in a hundred."""
ORDER_THAT_MATTERS = 0.005
"""Of the area under the curve, and of mispredicted watch time."""
MINUTES_THAT_MATTER = 0.05
"""True minutes of the first of a page: three seconds."""
HEADS = tuple(replace(RECALL, head=head) for head in (0.5, 1.2, 2.2, 3.0))
"""From watches spread evenly to a licensed catalogue; the third is the default."""


def cells(*bases: RecommenderConfig) -> tuple[RecommenderConfig, ...]:
    """One unit of work for each seed of each setting."""
    return tuple(replace(base, seed=seed) for base in bases for seed in SEEDS)


class Seeds(Stored[RecommenderConfig]):
    """Results looked up by setting: one number for each of these seeds."""

    def __init__(self, results: Results, seeds: Sequence[int] = SEEDS) -> None:
        super().__init__(results)
        self._seeds = seeds

    def metric(self, base: RecommenderConfig, name: str) -> Array:
        """(S, …) of one metric. KeyError where a result is missing."""
        return np.stack([self.metric_of(replace(base, seed=seed), name) for seed in self._seeds])

    def hits(self, base: RecommenderConfig, name: str = "recall") -> Array:
        """(S,) share of held-out watches among the first 100."""
        return self.metric(base, f"{name}.hits")[:, 1]


RecommenderClaim: TypeAlias = Claim[RecommenderConfig, Seeds]


def _more_hits(id_: str, better: RecommenderConfig, worse: RecommenderConfig) -> RecommenderClaim:
    return Claim(id_, cells(better, worse), lambda at: at.hits(better) - at.hits(worse), HITS_THAT_MATTER)


def _group(id_: str, group: int) -> RecommenderClaim:
    """Equal samples find more of one group's next watches than every watch does."""
    return Claim(
        id_,
        cells(RECALL, EVERY),
        lambda at: at.metric(RECALL, "recall.groups")[:, group] - at.metric(EVERY, "recall.groups")[:, group],
        HITS_THAT_MATTER,
    )


CLAIMS: tuple[RecommenderClaim, ...] = (
    Claim(
        "weighted_earns_minutes",
        cells(BASE, PLAIN),
        lambda at: at.metric(BASE, "ranking.first") - at.metric(PLAIN, "ranking.first"),
        MINUTES_THAT_MATTER,
    ),
    Claim(
        "weighted_mispredicts_less",
        cells(BASE, PLAIN),
        lambda at: at.metric(PLAIN, "ranking.mispredicted") - at.metric(BASE, "ranking.mispredicted"),
        ORDER_THAT_MATTERS,
    ),
    Claim(
        "weighted_loses_auc",
        cells(BASE, PLAIN),
        lambda at: at.metric(PLAIN, "ranking.auc") - at.metric(BASE, "ranking.auc"),
        ORDER_THAT_MATTERS,
    ),
    Claim(
        "age_helps_new_videos",
        cells(RECALL, TIMELESS),
        lambda at: at.metric(RECALL, "recall.new") - at.metric(TIMELESS, "recall.new"),
        HITS_THAT_MATTER,
    ),
    _more_hits("age_finds_more", RECALL, TIMELESS),
    _more_hits("squares_find_more", RECALL, STRAIGHT),
    _more_hits("random_looks_better", RANDOM, RECALL),
    _group("equal_helps_quiet", 0),
    _group("equal_helps_active", 1),
    _more_hits("item2vec_finds_more", RECALL, END_TO_END),
    _more_hits("more_negatives_find_more", MANY, FEW),
    _more_hits("correction_finds_more", RECALL, UNCORRECTED),
    *(
        _more_hits(f"depth_{n + 2}_finds_more", deeper, DEPTHS[n])
        for n, deeper in enumerate(DEPTHS[1:])
    ),
    Claim(
        "popularity_does_better_with_a_head",
        cells(HEADS[0], HEADS[-1]),
        lambda at: at.hits(HEADS[-1], "popular") - at.hits(HEADS[0], "popular"),
        HITS_THAT_MATTER,
    ),
    Claim(
        "model_beats_popularity",
        cells(RECALL),
        lambda at: at.hits(RECALL) - at.hits(RECALL, "popular"),
        HITS_THAT_MATTER,
    ),
)  # fmt: skip
