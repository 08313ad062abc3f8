"""What was measured on a log: the network beside what needs no training, in a table and a sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from engine.recommender import OwnLogConfig
from engine.recommender.held_out.served import CUTS
from engine.recommender.opponents.beside import OPPONENTS
from engine.recommender.own_log import further
from engine.runs.frame import Frame
from engine.runs.studies.verdict import Outcome
from pages.recommender.opponents import METHODS
from pages.recommender.tuned import told_chosen
from pages.ui.language import N_, t
from pages.ui.pieces.verdict import badge_of

NAMES = {**METHODS, "present": N_("My present system")}


def measured(config: OwnLogConfig, recall: Frame, ranking: Frame | None = None) -> None:
    """Hits of every method, of ranking what there is, and how the network is judged beside the best of the others."""
    cuts = {k: n for n, k in enumerate(CUTS) if k < config.videos} or {CUTS[0]: 0}  # a cut that holds all finds all
    rows = [_row(name, config.videos, recall, ranking) for name in NAMES if f"{name}.hits" in recall.metrics]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", alt=t("Held-out measures"))
    there = [name for name in OPPONENTS if f"{name}.hits" in recall.metrics]
    if there:
        _judged(recall, cuts, there, config.asked)
    else:
        st.info(
            t(
                "Not compared yet with the methods without a network: they are tuned on this log while the network trains."
            )
        )
    if "present.gain" in recall.metrics:
        _beside_present(recall, cuts)
    if "recall.stopped" in recall.metrics:
        st.caption(t("Training went back to step {step}, where hits on validation were highest.", step=f"{int(recall.metrics['recall.stopped']):,}"))  # fmt: skip
    st.caption(_about(recall, ranking is not None, config.asked))


def _judged(recall: Frame, cuts: dict[int, int], there: list[str], asked: str) -> None:
    """How the network is judged beside the best of the others."""
    first = max(k for k in cuts if k <= CUTS[1])
    rival = max(there, key=lambda name: float(recall.metrics[f"{name}.hits"][cuts[first]]))
    sentence = (
        N_("The YouTube DNN finds the last watch among {first} oftener than {rival}, the best of the methods without a network: {mean} of users, 95% interval {low} to {high}: {verdict}")
        if asked == "last"
        else N_("The YouTube DNN finds the next watch after the moment among {first} oftener than {rival}, the best of the methods without a network: {mean} of users, 95% interval {low} to {high}: {verdict}")
    )  # fmt: skip
    st.markdown(t(sentence, rival=t(METHODS[rival]), **_gained(recall, rival, cuts[first]), first=first))


def _beside_present(recall: Frame, cuts: dict[int, int]) -> None:
    """How the network is judged beside the lists that are served now."""
    first = max(k for k in cuts if k <= CUTS[1])
    st.markdown(t(
        "Among {first} the YouTube DNN finds it oftener than the present system's lists: {mean} of users, 95% interval {low} to {high}: {verdict}. {share} of the users who are asked have such a list.",
        **_gained(recall, "present", cuts[first]), first=first, share=_share(recall.metrics["present.listed"]),
    ))  # fmt: skip


def _gained(recall: Frame, rival: str, cut: int) -> dict[str, object]:
    """By how much the network hits oftener, and what that is worth."""
    mean, low, high = (float(value) for value in recall.metrics[f"{rival}.gain"][cut])
    verdict = badge_of(Outcome.HOLDS if low > 0 else Outcome.FAILS if high < 0 else Outcome.CANNOT_TELL)
    return {"mean": _gain(mean), "low": _gain(low), "high": _gain(high), "verdict": verdict}


def _about(recall: Frame, ranked: bool, asked: str) -> str:
    """What the columns are, and what tuning chose."""
    return (
        t(
            N_(
                "hit@k: the share of users whose last watch is among the first k that may be served: seen before that moment by somebody, and not watched before by them."
            )
            if asked == "last"
            else N_(
                "hit@k: the share of users whose next watch after the moment is among the first k that may be served: seen before it by somebody, and not watched before by them."
            )
        )  # fmt: skip
        + (
            " " + t("Coverage: the share of all items that stand among anybody's first {most}.", most=further.PLACES)
            if "recall.coverage" in recall.metrics
            else ""
        )
        + " "
        + told_chosen(recall.metrics)
        + (
            " "
            + t(
                "AUC and mispredicted watch time: of the last tenth of the impressions. Popularity is there the rate at which an item is watched when shown. Watch time is mispredicted where something shown in vain on the same page scores higher; lower is better."
            )
            if ranked
            else ""
        )
    )


def _row(name: str, videos: int, recall: Frame, ranking: Frame | None) -> dict[str, object]:
    row: dict[str, object] = {t("Method"): t(NAMES[name])}
    whole = f"{name}.at" in recall.metrics  # the last look, at all users
    cuts, hits = (further.CUTS, recall.metrics[f"{name}.at"]) if whole else (CUTS, recall.metrics[f"{name}.hits"])
    row |= {f"hit@{k}": _share(hit) for k, hit in zip(cuts, hits, strict=True) if k < videos or k == cuts[0]}
    if whole:
        row[f"NDCG@{further.PLACES}"] = f"{float(recall.metrics[f'{name}.ndcg']):.3f}"
        row[t("coverage")] = _share(recall.metrics[f"{name}.coverage"])
    part = "ranking" if name == "recall" else name
    if ranking is not None and f"{part}.auc" in ranking.metrics:
        row["AUC"] = f"{float(ranking.metrics[f'{part}.auc']):.3f}"
        row[t("mispredicted watch time")] = _share(ranking.metrics[f"{part}.mispredicted"])
    return row


def _gain(share: float) -> str:
    return f"{round(share, 3) + 0.0:+.1%}"  # no "-0.0%"


def _share(value: object) -> str:
    number = float(np.asarray(value))
    return f"{number:.1%}" if np.isfinite(number) else "–"
