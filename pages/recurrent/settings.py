"""The sidebar: presets first, then the settings in three groups."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.recurrent import RecurrentConfig
from engine.recurrent.ladder import TITLES
from engine.recurrent.probe import probe
from engine.recurrent.shipped import SHIPPED
from pages.recurrent import where
from pages.ui.controls import controls
from pages.ui.controls.choices import one_of
from pages.ui.controls.controls import Control, Preset
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
DISTANCES = {"mixed": N_("Mixed, from 1 up"), "single": N_("This one alone")}

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
        N_("Trained at one long distance alone, even an LSTM may find nothing to learn from."),
        options=DISTANCES,
    ),
)
MODEL = (
    Control("cells", N_("Cells"), options=TITLES),
    Control("hidden", N_("Hidden units"), step=8),
    Control("embedding", N_("Numbers in a word vector"), step=8),
    Control(
        "forget_bias",
        N_("Forget bias"),
        N_("Where the forget gate starts: σ(1) keeps .73 of the belt at each step, σ(0) half."),
        step=0.5,
    ),
)
TRAINING = (
    Control("learning_rate", N_("Learning rate"), step=0.001, format="%g"),
    Control("clip", N_("Longest gradient"), N_("Longer gradients are cut to this length."), step=0.5, format="%g"),
    Control("batch_size", N_("Batch size"), step=32),
    Control("steps", N_("Steps"), step=100),
    Control("runs", N_("Seeds trained at once"), N_("The stage follows the first; the accuracies show their mean.")),
    Control("seed", N_("Seed")),
    Control("frames", N_("Frames recorded"), step=10),
)


_COUNTING = SHIPPED.recordings["counting"].differences(RecurrentConfig())
COUNTING = Preset(
    "counting", N_("The cell counts: aⁿbⁿ"), {name: mine for name, (mine, _) in _COUNTING.items()}, "peephole"
)
PRESETS = (
    COUNTING,
    Preset("delays", N_("Spike delays"), {"task": "delays", "hidden": 8, "distances": "single", "steps": 1_500}, "peephole"),
    Preset("adding", N_("Adding problem"), {"task": "adding", "steps": 1_500}),
    Preset("order", N_("Temporal order"), {"task": "order"}),
    Preset("single", N_("Trained at distance 40 alone"), {"distances": "single"}),
    Preset("leaky", N_("A belt that leaks: forget bias −1"), {"forget_bias": -1.0}),
)  # fmt: skip


GROUPS = Groups(
    RecurrentConfig,
    DATA,
    MODEL,
    TRAINING,
    labels={"sentences": N_("Sentences")},
    words=TITLES | TASKS | DISTANCES | LANGUAGES,
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
