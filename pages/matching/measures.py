"""Held-out measures of every model, beside the baselines, and how they grew over training."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from engine.matching.baselines import BASELINES
from engine.matching.ladder import LADDER, TITLES
from engine.matching.measures import Judge
from engine.runs.frame import Array
from engine.runs.studies.verdict import judge as judge_differences
from pages.matching import ranking
from pages.matching.shown import Shown
from pages.ui.controls.choices import one_of
from pages.ui.language import N_, t
from pages.ui.pieces.charts import show
from pages.ui.pieces.verdict import badge
from pages.ui.theme import HUES

CURVES = {"mrr": "MRR", "ndcg": "NDCG@10", "recall": "recall@10"}


def draw(now: Shown) -> None:
    """Held-out NDCG, MRR and recall of every model and baseline, at the moment on stage and over training."""
    left, right = st.columns((4, 3), gap="large")
    with left:
        table(now)
    with right:
        _curve(now)


def table(now: Shown) -> None:
    """One row a model or baseline, at the last moment of the run, and who is best."""
    found = {name: _judged(now, name) for name in BASELINES}
    last = now.recording.frames[-1]
    for model in now.config.models:
        found[model] = {name: last.metrics[f"{model}.{name}"] for name in ("ndcg", "mrr", "recall")}
    st.dataframe(
        pd.DataFrame([_row(name, one) for name, one in found.items()]),
        hide_index=True,
        height="content",
        alt=t("Held-out measures"),
    )
    _pays_off(now, found)
    st.caption(
        t(
            "{queries} held-out queries over {documents} documents. NDCG gains 2^rel − 1; recall@k: a relevant document is among the first k; scores nearer than 0.00001 are equal, and every measure is its mean over all orders of what is equal.",
            queries=f"{len(now.hand.library.test):,}",
            documents=f"{len(now.hand.library.pool):,}",
        )
    )


def _pays_off(now: Shown, found: dict[str, dict[str, Array]]) -> None:
    """The best model against the best baseline, by reciprocal rank, query by query."""
    model = max(now.config.models, key=lambda name: float(found[name]["mrr"]))
    baseline = max(BASELINES, key=lambda name: float(found[name]["mrr"]))
    library = now.hand.library
    judge = Judge(library.log)
    scores = now.index.scores(model, library.test), now.hand.baselines.scores(library.test)[baseline]
    reciprocal = [judge.reciprocal_ranks(one) for one in scores]
    verdict = judge_differences(reciprocal[0] - reciprocal[1], enough=2)
    st.markdown(
        t(
            "{model} ranks better than {baseline}, the best that needs no training, over {queries} held-out queries: {verdict}",
            model=TITLES[model],
            baseline=t(ranking.NAMES[baseline]),
            queries=len(reciprocal[0]),
            verdict=badge(verdict, N_("{ahead} of {count} queries")),
        )
    )


def _judged(now: Shown, name: str) -> dict[str, Array]:
    return _baselines(now.config.digest, now)[name]


@st.cache_data(max_entries=12, show_spinner=False)
def _baselines(digest: str, _now: Shown) -> dict[str, dict[str, Array]]:
    hand = _now.hand
    judge = Judge(hand.library.log)
    return {name: judge.measures(one) for name, one in hand.baselines.scores(hand.library.test).items()}


def _row(name: str, measures: dict[str, Array]) -> dict[str, str]:
    ndcg, recall = measures["ndcg"], measures["recall"]
    return {
        t("model"): t(ranking.NAMES[name]),
        "recall@1": f"{recall[0]:.3f}",
        "recall@10": f"{recall[1]:.3f}",
        "MRR": f"{float(measures['mrr']):.3f}",
        "NDCG@1": f"{ndcg[0]:.3f}",
        "NDCG@3": f"{ndcg[1]:.3f}",
        "NDCG@10": f"{ndcg[2]:.3f}",
    }


def _curve(now: Shown) -> None:
    """One measure over training, the baselines as lines that do not move."""
    chosen = one_of(t("Measure"), tuple(CURVES), "mrr", key="matching_measure", name_of=CURVES.__getitem__)
    rows = [
        {"step": frame.step, "name": TITLES[m], "value": _number(frame.metrics[f"{m}.{chosen}"])}
        for frame in now.recording.frames
        for m in now.config.models
    ]
    ends = (now.recording.steps[0], now.recording.steps[-1])
    rows += [
        {"step": step, "name": t(ranking.NAMES[name]), "value": _number(_judged(now, name)[chosen])}
        for name in BASELINES
        for step in ends
    ]
    hues = {TITLES[m]: HUES[LADDER[m].hue] for m in now.config.models}
    hues |= {t(ranking.NAMES[name]): grey for name, grey in zip(BASELINES, ("#888888", "#BBBBBB"), strict=True)}
    show(
        alt.Chart(pd.DataFrame(rows), height=340)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("step:Q", title=t("training step")),
            y=alt.Y("value:Q", title=CURVES[chosen], scale=alt.Scale(domain=[0, 1])),
            color=alt.Color("name:N", title=None, sort=list(hues), legend=alt.Legend(orient="top", columns=2), scale=alt.Scale(domain=list(hues), range=list(hues.values()))),
            tooltip=[alt.Tooltip("name:N", title=t("model")), alt.Tooltip("step:Q", title=t("training step")), alt.Tooltip("value:Q", title=CURVES[chosen], format=".3f")],
        ),
        key="measures",
        alt=t("A measure over training, by model, with the baselines"),
    )  # fmt: skip


def _number(values: Array) -> float:
    return float(values.ravel()[-1])
