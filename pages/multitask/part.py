"""The drill-down: the clicked part, one sample's numbers, and the sum behind one of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.errors import UserError
from engine.multitask import MultitaskConfig
from engine.multitask.ladder import TITLES
from engine.multitask.opened import Opened, probe
from engine.runs.config import IntRange
from engine.runs.frame import Frame
from engine.runs.playground import Address
from engine.runs.trace import Trace
from pages.multitask import drawer, settings, where
from pages.multitask.shown import Shown
from pages.multitask.where import PLACE
from pages.ui import language
from pages.ui.controls import controls
from pages.ui.language import N_, t
from pages.ui.marked import Marked
from pages.ui.pieces.charts import show
from pages.ui.pieces.zoom import zoom
from pages.ui.theme import HUES

ROW = "multitask_row"


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked into: a structure at one step of a run, the part selected in it, and the tasks' names."""

    config: MultitaskConfig
    frame: Frame
    last: bool
    structure: str
    part: str | None
    names: tuple[str, ...]


def on_stage(now: Shown) -> Looked:
    recording = now.recording
    at = PLACE.start(recording.steps, recording.config.structures, PLACE.hero_value())
    return Looked(
        recording.config,
        recording.frames[at.frame],
        at.frame == len(recording.frames) - 1,
        at.rung,
        at.selected,
        settings.task_names(recording.config.num_tasks),
    )


def draw(shown: Shown) -> None:
    """Part, sample, sum, of the structure that is on stage."""
    now = on_stage(shown)
    with st.container(border=True, key="drill_down"), or_why_not(now, "drill_down"):
        if now.part:
            with drawer.or_why_not(now.part, title(now.part, now.names)):
                _part(now, now.part)
        else:
            st.markdown(
                Marked("**{title}** — ").format(title=t("Open a part"))
                + t(
                    "Click an expert, a gate, a tower or a prediction in the diagram: its numbers and the sum behind them open here."
                )
            )


@contextmanager
def or_why_not(now: Looked, of: str) -> Iterator[None]:
    """Where the step on stage cannot be looked into, why, and the way to one that can; `of` names what wants to."""
    try:
        yield
    except UserError as error:
        st.info(language.explain(error))
        if not now.last:
            st.button(t("Go to the last step"), icon=":material/last_page:", key=f"to_last_{of}", on_click=_to_last)


def _to_last() -> None:
    PLACE.go({PLACE.step: ""})


def _part(now: Looked, part: str) -> None:
    config, frame, structure, names = now.config, now.frame, now.structure, now.names
    left, right = st.columns((2, 3), gap="large")
    with left:
        head = Marked("**{structure} · {part}** · {step}")
        step = t("step {step}", step=f"{frame.step:,}")
        st.markdown(head.format(structure=TITLES[structure], part=title(part, names), step=step))
        rows, opened = probe(config), Opened(config, frame)
        how = {"key": ROW, "bind": "query-params", "help": t("Which sample goes through the network.")}
        row = controls.whole_number(t("Held-out row"), IntRange(0, config.test_rows - 1), 0, **how)
        traced = opened.trace(structure, rows.x[row : row + 1])
        values, unit_name = numbers(traced, part)
        show(
            bars(values, unit_name, _colour(part)),
            width="stretch",
            key="part_bars",
            alt=t("The numbers of this part for the chosen row"),
        )
        label = ", ".join(f"{name} {float(y):+.3f}" for name, y in zip(names, rows.y[row], strict=True))
        st.caption(t("Labels of this row: {labels}", labels=label))
        _living(opened.living(structure, part, rows.x), config.tower_slope * part.startswith("tower"))
    with right:
        unit = 0
        if len(values) > 1:
            limits = IntRange(1, len(values))
            key = where.unit_key(part)
            unit = controls.whole_number(unit_name, limits, _interesting(values), key=key, bind="query-params") - 1
        kind, _, number = part.partition(":")
        found = None
        if kind in ("x", "shared"):
            given = t("The input is given: there is no sum behind it.")
            st.caption(given if kind == "x" else t("Features of the shared layer."))
        else:
            summed = "expert" if kind == "bottom" else kind
            found = opened.explain(structure, rows.x[row : row + 1], Address(f"{summed}:{number or 0}", unit))
            if found.terms:
                zoom(found)
            else:
                st.caption(t("This expert belongs to another task: the gate may not look at it, and its weight is 0."))
    drawer.opened(now.structure, part, title(part, names), unit_name, unit, row, found)


def _living(units: np.ndarray | None, slope: float) -> None:
    """How many units of an expert or a tower ever answer above 0; with a slope the others are not lost."""
    if units is not None and slope:
        st.caption(
            t(
                "Units that answer above 0 on any held-out row: {live} of {all}. The others pass {slope} of the gradient, and may come back.",
                live=int(units.sum()),
                all=len(units),
                slope=f"{slope:g}",
            )
        )
    elif units is not None:
        st.caption(
            t(
                "Units that answer above 0 on any held-out row: {live} of {all}. The others are dead: no gradient reaches them.",
                live=int(units.sum()),
                all=len(units),
            )
        )


def title(part: str, names: tuple[str, ...]) -> str:
    """A part's name."""
    kind, _, number = part.partition(":")
    if kind.startswith("lower_"):
        of_all = number == str(len(names)) and kind in _OF_SHARED
        return t(
            "{part}, level below", part=t(_OF_SHARED[kind]) if of_all else title(part.removeprefix("lower_"), names)
        )
    task = names[int(number)] if number.isdigit() and int(number) < len(names) else ""
    return {
        "x": t("Input"),
        "shared": t("Shared layer"),
        "bottom": t("Bottom of {task}", task=task) if number else t("Shared bottom"),
        "expert": t("Expert {i}", i=int(number or 0) + 1),
        "gate": t("Gate of {task}", task=task) if number else t("Gate"),
        "mix": t("Mixture for {task}", task=task),
        "tower": t("Tower of {task}", task=task),
        "y": t("Prediction of {task}", task=task),
    }.get(kind, part)


_OF_SHARED = {"lower_gate": N_("Gate of the shared experts"), "lower_mix": N_("Mixture for the shared experts")}


def numbers(traced: Trace, part: str) -> tuple[np.ndarray, str]:
    """The values of one part for the traced row, and what one of them is called. UserError for an unknown part."""
    kind, _, number = part.partition(":")
    index = int(number) if number.isdigit() else 0
    found = {
        "x": ("x", (), t("Input number")),
        "shared": ("features", (), t("Unit")),
        "bottom": ("experts", (index,), t("Unit")),
        "expert": ("experts", (index,), t("Unit")),
        "gate": ("gates", (index,), t("Expert")),
        "mix": ("mixtures", (index,), t("Unit")),
        "tower": ("towers", (index,), t("Unit")),
        "y": ("predictions", (), t("Task")),
        "lower_expert": ("lower_experts", (index,), t("Unit")),
        "lower_gate": ("lower_gates", (index,), t("Expert")),
        "lower_mix": ("lower_mixtures", (index,), t("Unit")),
    }.get(kind)
    if found is None or found[0] not in traced:
        raise UserError("There is no sum behind {part}.", part=part[:40])
    array = traced[found[0]][0]
    try:
        return np.atleast_1d(array[found[1]] if kind != "y" else array[index]), found[2]
    except IndexError:
        raise UserError("There is no sum behind {part}.", part=part[:40]) from None


def _interesting(values: np.ndarray) -> int:
    """The largest, from 1: a dead unit opens to nothing but zero."""
    return int(np.argmax(np.abs(values))) + 1


def _colour(part: str) -> str:
    kind, _, number = part.partition(":")
    of_a_task = kind.removeprefix("lower_") in ("gate", "mix", "tower", "y") and number.isdigit()
    return HUES[int(number) % 6] if of_a_task else "#7A8691"


def bars(values: np.ndarray, unit_name: str, colour: str) -> alt.Chart:
    """One bar a unit."""
    data = pd.DataFrame({"unit": np.arange(1, len(values) + 1), "value": values.astype(float)})
    return (
        alt.Chart(data, height=190)
        .mark_bar(color=colour)
        .encode(
            x=alt.X("unit:O", title=unit_name, axis=alt.Axis(labelOverlap=True, labelAngle=0)),
            y=alt.Y("value:Q", title=t("value")),
            tooltip=[alt.Tooltip("unit:O", title=t("Unit")), alt.Tooltip("value:Q", title=t("value"), format=".5f")],
        )
    )
