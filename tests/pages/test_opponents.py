"""The line under the stage: what recall finds beside what needs no training, from the study, from a process, from a log."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.recommender import OwnLogConfig, RecommenderConfig
from engine.recommender.claims import RECALL
from engine.recommender.opponents.beside import OPPONENTS
from engine.recommender.own_log.published import LOGS, read
from engine.recommender.shipped import recorded, stored
from engine.runs.frame import Frame
from engine.runs.recording import Recording
from pages.recommender import opponents
from pages.recommender.shown import Shown
from pages.ui.run.live import RECORDED, RUN
from tests.pages.visits import PATIENCE


def drawn(monkeypatch: pytest.MonkeyPatch, now: Shown, language: str = "en") -> AppTest:
    """The line for what is on stage."""

    def page(language):
        import streamlit as st

        from pages.recommender import opponents

        st.session_state["lang"] = language
        opponents.draw(opponents.shown())

    monkeypatch.setattr(opponents, "shown", lambda: now)
    at = AppTest.from_function(page, args=(language,), default_timeout=PATIENCE).run()
    assert not at.exception
    return at


def shipped_now() -> Shown:
    recording = recorded()
    return Shown(recording, recording.frames[-1], RECORDED)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_recorded_run_stands_beside_its_opponents(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    at = drawn(monkeypatch, shipped_now(), language)
    beside = stored(recorded().config.world)
    assert beside is not None
    said = at.caption[0].value
    hits = {name: float(beside[f"{name}.hits"][2]) for name in OPPONENTS}
    assert f"{max(hits.values()):.1%}" in said and f"{float(beside['ceiling']):.1%}" in said
    table = at.dataframe[0].value
    assert len(table) == 1 + len(OPPONENTS)
    assert table["hit@300"].tolist()[1:] == [f"{share:.1%}" for share in hits.values()]


def test_every_method_has_a_word_for_what_it_cannot() -> None:
    assert set(opponents.METHODS) == set(opponents.CANNOT) == {"recall", *OPPONENTS}


def test_the_last_moment_is_judged_at_the_end_of_recall() -> None:
    last = opponents.hits_at(shipped_now())
    assert last is not None and last.step == recorded().config.steps


def test_what_is_trained_while_one_waits_is_told_beside_the_study(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a site that the study has: the hits of the study's steps."""
    short = RecommenderConfig(seed=3)
    studied = stored(replace(RECALL, seed=3))
    assert studied is not None and RECALL.steps > short.steps and short.world == replace(RECALL, seed=3).world
    frame = Frame(short.steps, {"recall.hits": np.array([0.011, 0.022, 0.033])}, {})
    said = drawn(monkeypatch, Shown(Recording(short, (frame,)), frame, RUN)).caption[0].value
    assert f"{float(studied['recall.hits'][2]):.1%}" in said and "3.3%" in said and f"{RECALL.steps:,}" in said


@pytest.mark.parametrize("name", LOGS)
def test_a_published_log_is_measured_beside_all_opponents(name: str) -> None:
    """Whether its code is today's is told on the page; here what was measured must be whole."""
    found = read(name)
    assert found is not None and len(found.data) == 64 and found.seconds > 0
    metrics = found.frame.metrics
    there = {one for one in OPPONENTS if f"{one}.hits" in metrics}
    assert {"popular", "recent", "knn", "ease"} <= there
    for one in ("recall", *there):
        hits = np.asarray(metrics[f"{one}.hits"])
        assert hits.shape == (3,) and (np.diff(hits) >= 0).all() and hits[-1] <= float(metrics["ceiling"])


def test_a_small_log_of_ones_own_stands_beside_its_opponents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of fewer videos than any simulated site has: its opponents are those of its run, and no site is measured."""
    config = OwnLogConfig(videos=40, users=30, days=7, steps=50)
    hits = {f"{name}.hits": np.array([0.1, 0.2, 0.3]) + n / 100 for n, name in enumerate(("recall", *OPPONENTS))}
    frame = Frame(config.steps, hits | {"ceiling": np.array(0.9)}, {})
    at = drawn(monkeypatch, Shown(Recording(config, (frame,)), frame, RUN))
    most = f"{0.1 + len(OPPONENTS) / 100:.1%}"
    assert most in at.caption[0].value and "90.0%" in at.caption[0].value  # among 20: of 40 a hundred would find all
    assert len(at.dataframe[0].value) == 1 + len(OPPONENTS)


def test_the_bars_are_the_model_and_those_that_hold_most() -> None:
    """The others are in the table, one click away."""
    hits = {"recall": 0.01} | {name: 0.1 * n for n, name in enumerate(OPPONENTS)}
    few = opponents._few(hits)
    assert list(few) == ["recall", *OPPONENTS[-opponents.BESIDE :]] and len(OPPONENTS) > opponents.BESIDE


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_tuning_chose_for_als_is_told(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    known = stored(recorded().config.world)
    assert known is not None
    said = drawn(monkeypatch, shipped_now(), language).caption[-1].value
    assert all(f"{float(known[f'chosen.{name}']):g}" in said for name in ("factors", "confidence", "als_penalty"))
    assert "ALS" in said
