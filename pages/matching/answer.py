"""The answer of the moment on stage, as one sentence with the verdict of a stored study."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.matching import MatchingConfig, PairsConfig
from engine.matching.claims import LOG
from engine.matching.ladder import TITLES
from engine.matching.shipped import SHIPPED
from pages.matching import settings
from pages.matching.shown import Shown
from pages.ui.language import N_, listed, t
from pages.ui.marked import Marked
from pages.ui.pieces.verdict import STORED, headline


def log_title(config: MatchingConfig) -> str:
    """What the run learns from."""
    if isinstance(config, PairsConfig):
        return t("your pairs")
    return t("a generated click log in English") if config.language == "en" else t("a generated click log in Chinese")


def answer(now: Shown) -> str:
    """The answer of the moment on stage: what of the query was never seen; then how its kind fares, model by model, with the
    claim's verdict."""
    return Marked(" ").join((*_unseen(now), _fares(now)))


def _unseen(now: Shown) -> Iterator[str]:
    """That a query, or a part of it, says nothing to the models."""
    known = [flag for token in now.scene().query for flag in now.hand.library.lexicon.known(token)]
    if known and sum(known) < len(known):
        yield t(
            "{unseen} of the {all} features of this query never occurred in training: they count nothing.",
            unseen=len(known) - sum(known),
            all=len(known),
        )


def _fares(now: Shown) -> str:
    config, frame = now.config, now.frame
    skill = _skill(now)
    if not skill:
        values = _shares({m: float(frame.metrics[f"{m}.mrr"]) for m in config.models})
        return t(
            "After {step} steps, held-out queries: mean reciprocal rank {values}.",
            step=f"{frame.step:,}",
            values=values,
        )
    at = config.skills.index(skill)
    values = _shares({m: float(frame.metrics[f"{m}.pairs"][at]) for m in config.models})
    sentence = t(
        "{skill}, step {step}, share of held-out queries with the clicked D₁ above D₂: {values}.",
        skill=t(settings.SKILLS[skill]),
        step=f"{frame.step:,}",
        values=values,
    )
    told = _verdict(now, skill)
    return sentence + " " + told if told else sentence


def _shares(of: dict[str, float]) -> str:
    return listed(Marked("{model} **{share:.2f}**").format(model=TITLES[m], share=share) for m, share in of.items())


def _skill(now: Shown) -> str:
    """What the query on stage asks of a model; "" of a typed one or of own pairs."""
    picks, at = now.hand.picks(), now.at()
    return now.hand.library.log.test[picks[at]].skill if at < len(picks) else ""


TOLD = {
    "order": ("dssm_chance_order", N_("DSSM tosses a coin: {verdict}")),
    "spelling": ("dssm_spelling", N_("Trigrams bridge it: {verdict}")),
    "evidence": ("clsm_evidence", N_("CNN-DSSM keeps it: {verdict}")),
    "beyond": ("clsm_chance_beyond", N_("CNN-DSSM tosses a coin: {verdict}")),
}
"""By what the query asks: the claim that the headline judges, and how it is said."""


def _verdict(now: Shown, skill: str) -> str:
    """Of the stored study of this setting; one run alone would judge nothing."""
    config, base = now.config, LOG[now.config.language]
    if replace(config, seed=0, frames=base.frames, models=base.models) != base:
        return ""
    name, text = TOLD[skill]
    verdict = SHIPPED.verdicts.get(f"{name}@{config.language}")  # None: older than the claims; a test fails on that
    return headline(now, text, verdict, STORED) if verdict is not None else ""
