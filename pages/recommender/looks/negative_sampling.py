"""Negative sampling: how far its gradient is from the full softmax's, and what training makes of it."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender.claims import FEW, FULL, MANY, RECALL, UNCORRECTED, Seeds, cells
from engine.recommender.looks.negative_sampling import DRAWS, EXAMPLES, SAMPLERS, Distance, distances
from engine.recommender.serving.users import sample_users
from engine.recommender.shipped import SHIPPED
from pages.recommender.looks.cached import cached_per_run, compute_button
from pages.recommender.looks.studies import one_series, study, verdicts
from pages.recommender.settings import SAMPLERS as NAMES
from pages.recommender.shown import Shown
from pages.ui.controls.choices import one_of
from pages.ui.language import N_, bare, t
from pages.ui.pieces.charts import show
from pages.ui.theme import HUES

USERS = 40
ASKED = "recommender_negatives_asked"
KINDS = {"mean": N_("Averaged over draws"), "one": N_("A single draw")}
CLAIMS = {
    "more_negatives_find_more": N_("{many} negatives find more of the held-out watches than {few}:"),
    "sampling_pays": N_(
        "{negatives} negatives for {steps} steps find more than the full softmax for {fewer}, about as long:"
    ),
    "correction_finds_more": N_("With the correction more are found than without, at {negatives} negatives:"),
}


def draw(now: Shown) -> None:
    """The gradient at the parameters on stage, then the stored studies."""
    st.markdown(t("**1 · The gradient** of the sampled softmax, against the full softmax's"))
    _gradient(now)
    st.markdown(t("**2 · What training says**: stored studies"))
    study(_claims)


def _gradient(now: Shown) -> None:
    if not compute_button(now, ASKED, t("Draw negatives and compare"), "casino"):
        st.caption(t("At the parameters on stage: {draws} draws of each size, from two distributions, with and without the correction.", draws=DRAWS))  # fmt: skip
        return
    with st.spinner(t("Drawing"), show_time=True):
        found = _distances(now)
    kind = one_of(t("Distance"), tuple(KINDS), "mean", key="recommender_negatives_kind", name_of=lambda one: t(KINDS[one]))  # fmt: skip
    left, right = st.columns((3, 2), gap="large")
    with left:
        _curve(found, kind, now.config.negatives)
    with right:
        _told(now, found)


@cached_per_run(12)
def _distances(digest: str, step: int, _now: Shown) -> list[Distance]:
    return distances(_now.server, sample_users(_now.server, USERS, _now.users))


def _curve(found: list[Distance], kind: str, negatives: int) -> None:
    kinds = {
        (name, corrected): f"{t(NAMES[name])}, {t('corrected') if corrected else t('uncorrected')}"
        for name in SAMPLERS
        for corrected in (True, False)
    }
    rows = [
        {"n": one.negatives, "kind": kinds[one.sampler, one.corrected], "distance": getattr(one, kind)} for one in found
    ]
    legend = alt.Legend(
        orient="top", columns=1, symbolType="stroke", symbolStrokeWidth=3, symbolSize=500, labelLimit=300
    )
    domain = list(kinds.values())
    base = alt.Chart(pd.DataFrame(rows), height=390).encode(
        x=alt.X("n:Q", title=t("negatives n"), scale=alt.Scale(type="log", domain=[4, 2_500], nice=False), axis=alt.Axis(format=",", values=sorted({one.negatives for one in found}))),
        y=alt.Y("distance:Q", title=t("relative distance"), scale=alt.Scale(type="log"), axis=alt.Axis(format="~f", tickCount=4)),
        color=alt.Color("kind:N", title=None, sort=None, legend=legend, scale=alt.Scale(domain=domain, range=[HUES[0], HUES[0], HUES[1], HUES[1]])),
        strokeDash=alt.StrokeDash("kind:N", title=None, sort=None, legend=legend, scale=alt.Scale(domain=domain, range=[[1, 0], [6, 4], [1, 0], [6, 4]])),
        tooltip=[alt.Tooltip("kind:N", title=" "), alt.Tooltip("n:Q", title="n", format=","), alt.Tooltip("distance:Q", title=t("relative distance"), format=".4f")],
    )  # fmt: skip
    rule = alt.Chart(pd.DataFrame({"n": [negatives]})).mark_rule(color="#888", strokeDash=[2, 3]).encode(x="n:Q")
    lines = base.mark_line(strokeWidth=2.5, point={"size": 45})
    show(rule + lines, key="negatives_curve", alt=t("Distance of the gradient over the number of negatives"))


def _told(now: Shown, found: list[Distance]) -> None:
    """The popular sampler at both ends."""
    popular = {(one.negatives, one.corrected): one.mean for one in found if one.sampler == "popular"}
    few, many = min(n for n, _ in popular), max(n for n, _ in popular)
    st.markdown(
        t(
            "By watches to the ¾, from {few} to {many} negatives: with the correction the averaged gradient's distance falls from {a} to **{b}**, without it from {c} to **{d}**.",
            few=few,
            many=f"{many:,}",
            a=f"{popular[few, True]:.2f}",
            b=f"{popular[many, True]:.3f}",
            c=f"{popular[few, False]:.2f}",
            d=f"{popular[many, False]:.3f}",
        )
    )
    st.markdown(
        t("Drawn evenly, the correction log(n q) is one number for all the drawn; without it the distance falls, too.")
    )
    share = now.config.negatives / len(now.server.vectors)
    st.caption(
        t(
            "Gradient by u of {examples} training examples, {draws} draws of each size; averaged it shows the bias, a single draw adds its noise. Dotted: n of this run, {n}: {share} of the {videos} vectors that the full softmax touches.",
            examples=EXAMPLES,
            draws=DRAWS,
            n=f"{now.config.negatives:,}",
            share=f"{share:.1%}",
            videos=f"{len(now.server.vectors):,}",
        )
    )


def _claims(seeds: Seeds) -> None:
    counts = {
        "many": f"{MANY.negatives:,}", "few": FEW.negatives, "negatives": RECALL.negatives, "steps": f"{RECALL.steps:,}",
        "fewer": f"{FULL.steps:,}",
    }  # fmt: skip
    verdicts({name: t(said, **counts) for name, said in CLAIMS.items()})
    rows = {
        bare("{n} negatives", n=FEW.negatives): seeds.hits(FEW),
        bare("{n} negatives", n=RECALL.negatives): seeds.hits(RECALL),
        bare("{n} negatives", n=f"{MANY.negatives:,}"): seeds.hits(MANY),
        bare("{n} negatives, uncorrected", n=UNCORRECTED.negatives): seeds.hits(UNCORRECTED),
        bare("full softmax, {steps} steps", steps=f"{FULL.steps:,}"): seeds.hits(FULL),
    }
    one_series(rows, t("held-out watches among the first 100"), "negatives_hits")
    _paces()


def _paces() -> None:
    """What a step costs, by the time that the cells of the study took in all, the site and its tests included."""
    paces = {
        base: [SHIPPED.seconds[cell] for cell in cells(base) if cell in SHIPPED.seconds] for base in (RECALL, FULL)
    }
    if not all(paces.values()):
        return
    each, full = (1e3 * float(np.median(paces[base])) / base.steps for base in (RECALL, FULL))
    st.caption(
        t(
            "A step took {sampled} ms sampled and {full} ms with the full softmax, on the machine of the study, all that goes with a training included: {ratio} times as long. The full softmax grows with the catalogue, the sampled one does not.",
            sampled=f"{each:.1f}",
            full=f"{full:.1f}",
            ratio=f"{full / each:.1f}",
        )
    )
