"""The claims of this ladder: each a question with its study, spread and verdict, closed at first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from engine.matching import MatchingConfig
from engine.matching.claims import FAR, LOG, SEEDS, SEPARATE, TUNING, WIDE, WORDS, Seeds
from engine.matching.config import MODELS
from engine.matching.ladder import LADDER, TITLES
from engine.matching.shipped import SHIPPED
from engine.runs.studies.claims import by_id
from engine.runs.studies.verdict import Verdict
from pages.matching.settings import TOWERS
from pages.ui.language import N_, bare, language, t
from pages.ui.pieces.charts import show, strip
from pages.ui.pieces.experiment import experiment
from pages.ui.pieces.verdict import numbers
from pages.ui.theme import HUES


def about() -> str:
    """What the stored studies are."""
    return t(
        "Stored studies of {seeds} seeds and {steps} steps, the same clicks for every model. Every model has in each setting the learning rate that was best on {tuning} other seeds, and it falls to 0 over the run: {rates}. The claims of this page are judged together.",
        seeds=len(SEEDS),
        steps=f"{_base().steps:,}",
        tuning=len(TUNING),
        rates=", ".join(f"{TITLES[model]} {_base().rate(model):g}" for model in MODELS),
    )


def _told(claim: str, verdict: Verdict) -> str:
    """The score that is held against a threshold, or what one is ahead of the other."""
    score = by_id(SHIPPED.claims)[claim].score
    if score is None:
        return numbers(verdict)
    values = score(SHIPPED.results)
    return t(
        "mean {mean}, from {low} to {high} over {seeds} seeds",
        mean=f"{values.mean():.3f}",
        low=f"{values.min():.3f}",
        high=f"{values.max():.3f}",
        seeds=len(values),
    )


def _base() -> MatchingConfig:
    return LOG[language()]


def _strip(values: Mapping[tuple[str, str], np.ndarray], x: str, key: str, chance: float | None = 0.5) -> None:
    """Every seed as a dot of its own height, a row for each (row, model)."""
    hues = {TITLES[m]: HUES[LADDER[m].hue] for m in MODELS}
    domain, format_ = (None, ".2f") if chance is None else ((0.0, 1.0), ".1f")
    show(strip(values, x, hues, domain=domain, format=format_, rule=chance), key=key, alt=x)


def _pairs(seeds: Seeds, base: MatchingConfig, skill: str, row: str = "{model}") -> dict[tuple[str, str], np.ndarray]:
    return {(row.format(model=TITLES[m]), TITLES[m]): seeds.pairs(base, m, skill) for m in MODELS}


SHARE = N_("D₁ (clicked) above D₂, share of held-out queries")


def _order(seeds: Seeds) -> None:
    _strip(_pairs(seeds, _base(), "order"), t(SHARE), "claim_order")
    st.caption(
        t("The two words never stood together in training, in either order. As bags the two documents are the same.")
    )


def _spelling(seeds: Seeds) -> None:
    base = LOG["en"]
    values = {
        (f"{TITLES[m]} · {name}", TITLES[m]): seeds.pairs(one, m, "spelling")
        for m in ("dssm", "clsm")
        for name, one in ((t("letter trigrams"), base), (t("whole words"), WORDS))
    }
    _strip(values, t(SHARE), "claim_spelling")
    st.caption(
        t("English. A misspelt word that training never saw is unknown as a whole, and half known by its trigrams.")
    )


def _evidence(seeds: Seeds) -> None:
    values = _pairs(seeds, _base(), "evidence", "{model} · " + bare("up to {count} words", count=_base().distance))
    values |= {
        (f"{TITLES[m]} · " + bare("up to {count} words", count=FAR.distance), TITLES[m]): seeds.pairs(
            FAR, m, "evidence"
        )
        for m in MODELS
    }
    _strip(values, t(SHARE), "claim_evidence")
    st.caption(
        t(
            "“I grew up in X … we once visited Y”: the textbook says a window loses what is far apart. It does not: max pooling keeps the telling window wherever it stands. What a window loses is order, the next question."
        )
    )


def _beyond(seeds: Seeds) -> None:
    values = _pairs(seeds, _base(), "beyond")
    values[(f"{TITLES['clsm']} · " + t("window of five"), TITLES["clsm"])] = seeds.pairs(WIDE, "clsm", "beyond")
    _strip(values, t(SHARE), "claim_beyond")
    st.caption(t("“moved to X … moved to Y”: D₂ has the same windows in another order, so every maximum is the same."))


def _towers(seeds: Seeds) -> None:
    values = {
        (bare(TOWERS[one.towers]), TITLES["clsm"]): seeds.metric(one, "clsm", "mrr") for one in (LOG["en"], SEPARATE)
    }
    _strip(values, t("mean reciprocal rank, held out"), "claim_towers", None)
    st.caption(
        t(
            "The paper found separate towers better, on real clicks. This log's queries and documents use the same words, so one tower learns from both sides."
        )
    )


EXPERIMENTS = (
    experiment(
        SHIPPED,
        "order",
        N_("Word order: does a bag lose it, and do windows keep it?"),
        {
            "dssm_chance_order@": N_("DSSM is within .1 of a coin toss:"),
            "clsm_order@": N_("CNN-DSSM is right in more than .9:"),
            "lstm_order@": N_("LSTM-DSSM is right in more than .9:"),
            "dssm_chance_order@-long": N_("After twice the steps DSSM is within .1 of a coin toss:"),
        },
        _order,
        _told,
    ),
    experiment(
        SHIPPED,
        "spelling",
        N_("Misspelling: do letter trigrams bridge it?"),
        {
            "dssm_spelling@": N_("DSSM with trigrams (or characters) is right in more than .9:"),
            "dssm_spelling@-long": N_("After twice the steps DSSM is right in more than .9:"),
            "dssm_hash_beats_words": N_("DSSM is better with trigrams than with whole words:"),
            "clsm_hash_beats_words": N_("CNN-DSSM is better with trigrams than with whole words:"),
        },
        _spelling,
        _told,
    ),
    experiment(
        SHIPPED,
        "evidence",
        N_("Evidence kept whole: does CNN-DSSM lose what is far apart?"),
        {
            "dssm_chance_evidence@": N_("DSSM is within .1 of a coin toss:"),
            "clsm_evidence@": N_("CNN-DSSM is right in more than .9:"),
            "lstm_evidence@": N_("LSTM-DSSM is right in more than .9:"),
            "clsm_evidence@-long": N_("After twice the steps CNN-DSSM is right in more than .9:"),
            "clsm_loses_far_evidence": N_(
                "The textbook's claim: with 40 words between, CNN-DSSM is right in less than .9:"
            ),
            "lstm_far_evidence": N_("With 40 words between, LSTM-DSSM is right in more than .9:"),
        },
        _evidence,
        _told,
    ),
    experiment(
        SHIPPED,
        "beyond",
        N_("Order beyond the window: who can tell which came last?"),
        {
            "clsm_chance_beyond@": N_("CNN-DSSM is within .1 of a coin toss:"),
            "clsm_wide_chance_beyond": N_("CNN-DSSM with windows of five words is within .1 of a coin toss:"),
            "lstm_beyond@": N_("LSTM-DSSM is right in more than .9:"),
            "clsm_chance_beyond@-long": N_("After twice the steps CNN-DSSM is within .1 of a coin toss:"),
        },
        _beyond,
        _told,
    ),
    experiment(
        SHIPPED,
        "towers",
        N_("Is a tower for each side better than one for both?"),
        {"separate_towers_better": N_("Separate towers of CNN-DSSM rank better:")},
        _towers,
        _told,
    ),
)
