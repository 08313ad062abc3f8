"""Charts of a comparison: differences with their intervals, and the gates of the mixtures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
import pandas as pd

from engine.multitask import MultitaskConfig, TableConfig
from engine.multitask.ladder import LADDER, TITLES
from engine.multitask.models import MIXTURES
from engine.multitask.own_data.answer import Difference
from engine.multitask.view import ranks
from engine.runs.frame import Array, Frame
from pages.ui.language import N_, t
from pages.ui.theme import HUES

GREYS = {"linear": "#7A8691", "trees": "#B07D3A", "present": "#4B4B8F"}
NAMES = {"linear": N_("Linear baseline"), "trees": N_("Gradient-boosted trees"), "present": N_("My present model")}
"""Of the plain models, and of the one in use today."""


def name_of(model: str) -> str:
    """A structure's name, or a plain model's."""
    return TITLES.get(model) or t(NAMES[model])


def differences(found: Mapping[str, Sequence[Difference]], title: str) -> alt.LayerChart:
    """Relative errors in percent with 95% intervals: a group of lines for each task, a line for each model."""
    rows = [
        {"task": task, "name": name_of(d.name), "mean": 100 * d.mean, "low": 100 * d.low, "high": 100 * d.high}
        for task, those in found.items()
        for d in those
    ]
    models = list(dict.fromkeys(d.name for those in found.values() for d in those))
    colour = alt.Color(
        "name:N",
        title=None,
        sort=None,
        scale=alt.Scale(
            domain=[name_of(model) for model in models],
            range=[HUES[LADDER[model].hue] if model in LADDER else GREYS[model] for model in models],
        ),
    )
    base = alt.Chart(pd.DataFrame(rows), height=20 * len(rows) + 40).encode(
        y=alt.Y("task:N", title=None, sort=list(found), axis=alt.Axis(labelLimit=180)),
        yOffset=alt.YOffset("name:N", sort=[name_of(model) for model in models]),
        color=colour,
        tooltip=[
            alt.Tooltip("task:N", title=t("Task")),
            alt.Tooltip("name:N", title=t("Structure")),
            *(alt.Tooltip(f"{column}:Q", format="+.2f") for column in ("mean", "low", "high")),
        ],
    )
    interval = base.mark_rule(strokeWidth=3).encode(x=alt.X("low:Q", title=title), x2="high:Q")
    point = base.mark_point(filled=True, size=80, opacity=1).encode(x="mean:Q")
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(strokeDash=[4, 3]).encode(x="zero:Q")
    return zero + interval + point


def reliability(config: TableConfig, last: Frame, models: Sequence[str]) -> alt.FacetChart:
    """The share that came against the chance that was given, a line for each model, a panel for each binary label."""
    rows = [
        {"label": label, "name": name_of(name), "given": float(given), "came": float(came)}
        for task, label in enumerate(config.labels)
        if last.metrics["binary"][task]
        for name in models
        for given, came, share in last.metrics[f"{name}.reliability"][task]
        if share > 0
    ]
    shown = [name for name in models if any(row["name"] == name_of(name) for row in rows)]
    hues = [HUES[LADDER[name].hue] if name in LADDER else GREYS[name] for name in shown]
    scale = alt.Scale(domain=[name_of(name) for name in shown], range=hues)
    base = alt.Chart(pd.DataFrame(rows), width=300, height=240)
    lines = base.mark_line(point=True).encode(
        x=alt.X("given:Q", title=t("chance given")),
        y=alt.Y("came:Q", title=t("share that came")),
        color=alt.Color("name:N", title=None, sort=None, scale=scale),
        tooltip=[
            alt.Tooltip("name:N", title=t("Structure")),
            alt.Tooltip("given:Q", title=t("chance given"), format=".4f"),
            alt.Tooltip("came:Q", title=t("share that came"), format=".4f"),
        ],
    )
    right = base.mark_line(color="#7A8691", strokeDash=[4, 3]).encode(x="given:Q", y="given:Q")
    panels = (right + lines).facet(column=alt.Column("label:N", title=None, sort=list(config.labels)))
    return panels.resolve_scale(x="independent", y="independent")


def gates(config: TableConfig, last: Frame) -> alt.Chart:
    """Mean gate weight of each expert, a bar for each task; OMoE's one gate is the same for all."""
    present = [s for s in MIXTURES if s in config.structures]
    rows = [
        {"structure": TITLES[s], "expert": i + 1, "task": task, "weight": float(weight)}
        for s in present
        for task, weights in zip(
            config.labels if LADDER[s].model.gate_per_task else (t("all tasks"),),
            ordered(last.metrics[f"{s}.gates"], _owners(config, s)),
            strict=False,
        )
        for i, weight in enumerate(weights)
    ]
    tasks = list(dict.fromkeys(row["task"] for row in rows if row["task"] in config.labels))
    others = [t("all tasks")] if any(not LADDER[s].model.gate_per_task for s in present) else []
    return (
        alt.Chart(pd.DataFrame(rows), height=180, width=300)
        .mark_bar()
        .encode(
            x=alt.X("expert:O", title=t("expert, by place"), axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("task:N", sort=[*others, *tasks]),
            y=alt.Y("weight:Q", title=t("mean gate weight")),
            color=alt.Color(
                "task:N",
                title=None,
                scale=alt.Scale(
                    domain=[*others, *tasks], range=[GREYS["linear"]] * len(others) + list(HUES[: len(tasks)])
                ),
            ),
            column=alt.Column("structure:N", title=None, sort=[TITLES[s] for s in present]),
            tooltip=[
                alt.Tooltip("structure:N", title=t("Structure")),
                alt.Tooltip("task:N", title=t("Task")),
                alt.Tooltip("expert:O", title=t("Expert")),
                alt.Tooltip("weight:Q", title=t("weight"), format=".3f"),
            ],
        )
    )


def _owners(config: TableConfig, structure: str) -> tuple[int | None, ...]:
    """Whose each expert is, where tasks have experts of their own."""
    shape = MultitaskConfig(
        tasks=("regression",) * len(config.labels),
        shared_experts=config.shared_experts,
        specific_experts=config.specific_experts,
    )
    model = LADDER[structure].model
    return model.owners(shape) if model.own_experts else ()


def ordered(weights: Array, owners: Sequence[int | None] = ()) -> Array:
    """Mean over the seeds (S, T, E) → (T, E), experts of each seed placed by the task that uses them more; those that a task
    owns, by `owners` (E,), together."""
    order = np.argsort(ranks(weights, owners), axis=-1)  # experts of different seeds are strangers
    return np.asarray(np.take_along_axis(weights, order[:, None, :], axis=-1).mean(0))


def gate_distance(weights: Array) -> float:
    """How far the tasks' mean gates lie apart, mean over seeds and pairs of tasks: 0 the same, 1 disjoint."""
    first, second = np.triu_indices(weights.shape[1], 1)
    return float(np.abs(weights[:, first] - weights[:, second]).sum(-1).mean() / 2)
