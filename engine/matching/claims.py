"""The claims of this ladder, each as paired differences over seeds, above 0 where the claim is right.

The same seeds, clicks and steps for every model. A share of pairs is that of held-out queries whose clicked document
scores above its twin; one half is chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from engine.matching.config import MODELS, MatchingConfig
from engine.runs.frame import Array
from engine.runs.studies.claims import Claim, Stored
from engine.runs.studies.verdict import ENOUGH_COSTLY_SEEDS

SEEDS = tuple(range(ENOUGH_COSTLY_SEEDS))
LOG = {language: MatchingConfig(frames=2, language=language) for language in ("en", "zh")}
"""All four skills together, in either language."""
FAR = MatchingConfig(frames=2, skills=("evidence",), distance=40)
"""Evidence alone, with up to 40 words between the two countries."""
WORDS = replace(LOG["en"], input="words")
WIDE = replace(LOG["en"], window=5)
SEPARATE = replace(LOG["en"], towers="separate")
GOOD, NEAR_CHANCE = 0.9, 0.1
SHARE_THAT_MATTERS = 0.05
"""Of pairs in the right order."""
RANK_THAT_MATTERS = 0.02
"""Of the mean reciprocal rank."""


def cells(base: MatchingConfig, models: Sequence[str] = MODELS) -> tuple[MatchingConfig, ...]:
    """One unit of work for each model and seed of a setting."""
    return tuple(replace(base, models=(model,), seed=seed) for model in models for seed in SEEDS)


class Seeds(Stored[MatchingConfig]):
    """Results looked up by setting: one number per seed."""

    def metric(self, base: MatchingConfig, model: str, name: str) -> Array:
        """(S, …) of one metric. KeyError where a result is missing."""
        several = (replace(base, models=(model,), seed=seed) for seed in SEEDS)
        return np.stack([self.metric_of(cell, f"{model}.{name}") for cell in several])

    def pairs(self, base: MatchingConfig, model: str, skill: str) -> Array:
        """(S,) share of pairs in the right order."""
        return self.metric(base, model, "pairs")[:, base.skills.index(skill)]


MatchingClaim: TypeAlias = Claim[MatchingConfig, Seeds]


def _good(id_: str, base: MatchingConfig, model: str, skill: str) -> MatchingClaim:
    """Above .9."""
    return Claim(
        id_,
        cells(base, (model,)),
        lambda at: at.pairs(base, model, skill) - GOOD,
        score=lambda at: at.pairs(base, model, skill),
    )


def _chance(id_: str, base: MatchingConfig, model: str, skill: str) -> MatchingClaim:
    """Within .1 of a coin toss."""
    return Claim(
        id_,
        cells(base, (model,)),
        lambda at: NEAR_CHANCE - np.abs(at.pairs(base, model, skill) - 0.5),
        score=lambda at: at.pairs(base, model, skill),
    )


def _of_language(language: str) -> tuple[MatchingClaim, ...]:
    base = LOG[language]
    return (
        _chance(f"dssm_chance_order@{language}", base, "dssm", "order"),
        _good(f"clsm_order@{language}", base, "clsm", "order"),
        _good(f"lstm_order@{language}", base, "lstm", "order"),
        _chance(f"dssm_chance_evidence@{language}", base, "dssm", "evidence"),
        _good(f"clsm_evidence@{language}", base, "clsm", "evidence"),
        _good(f"lstm_evidence@{language}", base, "lstm", "evidence"),
        _chance(f"clsm_chance_beyond@{language}", base, "clsm", "beyond"),
        _good(f"lstm_beyond@{language}", base, "lstm", "beyond"),
        _good(f"dssm_spelling@{language}", base, "dssm", "spelling"),
    )


CLAIMS: tuple[MatchingClaim, ...] = (
    *_of_language("en"),
    *_of_language("zh"),
    Claim(
        "clsm_loses_far_evidence",
        cells(FAR, ("clsm",)),
        lambda at: GOOD - at.pairs(FAR, "clsm", "evidence"),
        score=lambda at: at.pairs(FAR, "clsm", "evidence"),
    ),
    _good("lstm_far_evidence", FAR, "lstm", "evidence"),
    *(
        Claim(
            f"{model}_hash_beats_words",
            (*cells(WORDS, (model,)), *cells(LOG["en"], (model,))),
            lambda at, model=model: at.pairs(LOG["en"], model, "spelling") - at.pairs(WORDS, model, "spelling"),  # type: ignore[misc]
            SHARE_THAT_MATTERS,
        )
        for model in ("dssm", "clsm")
    ),
    _chance("clsm_wide_chance_beyond", WIDE, "clsm", "beyond"),
    Claim(
        "separate_towers_better",
        (*cells(SEPARATE, ("clsm",)), *cells(LOG["en"], ("clsm",))),
        lambda at: at.metric(SEPARATE, "clsm", "mrr") - at.metric(LOG["en"], "clsm", "mrr"),
        RANK_THAT_MATTERS,
    ),
)
