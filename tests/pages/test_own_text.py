"""Own text on the page: bits per character of the cells beside those of counting."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from engine.recurrent import TextConfig
from engine.recurrent.own_text.text import read, text_config
from engine.runs.frame import Frame
from pages.recurrent import own_answer
from pages.ui.language import speaking, t
from tests.pages.visits import PATIENCE

TEXT = "the quick brown fox jumps over the lazy dog and the cat sat on the mat. " * 80
CONFIG = text_config(TEXT, "", TextConfig(steps=3, frames=2, hidden=8, batch_size=8, distance=8))


@pytest.fixture(scope="module")
def last() -> Frame:
    return list(read(CONFIG, TEXT.encode()))[-1]


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_cell_and_every_count_has_its_bits(last: Frame, language: str, ended: bool) -> None:
    def page(config, frame, language, ended):  # its source is run by itself: no names of this module
        import streamlit as st

        from pages.recurrent import own_answer

        st.session_state["lang"] = language
        own_answer.result(config, frame, ended)

    at = AppTest.from_function(page, args=(CONFIG, last, language, ended), default_timeout=PATIENCE).run()
    assert not at.exception
    found, table = own_answer.bits(CONFIG, last), at.dataframe[0].value
    assert table.iloc[:, 1].tolist() == [f"{value:.3f}" for value in found.values()]
    nats = last.metrics["lstm.test_loss"][:, CONFIG.test_distances.index(8)].mean()
    assert found["lstm"] == pytest.approx(nats / math.log(2)) and found["even"] == pytest.approx(
        math.log2(len(CONFIG.alphabet))
    )
    with speaking(language):
        so_far = t("So far, at step {step}.", step="3")
    assert (so_far in at.markdown[0].value) != ended


def test_the_answer_names_who_tells_most(last: Frame) -> None:
    at = CONFIG.test_distances.index(8)
    metrics = {name: values.copy() for name, values in last.metrics.items()}
    for name, value in (("counting.4", 0.1), ("lstm.test_loss", 0.05)):
        metrics[name][:, at] = value
        cells = own_answer.bits(CONFIG, replace(last, metrics=metrics))
        assert min(cells, key=cells.__getitem__) == name.removesuffix(".test_loss")
