"""The claims of this ladder, each as paired differences over seeds, above 0 where the claim is right.

The same seeds, clicks and steps for every model. Each has a learning rate of its own in each setting: the best of `RATES` by
`TUNING`, whose seeds judge nothing. A share of pairs is that of held-out queries whose clicked document scores above its
twin; one half is chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from engine.matching.config import MODELS, MatchingConfig
from engine.runs.frame import Array
from engine.runs.studies.claims import Claim, Stored
from engine.runs.studies.stored import Results
from engine.runs.studies.tuning import Tuning, tried, tuned
from engine.runs.studies.verdict import AT_LEAST_TOGETHER
from engine.tuned.matching import FOUND

SEEDS = tuple(range(AT_LEAST_TOGETHER))
TUNING = tuple(range(1_000, 1_004))
"""Seeds that choose the learning rates and judge nothing."""
RATES = (0.001, 0.0025, 0.006, 0.015, 0.04)
"""The learning rates that are tried for each model in each of `TUNED`."""


def _tuned(base: MatchingConfig, *models: str) -> MatchingConfig:
    """A setting whose models have the rates that were best there."""
    each = (tuned(FOUND, base, model, base.rate(model)) if model in models else base.rate(model) for model in MODELS)
    return replace(base, models=models, learning_rate=tuple(each))


_STUDY = MatchingConfig(frames=2)
LOG = {
    "en": _tuned(_STUDY, "dssm", "clsm", "lstm"),
    "zh": _tuned(replace(_STUDY, language="zh"), "dssm", "clsm", "lstm"),
}
"""All four skills together, in either language."""
LONG = {language: replace(base, steps=2 * base.steps) for language, base in LOG.items()}
"""Twice as long: whether a verdict is one about a training that had not ended."""
FAR = _tuned(replace(_STUDY, skills=("evidence",), distance=40), "dssm", "clsm", "lstm")
"""Evidence alone, with up to 40 words between the two countries."""
WORDS = _tuned(replace(_STUDY, input="words"), "dssm", "clsm")
WIDE = _tuned(replace(_STUDY, window=5), "clsm")
SEPARATE = _tuned(replace(_STUDY, towers="separate"), "clsm")
TUNED = (*LOG.values(), FAR, WORDS, WIDE, SEPARATE)
"""What has rates of its own; `LONG` has those of half its steps."""
GOOD, NEAR_CHANCE = 0.9, 0.1
SHARE_THAT_MATTERS = 0.05
"""Of pairs in the right order."""
RANK_THAT_MATTERS = 0.02
"""Of the mean reciprocal rank."""


def cells(base: MatchingConfig, models: Sequence[str] = (), seeds: Sequence[int] = SEEDS) -> tuple[MatchingConfig, ...]:
    """One unit of work for each model and seed of a setting, each at its own rate; for all its models where none is named."""
    return tuple(
        replace(base, models=(model,), learning_rate=(base.rate(model),), seed=seed)
        for model in models or base.models
        for seed in seeds
    )


def _tuning(base: MatchingConfig, model: str) -> Tuning[MatchingConfig]:
    """A model's rate in a setting: the one with the highest mean reciprocal rank of held-out queries, of equal ones the one with
    the lower training loss at the end."""
    setting = replace(base, models=(model,))
    return Tuning(
        setting,
        model,
        tried(FOUND, setting, model, RATES),
        lambda rate: cells(replace(setting, learning_rate=(rate,)), seeds=TUNING),
        lambda metrics: (-round(_mean(metrics, f"{model}.mrr"), 6), _mean(metrics, f"{model}.train_loss")),
    )


def _mean(metrics: Sequence[Mapping[str, Array]], name: str) -> float:
    return float(np.mean([one[name] for one in metrics]))


TUNINGS = tuple(_tuning(base, model) for base in TUNED for model in base.models)


class Seeds(Stored[MatchingConfig]):
    """Results looked up by setting: one number for each of these seeds."""

    def __init__(self, results: Results, seeds: Sequence[int] = SEEDS) -> None:
        super().__init__(results)
        self._seeds = seeds

    def metric(self, base: MatchingConfig, model: str, name: str) -> Array:
        """(S, …) of one metric. KeyError where a result is missing."""
        several = cells(base, (model,), self._seeds)
        return np.stack([self.metric_of(cell, f"{model}.{name}") for cell in several])

    def pairs(self, base: MatchingConfig, model: str, skill: str) -> Array:
        """(S,) share of pairs in the right order."""
        return self.metric(base, model, "pairs")[:, base.skills.index(skill)]


MatchingClaim: TypeAlias = Claim[MatchingConfig, Seeds]


def _claim(
    id_: str,
    needs: Iterable[MatchingConfig],
    differences: Callable[[Seeds], Array],
    smallest: float = 0.0,
    *,
    score: Callable[[Seeds], Array] | None = None,
    beside: bool = False,
) -> MatchingClaim:
    return Claim(id_, tuple(needs), differences, smallest, score, len(SEEDS), beside)


def _good(id_: str, base: MatchingConfig, model: str, skill: str, *, beside: bool = False) -> MatchingClaim:
    """Above .9."""

    def score(at: Seeds) -> Array:
        return at.pairs(base, model, skill)

    return _claim(id_, cells(base, (model,)), lambda at: score(at) - GOOD, score=score, beside=beside)


def _chance(id_: str, base: MatchingConfig, model: str, skill: str, *, beside: bool = False) -> MatchingClaim:
    """Within .1 of a coin toss."""

    def score(at: Seeds) -> Array:
        return at.pairs(base, model, skill)

    return _claim(
        id_, cells(base, (model,)), lambda at: NEAR_CHANCE - np.abs(score(at) - 0.5), score=score, beside=beside
    )


def _of_language(language: str) -> tuple[MatchingClaim, ...]:
    """What each model can and cannot tell; and beside what the page says first, the same after twice the steps."""
    base, long = LOG[language], LONG[language]
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
        _chance(f"dssm_chance_order@{language}-long", long, "dssm", "order", beside=True),
        _good(f"dssm_spelling@{language}-long", long, "dssm", "spelling", beside=True),
        _good(f"clsm_evidence@{language}-long", long, "clsm", "evidence", beside=True),
        _chance(f"clsm_chance_beyond@{language}-long", long, "clsm", "beyond", beside=True),
    )


def _hash_beats_words(model: str) -> MatchingClaim:
    return _claim(
        f"{model}_hash_beats_words",
        (*cells(WORDS, (model,)), *cells(LOG["en"], (model,))),
        lambda at: at.pairs(LOG["en"], model, "spelling") - at.pairs(WORDS, model, "spelling"),
        SHARE_THAT_MATTERS,
    )


def _far(at: Seeds) -> Array:
    return at.pairs(FAR, "clsm", "evidence")


CLAIMS: tuple[MatchingClaim, ...] = (
    *(claim for language in LOG for claim in _of_language(language)),
    _claim("clsm_loses_far_evidence", cells(FAR, ("clsm",)), lambda at: GOOD - _far(at), score=_far),
    _good("lstm_far_evidence", FAR, "lstm", "evidence"),
    _hash_beats_words("dssm"),
    _hash_beats_words("clsm"),
    _chance("clsm_wide_chance_beyond", WIDE, "clsm", "beyond"),
    _claim(
        "separate_towers_better",
        (*cells(SEPARATE), *cells(LOG["en"], ("clsm",))),
        lambda at: at.metric(SEPARATE, "clsm", "mrr") - at.metric(LOG["en"], "clsm", "mrr"),
        RANK_THAT_MATTERS,
    ),
)
