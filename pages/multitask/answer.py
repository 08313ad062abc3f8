"""The answer of the run on stage, as one sentence with its verdict."""

from __future__ import annotations

import numpy as np

from engine.multitask.ladder import TITLES
from engine.runs.studies.verdict import Verdict, judge
from pages.multitask.shown import Shown
from pages.ui.language import t
from pages.ui.marked import Marked
from pages.ui.pieces.verdict import badge


def answer(now: Shown) -> str:
    """The answer of the run on stage as one sentence with its verdict."""
    config, last = now.config, now.recording.frames[-1]
    loss = {s: last.metrics[f"{s}.test_loss"].mean(-1) for s in config.structures}
    where_ = t("Loss at p = {p}, step {step}", p=f"{config.correlation:.2f}", step=f"{last.step:,}")
    if not {"shared_bottom", "mmoe"} <= loss.keys():
        parts = ", ".join(f"{TITLES[s]} {values.mean():.3f}" for s, values in loss.items())
        return Marked("{where}: {parts}.").format(where=where_, parts=parts)
    verdict = compared(loss["mmoe"], loss["shared_bottom"])
    sentence = t(
        "{where}: MMoE {mmoe}, Shared-Bottom {shared_bottom}, {mean} [{low}, {high}].",
        where=where_,
        mmoe=f"{loss['mmoe'].mean():.3f}",
        shared_bottom=f"{loss['shared_bottom'].mean():.3f}",
        mean=f"{verdict.mean:+.3f}",
        low=f"{verdict.low:+.3f}",
        high=f"{verdict.high:+.3f}",
    )
    return sentence + " " + t("MMoE is better: {verdict}", verdict=badge(verdict))


def compared(left: np.ndarray, right: np.ndarray) -> Verdict:
    """Whether left is below right, seed by seed."""
    return judge(np.asarray(left, np.float64) - np.asarray(right, np.float64))
