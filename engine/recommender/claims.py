"""The claims of this ladder, each as paired differences over seeds, above 0 where the claim is right.

The same seeds, so the same worlds, on both sides of a comparison. Each setting has a learning rate of its own: the best of
`RATES` by `TUNING`, whose worlds judge nothing. What asks candidate generation alone trains ranking for one step only, and the
other way round; what needs no training was tuned in each world, on watches before those that judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from engine.recommender.config import AbConfig, RecommenderConfig, WorldConfig
from engine.recommender.held_out.served import CUTS
from engine.recommender.site.world import PAGE
from engine.runs.frame import Array
from engine.runs.studies.claims import Claim, Stored
from engine.runs.studies.stored import Results
from engine.runs.studies.tuning import Tuning, tried, tuned
from engine.runs.studies.verdict import AT_LEAST_TOGETHER
from engine.tuned.recommender import FOUND

SEEDS = tuple(range(AT_LEAST_TOGETHER))
TUNING = (1_000, 1_001)
"""Seeds whose worlds choose the learning rates, and judge nothing."""
RATES = {"recall": (0.0016, 0.004, 0.01, 0.025), "rank": (0.0016, 0.004, 0.01, 0.025, 0.06)}
"""The learning rates that are tried in each of `TUNED`, by what it trains."""
_RECALL = RecommenderConfig(frames=2, steps=4_500, ranking_steps=1)
_RANKING = RecommenderConfig(frames=2, steps=1, ranking_steps=4_500)


def _at(base: RecommenderConfig = _RECALL, **changes: object) -> RecommenderConfig:
    """A setting at the learning rate that was best there."""
    setting = replace(base, **changes)  # type: ignore[arg-type]
    stage = stage_of(setting)
    return replace(setting, learning_rate=(tuned(FOUND, setting, stage, setting.rate(stage)),))


def stage_of(setting: RecommenderConfig) -> str:
    """Which of the two stages a setting of the study trains."""
    return "recall" if setting.ranking_steps == 1 else "rank"


BASE, PLAIN = _at(_RANKING), _at(_RANKING, weighting="none")
"""Ranking, weighted by watch time and plain."""
HONEST, HONEST_PLAIN = (replace(base, bait=0.0) for base in (BASE, PLAIN))
"""The same where no video promises more than it holds."""
RECALL = _at()
"""Candidate generation."""
TIMELESS = _at(example_age="off")
STRAIGHT = _at(bends="off")
RANDOM = _at(test="random")
EVERY = _at(per_user="all")
END_TO_END = _at(pretrained="off")
FEW, MANY = _at(negatives=20), _at(negatives=1_000)
STRONG = _at(per_user="all", negatives=1_000)
"""With all that the log has, and more negatives: not as the source has it, but the most that is found here."""
UNCORRECTED = _at(correction="off")
FULL = _at(sampler="full", steps=_RECALL.steps // 4)
"""Without sampling, as many steps as in the same time."""
DEPTHS = (_at(tower=()), _at(tower=(64,)), RECALL, _at(tower=(256, 128, 64)))
"""One ReLU layer to four; the third is the default."""
LONG = {
    "recall": replace(RECALL, steps=2 * RECALL.steps),
    "end_to_end": replace(END_TO_END, steps=2 * RECALL.steps),
    "timeless": replace(TIMELESS, steps=2 * RECALL.steps),
    "weighted": replace(BASE, ranking_steps=2 * BASE.ranking_steps),
    "plain": replace(PLAIN, ranking_steps=2 * BASE.ranking_steps),
}
"""Twice as long, at the rates of half of it: whether a verdict is one about a training that had not ended."""
TUNED = (
    BASE, PLAIN, RECALL, TIMELESS, STRAIGHT, RANDOM, EVERY, END_TO_END, FEW, MANY, STRONG, UNCORRECTED, FULL,
    *(base for base in DEPTHS if base != RECALL),
)  # fmt: skip
"""What has a rate of its own."""
HEADS = tuple(replace(RECALL, head=head) for head in (0.5, 1.2, 2.2, 3.0))
"""From watches spread evenly to a licensed catalogue; the third is the default."""
AB = AbConfig(
    steps=4_500,
    ranking_steps=4_500,
    learning_rate=(RECALL.rate("recall"), BASE.rate("rank")),
    clicks_rate=PLAIN.rate("rank"),
)
"""Users split by lot: one half's pages drawn by expected minutes, the other's by clicks."""
HITS_THAT_MATTER = 0.01
"""Of last watches that are found: one in a hundred."""
ORDER_THAT_MATTERS = 0.005
"""Of the area under the curve, and of mispredicted watch time."""
MINUTES_THAT_MATTER = 0.05
"""True minutes of the first of a page: three seconds; of all its places so many times as much."""
AMONG, SERVED = CUTS.index(100), CUTS.index(300)
"""Where two trainings are compared, and where recall is with what needs none: as many as ranking is given."""

Cell: TypeAlias = RecommenderConfig | WorldConfig


def cells(*bases: Cell, seeds: Sequence[int] = SEEDS) -> tuple[Cell, ...]:
    """One unit of work for each seed of each setting."""
    return tuple(replace(base, seed=seed) for base in bases for seed in seeds)


def _tuning(setting: RecommenderConfig) -> Tuning[RecommenderConfig]:
    """The rate of a setting's stage: of recall the one with the most hits among the first 100, of ranking the one that
    mispredicts the least watch time."""
    stage = stage_of(setting)

    def loss(metrics: Sequence[Mapping[str, Array]]) -> tuple[float, ...]:
        if stage == "recall":
            return (-float(np.mean([one["recall.hits"][AMONG] for one in metrics])),)
        return (float(np.mean([one["ranking.mispredicted"] for one in metrics])),)

    return Tuning(
        setting,
        stage,
        tried(FOUND, setting, stage, RATES[stage]),
        lambda rate: cells(replace(setting, learning_rate=(rate,)), seeds=TUNING),
        loss,
    )


TUNINGS = tuple(_tuning(base) for base in TUNED)


class Seeds(Stored[Cell]):
    """Results looked up by setting: one number for each of these seeds."""

    def __init__(self, results: Results, seeds: Sequence[int] = SEEDS) -> None:
        super().__init__(results)
        self._seeds = seeds

    def metric(self, base: Cell, name: str) -> Array:
        """(S, …) of one metric. KeyError where a result is missing."""
        return np.stack([self.metric_of(cell, name) for cell in cells(base, seeds=self._seeds)])

    def of(self, cell: Cell) -> Mapping[str, Array] | None:
        """All that is stored of one cell, by metric in its stored shape; None where it is not there."""
        return self._results.get(cell)

    def hits(self, base: Cell, name: str = "recall", cut: int = AMONG) -> Array:
        """(S,) share of held-out watches among the first 100, or at another of `CUTS`, by its place there."""
        return self.metric(base, f"{name}.hits")[:, cut]


RecommenderClaim: TypeAlias = Claim[Cell, Seeds]


def _claim(
    id_: str, better: RecommenderConfig, worse: Cell, name: str, smallest: float, *, sign: int = 1, beside: bool = False
) -> RecommenderClaim:
    """One number of two settings, above 0 where the first has more of it; with a sign of -1, less."""
    return Claim(
        id_,
        cells(better, worse),
        lambda at: sign * (at.metric(better, name) - at.metric(worse, name)),
        smallest,
        enough=len(SEEDS),
        beside=beside,
    )


def _more_hits(
    id_: str, better: RecommenderConfig, worse: RecommenderConfig, *, beside: bool = False
) -> RecommenderClaim:
    return Claim(
        id_,
        cells(better, worse),
        lambda at: at.hits(better) - at.hits(worse),
        HITS_THAT_MATTER,
        enough=len(SEEDS),
        beside=beside,
    )


def _group(id_: str, group: int) -> RecommenderClaim:
    """Equal samples find more of one group's next watches than every watch does."""
    return Claim(
        id_,
        cells(RECALL, EVERY),
        lambda at: at.metric(RECALL, "recall.groups")[:, group] - at.metric(EVERY, "recall.groups")[:, group],
        HITS_THAT_MATTER,
        enough=len(SEEDS),
    )


def _beats(id_: str, opponent: str, base: RecommenderConfig, cut: int, *, beside: bool = True) -> RecommenderClaim:
    """Recall finds more than what needs no training."""
    return Claim(
        id_,
        cells(base, base.world),
        lambda at: at.hits(base, cut=cut) - at.hits(base.world, opponent, cut),
        HITS_THAT_MATTER,
        enough=len(SEEDS),
        beside=beside,
        opponents=("recall", opponent),
    )


def _against(opponent: str) -> tuple[RecommenderClaim, ...]:
    """Among as many as are ranked; and beside it among fewer, and after twice the steps."""
    id_ = f"model_beats_{opponent}"
    return (
        _beats(id_, opponent, RECALL, SERVED, beside=False),
        *(_beats(f"{id_}@{CUTS[cut]}", opponent, RECALL, cut) for cut in range(len(CUTS)) if cut != SERVED),
        _beats(f"{id_}@long", opponent, LONG["recall"], SERVED),
        _beats(f"{id_}@all", opponent, STRONG, SERVED),
    )


def _at_its_cut(id_: str) -> str:
    """The id of a claim that came after the family was declared: its numbers stand beside, under the cut that they are of."""
    return id_ if "@" in id_ else f"{id_}@{CUTS[SERVED]}"


CLAIMS: tuple[RecommenderClaim, ...] = (
    _claim("weighted_earns_minutes", BASE, PLAIN, "ranking.first", MINUTES_THAT_MATTER),
    _claim("weighted_earns_minutes@honest", HONEST, HONEST_PLAIN, "ranking.first", MINUTES_THAT_MATTER, beside=True),
    _claim("weighted_earns_minutes@long", LONG["weighted"], LONG["plain"], "ranking.first", MINUTES_THAT_MATTER, beside=True),
    _claim("weighted_mispredicts_less", BASE, PLAIN, "ranking.mispredicted", ORDER_THAT_MATTERS, sign=-1),
    _claim("weighted_loses_auc", BASE, PLAIN, "ranking.auc", ORDER_THAT_MATTERS, sign=-1),
    _claim("age_helps_new_videos", RECALL, TIMELESS, "recall.new", HITS_THAT_MATTER),
    _more_hits("age_finds_more", RECALL, TIMELESS),
    _more_hits("age_finds_more@long", LONG["recall"], LONG["timeless"], beside=True),
    _more_hits("squares_find_more", RECALL, STRAIGHT),
    _more_hits("random_looks_better", RANDOM, RECALL),
    _group("equal_helps_quiet", 0),
    _group("equal_helps_active", 1),
    _more_hits("item2vec_finds_more", RECALL, END_TO_END),
    _more_hits("item2vec_finds_more@long", LONG["recall"], LONG["end_to_end"], beside=True),
    _more_hits("more_negatives_find_more", MANY, FEW),
    _more_hits("sampling_pays", RECALL, FULL),
    _more_hits("correction_finds_more", RECALL, UNCORRECTED),
    *(_more_hits(f"depth_{n + 2}_finds_more", deeper, DEPTHS[n]) for n, deeper in enumerate(DEPTHS[1:])),
    Claim(
        "popularity_does_better_with_a_head",
        cells(HEADS[0].world, HEADS[-1].world),
        lambda at: at.hits(HEADS[-1].world, "popular") - at.hits(HEADS[0].world, "popular"),
        HITS_THAT_MATTER,
        enough=len(SEEDS),
        opponents=("popular",),
    ),
    *(claim for opponent in ("kinds", "knn", "ease") for claim in _against(opponent)),
    Claim(
        "minutes_win_the_test",
        cells(AB),
        lambda at: -at.metric(AB, "difference")[:, 0],
        PAGE * MINUTES_THAT_MATTER,
        enough=len(SEEDS),
        opponents=("watch_time", "none"),
    ),
    *(replace(claim, id=_at_its_cut(claim.id), beside=True) for claim in _against("als")),
)  # fmt: skip
