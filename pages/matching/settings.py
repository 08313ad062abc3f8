"""The sidebar: presets first, then the settings in three groups."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.matching import PAPERS, MatchingConfig
from engine.matching.ladder import TITLES
from pages.ui.controls import controls
from pages.ui.controls.choices import one_of
from pages.ui.controls.controls import Control, Preset
from pages.ui.controls.decay import DECAY, DECAYS
from pages.ui.controls.groups import Groups
from pages.ui.controls.settings import Settings
from pages.ui.language import LANGUAGES, N_, language, t

LANGUAGE = controls.key(MatchingConfig, "language")
SKILLS = {
    "order": N_("Word order"),
    "spelling": N_("Misspelling"),
    "evidence": N_("Evidence kept whole"),
    "beyond": N_("Order beyond the window"),
}
INPUTS = {"hashed": N_("Letters"), "words": N_("Whole")}
TOWERS = {"shared": N_("Shared"), "separate": N_("Separate")}
POOLING = {"masked": N_("Masked"), "unmasked": N_("Unmasked")}

DATA = (
    Control("skills", N_("What queries ask"), options=SKILLS),
    Control("queries", N_("Queries in training"), N_("A tenth as many are held out."), step=200),
    Control("distance", N_("Words in between, at most"), N_("Between the two halves of a long document."), step=5),
)
MODEL = (
    Control("models", N_("Models"), options=TITLES),
    Control(
        "input",
        N_("A word is read by"),
        N_("Letter trigrams (in Chinese: characters), or whole words."),
        options=INPUTS,
    ),
    Control("towers", N_("Towers"), N_("One network for both sides, or one for each."), options=TOWERS),
    Control("window", N_("Words in a window"), N_("The kernel of the convolution. The paper has 3.")),
    Control("filters", N_("Filters"), step=16),
    Control("hidden", N_("Units in DSSM's hidden layers"), step=16),
    Control("semantic", N_("Semantic units"), N_("Of DSSM and CNN-DSSM; the LSTM's are its own."), step=16),
    Control("units", N_("LSTM units"), step=16),
    Control("embedding", N_("Numbers the LSTM reads of a word"), step=8),
    Control("dimensions", N_("Buckets of the word hash"), N_("Fewer buckets, more collisions."), step=256),
    Control("longest", N_("Longest text, with <s>"), N_("What is longer is truncated.")),
    Control(
        "pooling",
        N_("Max pooling"),
        N_("Unmasked, padding takes part: it can win a maximum where every window is negative."),
        options=POOLING,
    ),
)
TRAINING = (
    Control("gamma", N_("γ, how sharp"), N_("P(D|Q) = softmax(γ · cosine)."), step=1.0, format="%g"),
    Control("unclicked", N_("J, unclicked documents")),
    Control(
        "learning_rate", N_("Learning rate"), N_("One for all models, or one for each of the three, comma-separated.")
    ),
    DECAY,
    Control("clip", N_("Gradient clipping"), N_("Longer gradients are cut to this length."), step=0.5, format="%g"),
    Control("batch_size", N_("Batch size"), step=16),
    Control("steps", N_("Steps"), step=100),
    Control("seed", N_("Seed")),
    Control("frames", N_("Frames recorded"), step=10),
)


PRESETS = (
    Preset("paper", N_("The papers' shapes: 30K, 300, 128"), PAPERS["en"] | {"steps": 300}),
    Preset("characters", N_("In Chinese: 15K characters"), PAPERS["zh"] | {"language": "zh", "steps": 300}),
    Preset("words", N_("Whole words (English)"), {"input": "words"}, "dssm"),
    Preset("crowded", N_("A crowded hash: 64 buckets"), {"dimensions": 64}, "dssm"),
    Preset("window1", N_("A window of one word"), {"window": 1}),
    Preset("padding", N_("Padding takes part"), {"pooling": "unmasked"}),
    Preset("separate", N_("A tower for each side"), {"towers": "separate"}),
)


GROUPS = Groups(
    MatchingConfig,
    DATA,
    MODEL,
    TRAINING,
    labels={"language": N_("Texts")},
    words=TITLES | SKILLS | INPUTS | TOWERS | POOLING | DECAYS | LANGUAGES,
)


def _language() -> dict[str, Any]:
    return {"language": one_of(t("Texts"), list(LANGUAGES), language(), key=LANGUAGE, name_of=LANGUAGES.__getitem__)}


def _spoken() -> None:
    st.session_state[LANGUAGE] = language()


SETTINGS = Settings(GROUPS, PRESETS, after=_language, speaks=LANGUAGE, reset=_spoken)
