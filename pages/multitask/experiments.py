"""The claims of this ladder: each a question with its study, spread and verdict."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from engine.multitask.claims import COMPARED, CORRELATIONS, PAPER, RATES, SCARCE, SEEDS, TUNING
from engine.multitask.ladder import TITLES
from engine.multitask.shipped import SHIPPED, sweep
from pages.multitask import claim_seesaw, claim_sharing, claim_views, real_table
from pages.multitask.claim_charts import colours
from pages.multitask.claim_views import View
from pages.multitask.claim_words import PAIRS, said
from pages.multitask.shown import Shown
from pages.ui.language import N_, t
from pages.ui.pieces.charts import show
from pages.ui.pieces.section import Section
from pages.ui.pieces.verdict import verdicts_of


def about() -> str:
    """What the stored studies are."""
    return t(
        "Stored studies of {seeds} seeds: fresh rows, {steps} steps, every structure at its own learning rate, the best of {rates} on {tuning} other seeds, which falls to 0 over the run. Structures are compared seed by seed; the claims of this page are judged together.",
        seeds=len(SEEDS),
        steps=f"{PAPER.steps:,}",
        rates=len(RATES),
        tuning=len(TUNING),
    )


def _losses_over_steps(now: Shown) -> None:
    """The paper's Figure 4 on the shipped recordings: loss over steps at .5, .9 and 1."""
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


def _question(key: str, text: str, claims: tuple[str, ...], view: View) -> Section[Shown]:
    def draw(now: Shown) -> None:
        view(SHIPPED.results, verdicts_of(SHIPPED, claims))

    return Section(key, text, draw, claims=lambda: {claim: said(claim) for claim in claims})


EXPERIMENTS: tuple[Section[Shown], ...] = (
    _question(
        "loss",
        N_("Is the loss of the MoE structures below Shared-Bottom's?"),
        (
            *(f"{pair}@{p:g}" for pair in PAIRS if pair.partition("_")[0] not in ("ple", "cgc") for p in CORRELATIONS),
            "mmoe_below_shared_bottom@long",
            "omoe_below_shared_bottom@long",
        ),
        claim_views.loss,
    ),
    _question(
        "gap",
        N_("Is OMoE close to MMoE at correlation 1, and farther apart at 0?"),
        ("omoe_close_to_mmoe_at_1", "omoe_close_to_mmoe_at_1@long"),
        claim_views.gap,
    ),
    _question(
        "advantage",
        N_("The lower the correlation, the larger MMoE's advantage?"),
        ("advantage_grows_as_p_falls", "advantage_grows_as_p_falls@long"),
        claim_views.advantage,
    ),
    _question(
        "seesaw", N_("Does one task pay for the other, and does PLE end it?"), claim_seesaw.CLAIMS, claim_seesaw.seesaw
    ),
    Section(
        "real_table", N_("The same on a real table: clicks and likes of KuaiRand-Pure"), lambda now: real_table.draw()
    ),
    _question(
        "distance",
        N_("Do the tasks' gates meet as the correlation rises?"),
        ("gates_meet_as_p_rises", "gates_meet_as_p_rises@long"),
        claim_views.gates,
    ),
    _question(
        "sharing",
        N_("Do shared layers save computation and overfit less?"),
        tuple(f"{what}@{rows}" for rows in SCARCE for what in ("sharing_overfits_less", "sharing_has_the_smaller_gap")),
        claim_sharing.sharing,
    ),
    _question(
        "breaks",
        N_("Where does it break? The same comparison at learning rate 0.001"),
        ("mmoe_below_shared_bottom@slow",),
        claim_views.breaks,
    ),
    Section(
        "dead", N_("Runs that a tower holds back: how many are there?"), lambda now: claim_views.dead(SHIPPED.results)
    ),
    Section("figure4", N_("The paper's Figure 4: loss over steps at correlation 0.5, 0.9 and 1"), _losses_over_steps),
)
