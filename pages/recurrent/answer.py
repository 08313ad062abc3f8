"""The answer of the moment on stage, as one sentence, and what is judged of it."""

from __future__ import annotations

import math

import numpy as np

from engine.recurrent import TextConfig
from engine.recurrent.claims import SHARE_THAT_MATTERS
from engine.recurrent.ladder import TITLES
from engine.runs.frame import Array
from engine.runs.studies.verdict import judge
from pages.recurrent import charts, told
from pages.recurrent.shown import Shown
from pages.ui.language import N_, listed, t
from pages.ui.marked import Marked
from pages.ui.pieces.verdict import THIS_RUN, Judged
from pages.ui.run.live import RECORDED

COMPARED = {"rnn", "lstm"}
"""Whom a run of one's own is judged by."""


def answer(now: Shown) -> str:
    """The answer of the moment on stage as one sentence: of what is recorded, what a cell learns of the slider's distance, by
    the stored study; else the held-out accuracy of each cell there, or at the nearest that was tested."""
    if told.by_the_study(now):
        return told.sentence(now)
    config, frame = now.config, now.frame
    asked = config.distance if isinstance(config, TextConfig) else now.hero
    at = _tested(now)
    distance = config.test_distances[at]
    if isinstance(config, TextConfig):
        losses = {cell: float(frame.metrics[f"{cell}.test_loss"][:, at].mean()) for cell in config.cells}
        return t(
            "Your text after {step} training steps, held out: {losses} nats per character. Counting what followed the last {context} characters gives {counting}, guessing evenly {even}.",
            step=f"{frame.step:,}",
            losses=_of_each(losses),
            context=int(frame.metrics["counting.order"]) - 1,
            counting=f"{frame.metrics['counting.test_loss'][:, at].mean():.2f}",
            even=f"{math.log(len(config.alphabet)):.2f}",
        )
    found = _accuracies(now, at)
    of_each = (
        t("{task}, distance {distance}, step {step}: {accuracies} right.")
        if config.runs == 1
        else t("{task}, distance {distance}, step {step}: {accuracies} right, mean of {runs} seeds.")
    )
    sentence = of_each.format(
        task=charts.task_title(config),
        distance=distance
        if distance == asked
        else t("{asked} (tested at {distance})", asked=f"{asked:g}", distance=distance),
        step=f"{frame.step:,}",
        accuracies=_of_each({cell: float(share.mean()) for cell, share in found.items()}),
        runs=config.runs,
    )
    return sentence


def _of_each(cells: dict[str, float]) -> str:
    one = Marked("{cell} **{value:.2f}**")
    return listed(one.format(cell=t(TITLES[cell]), value=value) for cell, value in cells.items())


def judged(now: Shown) -> Judged | None:
    """Whether the RNN is below the LSTM: by the stored study, or by the seeds of a run of one's own."""
    if told.by_the_study(now):
        return told.judged(now)
    config = now.config
    if now.source == RECORDED or isinstance(config, TextConfig) or config.runs < 2 or not COMPARED <= set(config.cells):
        return None
    found = _accuracies(now, _tested(now))
    verdict = judge(found["lstm"] - found["rnn"], smallest=SHARE_THAT_MATTERS)
    return Judged(N_("Is the RNN below the LSTM there? {verdict}"), verdict, THIS_RUN)


def _tested(now: Shown) -> int:
    """Which of the tested distances is the nearest to the one at the slider."""
    asked = now.config.distance if isinstance(now.config, TextConfig) else now.hero
    tested = now.config.test_distances
    return min(range(len(tested)), key=lambda n: abs(tested[n] - asked))


def _accuracies(now: Shown, at: int) -> dict[str, Array]:
    """Of each cell, by seed, at a tested distance."""
    return {cell: now.frame.metrics[f"{cell}.accuracy"][:, at].astype(np.float64) for cell in now.config.cells}
