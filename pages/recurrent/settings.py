"""The sidebar: presets first, then the settings in three groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from engine.recurrent import RecurrentConfig, claims
from engine.recurrent.ladder import TITLES
from engine.recurrent.probe import probe
from pages.recurrent import where
from pages.ui.controls import controls
from pages.ui.controls.choices import one_of
from pages.ui.controls.controls import Control, Preset
from pages.ui.controls.decay import DECAY, DECAYS
from pages.ui.controls.groups import Groups
from pages.ui.controls.settings import Settings
from pages.ui.language import LANGUAGES, N_, language, t

SENTENCES = controls.key(RecurrentConfig, "sentences")
TASKS = {
    "language": N_("Country … language"),
    "adding": N_("Adding problem"),
    "order": N_("Temporal order"),
    "counting": N_("Counting aⁿbⁿ"),
    "delays": N_("Spike delays"),
}
OWN_TEXT = N_("Your text")
DISTANCES = {
    "growing": N_("From near to far"),
    "mixed": N_("Mixed from the beginning"),
    "single": N_("This one alone"),
}

DATA = (
    Control("task", N_("Task"), options=TASKS),
    Control(
        "distance",
        N_("Longest distance in training"),
        N_("Words between country and question; steps between numbers, symbols or spikes; the a's of aⁿbⁿ."),
    ),
    Control(
        "distances",
        N_("Distances in training"),
        N_(
            "From near to far: any up to a longest one, which grows from 1 over the first half of the steps. Trained at one long distance alone, even an LSTM may find nothing to learn from."
        ),
        options=DISTANCES,
    ),
)
MODEL = (
    Control(
        "cells",
        N_("Cells"),
        N_("What is recorded has all of them; a run trains the GRU where it is chosen here."),
        options=TITLES,
    ),
    Control("hidden", N_("Hidden units"), step=8),
    Control("embedding", N_("Numbers in a word vector"), step=8),
    Control(
        "forget_bias",
        N_("Forget bias"),
        N_(
            "Where the forget gate starts, and the update gate of the GRU: σ(1) keeps .73 of the belt at each step, σ(0) half."
        ),
        step=0.5,
    ),
)
TRAINING = (
    Control(
        "learning_rate", N_("Learning rate"), N_("One for all cells, or one for each in their order, comma-separated.")
    ),
    DECAY,
    Control("clip", N_("Gradient clipping"), N_("Longer gradients are cut to this length."), step=0.5, format="%g"),
    Control("batch_size", N_("Batch size"), step=32),
    Control("steps", N_("Steps"), step=100),
    Control("runs", N_("Seeds trained at once"), N_("The stage follows the first; the accuracies show their mean.")),
    Control("seed", N_("Seed")),
    Control("frames", N_("Frames recorded"), step=10),
)


def _of(study: RecurrentConfig, **changed: Any) -> dict[str, Any]:
    """A stored study's settings, one seed of it, as a preset sets them."""
    one = replace(study, **{name: getattr(RecurrentConfig(), name) for name in ("runs", "frames", "cells")} | changed)
    return {name: mine for name, (mine, _) in one.differences(RecurrentConfig()).items()}


COUNTING = Preset("counting", N_("The cell counts: aⁿbⁿ"), _of(claims.COUNTING), "peephole")
PRESETS = (
    COUNTING,
    Preset("delays", N_("Spike delays"), _of(claims.DELAYS, steps=1_500), "peephole"),
    Preset("adding", N_("Adding problem"), {"task": "adding", "steps": 1_500, "learning_rate": (0.01,)}),
    Preset("order", N_("Temporal order"), {"task": "order", "learning_rate": (0.01,)}),
    Preset("single", N_("Trained at distance 40 alone"), _of(claims.SINGLE[40], steps=RecurrentConfig().steps)),
    Preset("leaky", N_("A belt that leaks: forget bias −1"), _of(claims.LEAKY, steps=RecurrentConfig().steps)),
)


GROUPS = Groups(
    RecurrentConfig,
    DATA,
    MODEL,
    TRAINING,
    labels={"sentences": N_("Sentences")},
    words=TITLES | TASKS | DISTANCES | DECAYS | LANGUAGES,
)


def _sentences() -> dict[str, Any]:
    return {
        "sentences": one_of(t("Sentences"), list(LANGUAGES), language(), key=SENTENCES, name_of=LANGUAGES.__getitem__)
    }


def _spoken() -> None:
    st.session_state[SENTENCES] = language()


SETTINGS = Settings(GROUPS, PRESETS, after=_sentences, speaks=SENTENCES, reset=_spoken)


def hero_of(preset: Preset | None, asked: float) -> float:
    """A distance that the preset's sequences have."""
    return min(
        asked,
        float(preset.fields.get("distance", RecurrentConfig().distance) if preset else RecurrentConfig().distance),
    )


def step_of(word: str) -> str:
    """The step of a word that the story names: "told" is the one that tells the answer, counted back from the last."""
    if word != "told":
        return word
    asked = RecurrentConfig(sentences=language())
    one = probe(asked, int(where.hero(asked.distance)))
    return str(one.told + 1 - len(one.written))
