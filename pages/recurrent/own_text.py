"""Your text: a plain-text file for next-character prediction, looked at through the same stage."""

from __future__ import annotations

import math

import streamlit as st

from engine.recurrent import TextConfig
from engine.recurrent.own_text.text import Found, found_config, found_in
from engine.runs.config import IntRange
from engine.runs.service.run import State
from pages.recurrent import own_answer
from pages.recurrent.where import PLACE
from pages.ui.controls import controls
from pages.ui.language import t
from pages.ui.run import training
from pages.ui.run.file_form import Decisions
from pages.ui.run.live import with_each_frame
from pages.ui.run.own_file import choose_file, train_button, with_file
from pages.ui.run.reading import Reading


def draw() -> None:
    """The file, what is in it, and the button; the run goes on the stage above."""
    about = t("A text of 3,000 to 8,000,000 characters; a novel is the classic. It stays in this browser session.")
    file = choose_file(PLACE, t("A plain-text file"), ("txt", "md", "gz", "zip"), about)
    with st.container(horizontal=True):
        length = controls.whole_number(
            t("Characters in a window"), IntRange(8, 100), 48, key="recurrent_text_length", bind="query-params", step=8
        )
        steps = controls.whole_number(
            t("Training steps, at most"),
            IntRange(50, 5_000),
            500,
            key="recurrent_text_steps",
            bind="query-params",
            step=100,
        )
    with_file(
        PLACE,
        file,
        found_in,
        lambda read: _offer(read, TextConfig(distance=length, steps=steps, told=read.told)),
        Decisions(form=False),
    )
    run = training.current()
    if run is not None and isinstance(run.config, TextConfig):
        with_each_frame(_progress, "recurrent_own_answer")


def _progress() -> None:
    """The answer of the run so far."""
    run, view = training.current(), training.view_of(training.current())
    if run is None or view is None or not isinstance(run.config, TextConfig):
        return
    if view.state == State.FAILED:
        st.error(training.status(view))
    elif not view.frames:
        st.info(training.status(view))
    else:
        own_answer.result(run.config, view.frames[-1], not view.active)


def _offer(read: Reading[Found], base: TextConfig) -> None:
    config = found_config(read.found, read.table.digest, base)
    st.caption(
        t(
            "{count} characters, {kinds} different; guessing evenly would cost {even} nats per character. The last tenth is the test, and the one before it says when to stop.",
            count=f"{read.found.count:,}",
            kinds=len(config.alphabet),
            even=f"{math.log(len(config.alphabet)):.2f}",
        )
    )
    train_button(PLACE, t("Train on this text"), config, read.table, "read")
