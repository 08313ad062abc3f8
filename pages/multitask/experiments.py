"""The claims of this ladder: each a question with its study, spread and verdict, closed at first."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import pandas as pd
import streamlit as st

from engine.multitask.claims import (
    CLAIMS,
    COMPARED,
    CORRELATIONS,
    SCARCE,
)
from engine.multitask.ladder import TITLES
from engine.multitask.shipped import SHIPPED, sweep
from engine.runs.verdict import HOLDS, Verdict
from pages.multitask.claim_charts import colours
from pages.multitask.claim_views import DRAW
from pages.multitask.where import PLACE
from pages.ui.language import N_, t
from pages.ui.marked import Marked
from pages.ui.pieces.charts import show
from pages.ui.pieces.questions import questions
from pages.ui.pieces.section import section
from pages.ui.pieces.verdict import badge


@dataclass(frozen=True, slots=True)
class Question:
    """One line, the claims that answer it, and what is drawn when it is opened."""

    text: str
    claims: tuple[str, ...]
    open: str = ""


QUESTIONS = (
    Question(
        N_("Is the loss of the MoE structures below Shared-Bottom's?"),
        tuple(f"{s}_below_shared_bottom@{p:g}" for s in ("mmoe", "omoe") for p in CORRELATIONS),
        "loss",
    ),
    Question(
        N_("Is OMoE close to MMoE at correlation 1, and farther apart at 0?"), ("omoe_close_to_mmoe_at_1",), "gap"
    ),
    Question(
        N_("The lower the correlation, the larger MMoE's advantage?"), ("advantage_grows_as_p_falls",), "advantage"
    ),
    Question(N_("Do the tasks' gates meet as the correlation rises?"), ("gates_meet_as_p_rises",), "distance"),
    Question(
        N_("Do shared layers save computation and overfit less?"),
        tuple(f"shared_overfits_less@{rows}" for rows in SCARCE),
        "sharing",
    ),
    Question(
        N_("Where does it break? The same comparison at learning rate 0.001"),
        ("mmoe_below_shared_bottom@slow",),
        "breaks",
    ),
)


def draw() -> None:
    """All questions with the stored verdicts, and the preview study."""
    st.subheader(t("Experiments"), anchor=False)
    st.caption(
        t(
            "Stored studies of 32 seeds in the setting that reproduced the paper's ordering: fresh rows, 2,500 steps, learning rate "
            "0.01. Every verdict compares the structures seed by seed; it holds or fails where the 95% interval excludes 0."
        )
    )
    seeds = SHIPPED.results
    questions(PLACE, QUESTIONS, CLAIMS, seeds, _short, lambda question, verdicts: DRAW[question.open](seeds, verdicts))
    _figure_4()


def _short(verdicts: dict[str, Verdict]) -> str:
    """One badge, or how many of several claims hold."""
    if len(verdicts) == 1:
        return badge(next(iter(verdicts.values())))
    counted = {name: v for name, v in verdicts.items() if not name.startswith("omoe")}
    holds = sum(v.outcome == HOLDS for v in counted.values())
    colour = "green" if holds == len(counted) else "orange"
    sentence = (
        N_("MMoE: holds at {holds} of {count} correlations")
        if "mmoe" in next(iter(counted))
        else N_("holds at {holds} of {count} sizes")
    )
    text = t(sentence, holds=holds, count=len(counted))
    return Marked(":{colour}-badge[{text}]").format(colour=colour, text=text)


def _figure_4() -> None:
    """The paper's Figure 4 on the shipped recordings: loss over steps at .5, .9 and 1."""
    section(
        t("The paper's Figure 4: loss over steps at correlation 0.5, 0.9 and 1"),
        PLACE.open_key("figure4"),
        _losses_over_steps,
    )


def _losses_over_steps() -> None:
    rows = [
        {
            "p": f"p = {r.config.correlation:g}",
            "step": frame.step,
            "loss": float(frame.metrics[f"{s}.test_loss"].mean()),
            "structure": TITLES[s],
        }
        for r in sweep()
        if r.config.correlation in (0.5, 0.9, 1.0)
        for frame in r.frames[1:]
        for s in COMPARED
    ]
    chart = (
        alt.Chart(pd.DataFrame(rows), width=240, height=220)
        .mark_line()
        .encode(
            x=alt.X("step:Q", title=t("training step")),
            y=alt.Y("loss:Q", title=t("held-out loss"), scale=alt.Scale(type="log")),
            color=alt.Color(
                "structure:N",
                title=None,
                scale=alt.Scale(domain=list(colours()), range=list(colours().values())),
                legend=alt.Legend(orient="bottom"),
            ),
            column=alt.Column("p:N", title=None),
        )
    )
    show(chart, key="figure_4", width="content", alt=t("Loss over steps at three correlations"))
    st.caption(t("Means of {count} recorded seeds; the paper's are of 200 runs.", count=sweep()[0].config.runs))
