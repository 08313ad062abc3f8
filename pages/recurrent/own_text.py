"""Your text: a plain-text file for next-character prediction, looked at through the same stage."""

from __future__ import annotations

import math

import streamlit as st

from engine.errors import UserError
from engine.recurrent import TextConfig
from engine.recurrent.text import found_config, found_in
from engine.runs.config import Whole
from pages.recurrent import PLAYGROUND
from pages.recurrent.where import PLACE
from pages.ui import language
from pages.ui.controls import controls
from pages.ui.language import t
from pages.ui.pieces.section import own_section
from pages.ui.run import live, reading


def draw() -> None:
    """Closed at first; the run goes on the stage above."""
    own_section(t("Your text: predict the next character"), PLACE.open_key("own_text"), _opened)


def _opened() -> None:
    file = st.file_uploader(
        t("A plain-text file"),
        type=["txt", "md"],
        key="recurrent_upload",
        help=t("UTF-8, 3,000 to 8,000,000 characters; a novel is the classic. It stays in this browser session."),
    )
    with st.container(horizontal=True):
        length = controls.whole_number(
            t("Characters in a window"), Whole(8, 100), 48, key="recurrent_text_length", bind="query-params", step=8
        )
        steps = controls.whole_number(
            t("Training steps"), Whole(50, 5_000), 500, key="recurrent_text_steps", bind="query-params", step=100
        )
    if file is None:
        return
    try:
        read = reading.read(reading.uploaded(PLAYGROUND.name, file), found_in)
        config = found_config(read.found, read.table.digest, TextConfig(distance=length, steps=steps))
    except UserError as error:
        st.error(language.explain(error))
        return
    st.caption(
        t(
            "{count} characters, {kinds} different; guessing evenly would cost {even} nats per character. The last tenth is held out.",
            count=f"{read.found.count:,}",
            kinds=len(config.alphabet),
            even=f"{math.log(len(config.alphabet)):.2f}",
        )
    )
    st.button(
        t("Train on this text"),
        type="primary",
        icon=":material/play_arrow:",
        key="recurrent_train_text",
        on_click=live.train,
        args=(PLACE, config, read.table, "read"),
    )
