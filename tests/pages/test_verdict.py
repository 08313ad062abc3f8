"""Verdicts on screen: none before a training has ended, a count beside each, and the tests behind a button."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.multitask import MultitaskConfig
from engine.multitask.claims import CORRELATIONS, PAPER
from engine.multitask.shipped import SHIPPED, sweep
from engine.runs.frame import Frame
from engine.runs.recording import Recording
from engine.runs.studies.verdict import judge
from pages.ui.language import speaking, t
from pages.ui.marked import unmarked
from pages.ui.openings import declared
from pages.ui.pieces.verdict import STORED, Judged, badge, in_favour, judgement, outcome, summary
from pages.ui.run.on_stage import OnStage

HOLDS = judge(np.linspace(1, 2, 32))
CONFIG = MultitaskConfig(steps=100)


def at(step: int, *, live: bool = False) -> OnStage[MultitaskConfig]:
    frames = tuple(Frame(s, {}, {"w": np.zeros(1)}) for s in (0, 50, 100) if not live or s <= step)
    return OnStage(
        Recording(CONFIG, frames), frames[-1] if live else next(f for f in frames if f.step == step), "run", live
    )


JUDGED = Judged("better: {verdict}", HOLDS, STORED)


@pytest.mark.parametrize(("step", "live"), [(0, True), (50, True), (100, True), (0, False), (50, False)])
def test_there_is_no_verdict_before_the_end(step: int, live: bool) -> None:
    said = judgement(at(step, live=live), JUDGED)
    assert "no verdict" in said and "holds" not in said and str(step) in said


def test_at_the_end_it_stands_with_its_count_and_source() -> None:
    said = judgement(at(100), JUDGED)
    assert "holds" in said and "32 of 32 runs" in said and "stored study" in said and "no verdict" not in said


def test_what_stands_beside_a_declared_claim_has_a_count_and_no_verdict() -> None:
    said = judgement(at(100), replace(JUDGED, declared=False))
    assert "holds" not in said and "32 of 32 runs" in said and "stored study" in said


@pytest.mark.parametrize("spoken", ["en", "zh"])
@pytest.mark.parametrize(
    "name, judges", [("recurrent", True), ("matching", True), ("multitask", True), ("recommender", False)]
)
def test_the_one_chip_carries_the_verdict_and_opens_on_its_tests(spoken: str, name: str, judges: bool) -> None:
    """Where the sentence is judged; the sentence itself says nothing of it."""
    with speaking(spoken):
        page = declared(name)
        judged, answer = page.judged(page.shown()), unmarked(page.answer(page.shown()))
        assert (judged is not None) == judges
        if judged is not None:
            said = unmarked(judgement(page.shown(), judged))
            assert (
                t(judged.source) in said
                and in_favour(judged.verdict) in said
                and judged.said
                and "{" not in judged.said
            )
            assert outcome(judged.verdict) not in answer and t(judged.source) not in answer


def test_a_badge_counts() -> None:
    half = judge(np.resize([1.0, -1.0], 32))
    assert "cannot tell · 16 of 32 runs" in badge(half) and "preview" in badge(replace(half, preview=True))
    assert summary([]) == "" and "1 of 2 hold" in summary([half, HOLDS])


def test_the_opening_recording_is_the_beginning_of_the_study() -> None:
    """The same seeds, rates and steps: what is on stage is part of what is judged."""
    for recording in sweep():
        p = recording.config.correlation
        if p in CORRELATIONS:
            for structure in recording.config.structures:
                study = SHIPPED.results.loss(PAPER, structure, p)[: recording.config.runs]
                stage = recording.frames[-1].metrics[f"{structure}.test_loss"].mean(-1)
                np.testing.assert_allclose(stage, study, rtol=2e-3)
