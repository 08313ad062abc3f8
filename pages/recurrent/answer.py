"""The answer of the moment on stage, as one sentence with the verdict of a stored study."""

from __future__ import annotations

from dataclasses import replace

from engine.recurrent import RecurrentConfig, TextConfig
from engine.recurrent.claims import MIXED
from engine.recurrent.ladder import TITLES
from engine.recurrent.shipped import SHIPPED
from engine.runs.studies.verdict import Verdict
from pages.recurrent import charts
from pages.recurrent.shown import Shown
from pages.ui.language import N_, listed, t
from pages.ui.marked import Marked
from pages.ui.pieces.verdict import STORED, headline


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
            "Your text after {step} training steps, held out: {losses} nats per character.",
            step=f"{frame.step:,}",
            losses=_of_each(losses),
        )
    found = {cell: float(frame.metrics[f"{cell}.accuracy"][:, at].mean()) for cell in config.cells}
    shares = _of_each(found)
    sentence = t(
        "{task}, distance {distance}, step {step}: {accuracies} right.",
        task=charts.task_title(config),
        distance=distance
        if distance == asked
        else t("{asked} (tested at {distance})", asked=f"{asked:g}", distance=distance),
        step=f"{frame.step:,}",
        accuracies=shares,
    )
    verdict = _verdict(config)
    return (
        sentence
        if verdict is None
        else sentence + " " + headline(now, N_("At distance 40 RNN below LSTM: {verdict}"), verdict, STORED)
    )


def _of_each(cells: dict[str, float]) -> str:
    one = Marked("{cell} **{value:.2f}**")
    return listed(one.format(cell=t(TITLES[cell]), value=value) for cell, value in cells.items())


def _verdict(config: RecurrentConfig) -> Verdict | None:
    """Of the stored study of this setting; one run alone would judge nothing."""
    if replace(config, cells=MIXED.cells, seed=0, frames=MIXED.frames, runs=MIXED.runs, sentences="en") != MIXED:
        return None
    return SHIPPED.verdicts.get("rnn_below_lstm@40")
