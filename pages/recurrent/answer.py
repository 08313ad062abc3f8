"""The answer of the moment on stage, as one sentence with the verdict of a stored study."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from engine.recurrent import TextConfig
from engine.recurrent.claims import SHARE_THAT_MATTERS
from engine.recurrent.config import LIVE
from engine.recurrent.ladder import TITLES
from engine.recurrent.shipped import SHIPPED
from engine.runs.frame import Array
from engine.runs.studies.verdict import judge
from pages.recurrent import charts
from pages.recurrent.shown import Shown
from pages.ui.language import N_, listed, t
from pages.ui.marked import Marked
from pages.ui.pieces.verdict import STORED, THIS_RUN, headline
from pages.ui.run.live import RECORDED

COMPARED = {"rnn", "lstm"}
"""What the stored study of the sentence compares."""
IN_ENGLISH = N_("stored study, English sentences")


def answer(now: Shown) -> str:
    """The answer of the moment on stage as one sentence: the held-out accuracy of each cell at the slider's distance, or at the
    nearest that was tested."""
    config, frame = now.config, now.frame
    asked = config.distance if isinstance(config, TextConfig) else now.hero
    distance = min(config.test_distances, key=lambda one: abs(one - asked))
    at = config.test_distances.index(distance)
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
    found = {cell: frame.metrics[f"{cell}.accuracy"][:, at].astype(np.float64) for cell in _told(now)}
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
    return Marked(" ").join((sentence, *_judged(now, found)))


def _told(now: Shown) -> tuple[str, ...]:
    """Of which cells the sentence speaks: of a run of one's own, of all that it trained; of what is recorded, of the two that
    the verdict is about, and of the one on stage, or of the third that a run trains where nobody chose."""
    if now.source != RECORDED:
        return now.config.cells
    spoken_of = COMPARED | ({now.rung} - COMPARED or set(LIVE))
    return tuple(cell for cell in now.config.cells if cell in spoken_of)


def _of_each(cells: dict[str, float]) -> str:
    one = Marked("{cell} **{value:.2f}**")
    return listed(one.format(cell=t(TITLES[cell]), value=value) for cell, value in cells.items())


def _judged(now: Shown, found: Mapping[str, Array]) -> Iterator[str]:
    """Whether the RNN is below the LSTM: by the stored study where it is on stage, or by the seeds of a run of one's own."""
    if now.source == RECORDED and now.config.task == "language":
        yield from _by_the_study(now)
    elif now.config.runs > 1 and found.keys() >= COMPARED:
        verdict = judge(found["lstm"] - found["rnn"], smallest=SHARE_THAT_MATTERS)
        yield headline(now, N_("Is the RNN below the LSTM there? {verdict}"), verdict, THIS_RUN)


def _by_the_study(now: Shown) -> Iterator[str]:
    """At its declared distance, and after twice the steps."""
    verdicts = SHIPPED.verdicts
    source = STORED if now.config.sentences == "en" else IN_ENGLISH
    if judged := verdicts.get("rnn_below_lstm@40"):
        yield headline(now, N_("Is the RNN below the LSTM at 40? {verdict}"), judged, source)
    if longer := verdicts.get("rnn_below_lstm@long"):
        yield t("· after twice the steps in {ahead} of {count} runs", ahead=longer.ahead, count=longer.runs)
