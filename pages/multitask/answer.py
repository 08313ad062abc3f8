"""The answer of the run on stage, as one sentence with its verdict."""

from __future__ import annotations

import numpy as np

from engine.multitask.claims import LOSS_THAT_MATTERS
from engine.multitask.ladder import TITLES
from engine.runs.studies.verdict import Verdict, judge
from pages.multitask.shown import Shown
from pages.ui.language import N_, t
from pages.ui.marked import Marked
from pages.ui.pieces.verdict import THIS_RUN, headline


def answer(now: Shown) -> str:
    """The answer of the run on stage as one sentence with its verdict."""
    config, last = now.config, now.recording.frames[-1]
    loss = {s: last.metrics[f"{s}.test_loss"].mean(-1) for s in config.structures}
    where_ = t("Loss at p = {p}, step {step}", p=f"{config.correlation:.2f}", step=f"{last.step:,}")
    if not {"shared_bottom", "mmoe"} <= loss.keys():
        parts = ", ".join(f"{TITLES[s]} {values.mean():.3f}" for s, values in loss.items())
        return Marked("{where}: {parts}.").format(where=where_, parts=parts)
    verdict = compared(loss["shared_bottom"], loss["mmoe"])
    sentence = t(
        "{where}: MMoE {mmoe}, Shared-Bottom {shared_bottom}; MMoE ahead by {mean} [{low}, {high}].",
        where=where_,
        mmoe=f"{loss['mmoe'].mean():.3f}",
        shared_bottom=f"{loss['shared_bottom'].mean():.3f}",
        mean=f"{verdict.mean:+.3f}",
        low=f"{verdict.low:+.3f}",
        high=f"{verdict.high:+.3f}",
    )
    return sentence + " " + headline(now, N_("MMoE is better: {verdict}"), verdict, THIS_RUN)


def compared(upper: np.ndarray, lower: np.ndarray) -> Verdict:
    """Whether one loss is above another, seed by seed, by more than matters."""
    differences = np.asarray(upper, np.float64) - np.asarray(lower, np.float64)
    return judge(differences, smallest=LOSS_THAT_MATTERS)
