"""The sidebar: presets first, then the settings in three groups."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from engine.multitask import MultitaskConfig
from engine.multitask.ladder import TITLES
from engine.runs.config import IntRange
from pages.multitask.where import PLACE
from pages.ui.controls import controls
from pages.ui.controls.choices import some_of
from pages.ui.controls.controls import Control
from pages.ui.controls.decay import DECAY, DECAYS
from pages.ui.controls.groups import Groups
from pages.ui.controls.settings import Settings
from pages.ui.language import N_, bare, t

TASK_COUNT = "multitask_task_count"
BINARY = "multitask_binary_tasks"

DATA = (
    Control("noise", N_("Noise (standard deviation)"), step=0.05),
    Control(
        "rows",
        N_("Training rows"),
        N_("0 draws fresh rows at every step; a fixed number lets models overfit."),
        step=100,
    ),
    Control("input_dim", N_("Inputs d"), step=10),
    Control("scale", N_("Scale c of the weight vectors"), step=0.1),
    Control("alpha", N_("alpha of the sine terms"), N_("Comma-separated; the paper leaves them open.")),
    Control("beta", N_("beta of the sine terms"), N_("As many values as alpha.")),
    Control("test_rows", N_("Held-out rows"), step=100),
)
MODEL = (
    Control("structures", N_("Structures"), options=TITLES),
    Control("num_experts", N_("Experts")),
    Control("expert_units", N_("Units of an expert")),
    Control("shared_experts", N_("Shared experts of PLE"), N_("On each level; MMoE's experts are all shared.")),
    Control("specific_experts", N_("Experts of PLE that a task has of its own"), N_("For each task, on each level.")),
    Control(
        "extraction_levels", N_("Levels of PLE"), N_("On one level it is CGC; above a second one stand the towers.")
    ),
    Control("tower_units", N_("Units of a tower")),
    Control(
        "tower_slope",
        N_("Slope of the towers below 0"),
        N_(
            "0 is the paper's ReLU: a unit that is below 0 for every row gets no gradient and never comes back. With 0.01 (leaky ReLU) it learns on."
        ),
        step=0.01,
    ),
    Control("bottom_units", N_("Units of the shared bottom")),
    Control(
        "shared_units",
        N_("Shared layer beneath the experts"),
        N_("0 for none. Many industrial drawings have one."),
        step=8,
    ),
    Control(
        "initialisation",
        N_("Initialisation"),
        options={"glorot": "Glorot", "constant": N_("Constant")},
        help=N_("Constant: all units of all experts start equal; only gate and towers tell them apart."),
    ),
    Control(
        "gate_dropout",
        N_("Gate dropout"),
        N_("Share of gate weights dropped while training: a remedy for gates that settle on one expert."),
        step=0.1,
    ),
)
TRAINING = (
    Control(
        "learning_rate",
        N_("Learning rate"),
        N_("One for all structures, or one for each of the five, comma-separated."),
    ),
    DECAY,
    Control("batch_size", N_("Batch size"), step=32),
    Control("steps", N_("Steps"), step=250),
    Control(
        "runs", N_("Seeds trained at once"), N_("The stage follows the first; the loss panel shows all and their mean.")
    ),
    Control("seed", N_("Seed")),
    Control("frames", N_("Frames recorded"), step=10),
)


@dataclass(frozen=True, slots=True)
class Preset(controls.Preset):
    """With names for the two tasks."""

    tasks: tuple[str, str] | None = None


DEAD = N_("A tower's units die")
PRESETS = (
    Preset("like_favourite", N_("Like and favourite"), {"correlation": 0.9}, tasks=(N_("like"), N_("favourite"))),
    Preset("like_dislike", N_("Like and dislike"), {"correlation": 0.0}, tasks=(N_("like"), N_("dislike"))),
    Preset("click_watch", N_("Click and watch time"), {"correlation": 0.7}, tasks=(N_("click"), N_("watch time"))),
    Preset("mirror", N_("Tasks that mirror each other"), {"correlation": -1.0}),
    Preset("figure4", N_("The paper's Figure 4"), {"correlation": 0.5}, opens="figure4"),
    Preset(
        "collapse",
        N_("A gate collapses"),
        {"correlation": 0.0, "learning_rate": (0.1,), "decay": "none"},
    ),
    Preset("dead", DEAD, {"correlation": 0.0, "seed": 10, "runs": 1}),
)


GROUPS = Groups(
    MultitaskConfig,
    DATA,
    MODEL,
    TRAINING,
    labels={"correlation": N_("Task correlation"), "tasks": N_("Tasks")},
    words=TITLES | DECAYS | {"regression": N_("regression"), "binary": N_("binary")},
)


def _tasks() -> tuple[str, ...]:
    count = controls.whole_number(t("Tasks"), IntRange(2, 6), 2, key=TASK_COUNT, bind="query-params")
    chosen = some_of(
        t("Binary tasks"),
        range(1, count + 1),
        (),
        key=BINARY,
        name_of=str,
        help=t("A binary task asks whether its label is positive."),
    )
    return tuple("binary" if k + 1 in chosen else "regression" for k in range(count))


def _reset() -> None:
    st.session_state[TASK_COUNT], st.session_state[BINARY] = 2, []


SETTINGS = Settings(
    GROUPS,
    PRESETS,
    values=lambda: {"correlation": PLACE.hero_value()},
    before=lambda: {"tasks": _tasks()},
    reset=_reset,
)


def task_names(count: int) -> tuple[str, ...]:
    """The preset's names for two tasks, else numbered ones."""
    chosen = SETTINGS.chosen()
    if isinstance(chosen, Preset) and chosen.tasks is not None and count == 2:
        return tuple(t(name) for name in chosen.tasks)
    return tuple(bare("task {number}", number=k + 1) for k in range(count))


def hero_of(preset: controls.Preset | None, asked: float) -> float:
    """The correlation that a preset is about."""
    return float(preset.fields.get("correlation", asked)) if preset else asked
