"""The answer of the moment on stage, as one sentence, and what is judged of it."""

from __future__ import annotations

from dataclasses import replace

from engine.matching import MatchingConfig, PairsConfig
from engine.matching.claims import LOG
from engine.matching.ladder import TITLES
from engine.matching.shipped import SHIPPED
from pages.matching import told
from pages.matching.shown import Shown
from pages.ui.language import N_, listed, t
from pages.ui.marked import Marked
from pages.ui.pieces.verdict import STORED, Judged


def log_title(config: MatchingConfig) -> str:
    """What the run learns from."""
    if isinstance(config, PairsConfig):
        return t("your pairs")
    return t("a generated click log in English") if config.language == "en" else t("a generated click log in Chinese")


def answer(now: Shown) -> str:
    """The answer of the moment on stage: which models can tell the two documents of the query apart; of a typed query the cosines; of own pairs how well each model ranks them."""
    if now.at() >= len(now.hand.picks()):
        return told.typed(now)
    if skill := now.hand.library.log.test[now.hand.picks()[now.at()]].skill:
        return told.compared(now, skill)
    values = _shares({m: float(now.frame.metrics[f"{m}.mrr"]) for m in now.config.models})
    return t(
        "After {step} steps, held-out queries: mean reciprocal rank {values}.",
        step=f"{now.frame.step:,}",
        values=values,
    )


def _shares(of: dict[str, float]) -> str:
    return listed(Marked("{model} **{share:.2f}**").format(model=TITLES[m], share=share) for m, share in of.items())


TOLD = {
    "order": ("dssm_chance_order", N_("DSSM tosses a coin: {verdict}")),
    "spelling": ("dssm_spelling", N_("Trigrams bridge it: {verdict}")),
    "evidence": ("clsm_evidence", N_("CNN-DSSM keeps it: {verdict}")),
    "beyond": ("clsm_chance_beyond", N_("CNN-DSSM tosses a coin: {verdict}")),
}
"""By what the query asks: the claim that is judged, and how it is said."""


def judged(now: Shown) -> Judged | None:
    """The claim on all queries of the kind on stage, by the stored study of this setting; one run alone would judge nothing."""
    config, base = now.config, LOG[now.config.language]
    if now.at() >= len(now.hand.picks()) or replace(config, seed=0, frames=base.frames, models=base.models) != base:
        return None
    skill = now.hand.library.log.test[now.hand.picks()[now.at()]].skill
    if not skill:
        return None
    name, text = TOLD[skill]
    verdict = SHIPPED.verdicts.get(f"{name}@{config.language}")  # None: older than the claims; a test fails on that
    return Judged(text, verdict, STORED) if verdict is not None else None
