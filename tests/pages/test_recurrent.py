"""The recurrent page in both languages, and whatever a URL may carry."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pytest

from engine.files import ROOT
from engine.recurrent import CELLS, GRU, LSTM
from engine.recurrent.opened import Opened
from engine.recurrent.probe import probe
from engine.recurrent.shipped import SHIPPED
from pages.recurrent.charts import part_words, stage, units_of
from pages.recurrent.declared import PAGE as DECLARED
from pages.recurrent.looks import _flows
from pages.recurrent.where import PLACE
from pages.ui.language import LANGUAGES, catalogue
from pages.ui.player.pack import pack
from pages.ui.player.position import Position
from tests.pages.checks import moment_is_chosen
from tests.pages.visits import CHINESE, LOCALES, opened_at, titles

PAGE = "pages/recurrent/page.py"
ASKED = "Who remembers what, for how long, and through which gate?"
QUESTION = {"en": ASKED, "zh": catalogue("zh")[ASKED]}
opened = partial(opened_at, PAGE)
EVERYTHING = {PLACE.open_key(section): "true" for section in DECLARED.sections}


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_it_opens_on_the_lstm_in_the_browsers_language(chosen: str) -> None:
    at = opened(LOCALES[chosen])
    assert not at.exception and titles(at) == [QUESTION[chosen]]
    answer = next(m.value for m in at.markdown if "**1.00**" in m.value)
    assert bool(CHINESE.search(answer)) == (chosen == "zh")
    assert any(m.value.startswith("**LSTM · ") for m in at.markdown)  # the drill-down: the rung it opens on
    assert at.latex  # and the sum behind the first gate


@pytest.mark.parametrize(
    "part",
    [
        *(
            "x",
            "before_h",
            "before_c",
            "f",
            "i",
            "g",
            "o",
            "c",
            "h",
            "z",
            "r",
            "m",
            "kept",
            "written",
            "fresh",
            "reset",
        ),
        *("tanh", "answer", "77", "<b>"),
    ],
)
@pytest.mark.parametrize("rung", CELLS)
def test_every_part_of_every_cell_opens_to_a_sum(rung: str, part: str) -> None:
    for step in ("", "-3", "-999"):
        at = opened(recurrent_rung=rung, recurrent_part=part, recurrent_step=step)
        assert not at.exception and at.latex, (rung, part, step)


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ("kept", "h"),
        ("written", "h"),
        ("fresh", "z"),
        ("reset", "g"),
        ("z", "z"),
        ("r", "r"),
        ("m", "m"),
        ("f", "z"),
        ("c", "z"),
    ],
)
def test_a_part_of_the_gru_opens_to_the_sum_that_has_it(part: str, named: str) -> None:
    """Also one that another cell had on stage: the gate that keeps stands for it."""
    at = opened(recurrent_rung="gru", recurrent_part=part)
    assert any(m.value.startswith(f"**GRU · {part_words()[named]}**") for m in at.markdown)


def test_a_rung_more_changes_neither_the_opening_nor_its_sentence() -> None:
    """The GRU is in what is recorded; the sentence speaks of three cells, of it where it is on stage."""
    named = {"": "LSTM with peepholes", "rnn": "LSTM with peepholes", "peephole": "LSTM with peepholes", "gru": "GRU"}
    assert "gru" in SHIPPED.recording("language.en").config.cells
    said = {}
    for rung, third in named.items():
        at = opened(recurrent_rung=rung)
        (answer,) = [m.value for m in at.markdown if "Country … language, distance" in m.value]
        said[rung] = [one.strip() for one in re.findall(r"([A-Z][A-Za-z ]+) \*\*\d\.\d\d\*\*", answer)]
        assert set(said[rung]) == {"RNN", "LSTM", third}
    assert said[""] == ["RNN", "LSTM", "LSTM with peepholes"]


@pytest.mark.parametrize("rung", CELLS)
def test_every_rung_says_when_it_is_not_the_one_to_take(rung: str) -> None:
    at = opened(recurrent_rung=rung)
    said = [caption.value for caption in at.caption if caption.value.startswith("On stage: Country … language")]
    begun = {"rnn": "Not an RNN", "gru": "Not a GRU", "lstm": "Not an LSTM", "peephole": "An LSTM without peepholes"}
    assert len(said) == 1 and begun[rung] in said[0]


def test_a_link_from_before_the_gru_still_means_what_it_meant() -> None:
    """Three learning rates are those of the other cells, which are what is trained; a forced gate without a cell is the LSTM's."""
    said = [c.value for c in opened(recurrent_learning_rate="0.0025,0.04,0.015").caption if "Train takes" in c.value]
    assert said == [c.value for c in opened().caption if "Train takes" in c.value] and "rate" not in said[0]
    held = opened(recurrent_open_intervene="true", recurrent_forced_gate="o", recurrent_rung="peephole")
    assert not held.exception and held.session_state["recurrent_forced_cell"] == "lstm"


def test_a_gru_has_three_quarters_of_the_weights_of_an_lstm() -> None:
    gru, lstm = (sum(p.numel() for p in cell(8, 16).parameters()) for cell in (GRU, LSTM))
    assert 4 * gru == 3 * lstm


def test_forcing_the_forget_gate_loses_the_answer() -> None:
    base = {PLACE.open_key("intervene"): "true"}
    held = opened(**base)
    metric = next(m for m in held.metric if m.label == "The answer after the last word")
    assert float(metric.value) < 0.5 and float(metric.delta) < -0.5
    free = opened(**base, recurrent_forced_to="free")
    metric = next(m for m in free.metric if m.label == "The answer after the last word")
    assert float(metric.value) > 0.9 and float(metric.delta) == 0


def test_an_own_sentence_is_read() -> None:
    base = {PLACE.open_key("own_sentence"): "true"}
    at = opened(**base, recurrent_own_sentence="I grew up in Japan then we visited Spain so I speak fluent")
    assert not at.exception and any("LSTM **Japanese**" in m.value for m in at.markdown)
    assert any("GRU **" in m.value for m in at.markdown)
    at = opened(**base, recurrent_own_sentence="I grew up in Atlantis")
    assert not at.exception and any("Atlantis" in w.value for w in at.warning)


def test_a_unit_is_in_the_link_only_when_chosen() -> None:
    at = opened()
    unit = next(box for box in at.number_input if box.label == "Unit")
    assert "recurrent_unit_lstm" not in at.query_params
    at = unit.set_value(7).run()
    assert not at.exception and "".join(at.query_params["recurrent_unit_lstm"]) == "7"
    assert next(box for box in at.number_input if box.label == "Unit").value == 7
    again = opened(recurrent_unit_lstm="7")
    assert {latex.value for latex in again.latex} == {latex.value for latex in at.latex}


def test_an_earlier_moment_is_on_stage() -> None:
    moment_is_chosen(opened, "recurrent", "learning", "step 0: RNN")


@pytest.mark.parametrize("name", ["language.en", "language.zh", "counting"])
def test_what_the_stage_sends_comes_from_traces(name: str) -> None:
    recording = SHIPPED.recording(name)
    config, frame = recording.config, recording.frames[-1]
    units = units_of(recording, frame, {})
    sent = stage(recording, frame, 7.0, units, 4, "recorded")
    data = pack(sent, start=Position(0, 7.0, "lstm"), seek=0)
    assert len(data) <= 1_000_000
    assert sent.sweep is not None and len(sent.names) == len(sent.sweep.recorded)
    for s, distance in enumerate(sent.sweep.recorded):
        one = probe(config, int(distance))
        begin = len(sent.steps) - len(one.written)
        assert sent.names[s][begin:] == one.written
        for cell in config.cells:
            traced = Opened(config, frame).trace(cell, one.inputs)
            shown = np.asarray(sent.arrays[f"{cell}.answer"])[s, begin:]
            np.testing.assert_allclose(shown, traced["probabilities"][:, one.answer], atol=1e-6)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gradients_that_the_story_names_are_those_of_the_look(language: str) -> None:
    """Torch's default LSTM and the RNN, then forget bias 1 and 3, at lag 99; each in the order in which it is named."""
    story = (ROOT / "assets" / "stories" / f"recurrent.{language}.md").read_text()
    (told,) = [line for line in story.splitlines() if "10^{-20}" in line]
    named = [
        float(factor or 1) * 10.0 ** int(power)
        for factor, power in re.findall(r"\$(?:(\d+) \\cdot )?10\^\{(-\d+)\}\$", told)
    ]
    measured = [
        float(_flows(100, bias)[cell][-1])
        for cell, bias in (("lstm", None), ("rnn", None), ("lstm", 1.0), ("lstm", 3.0))
    ]
    assert np.log10(named) == pytest.approx(np.log10(measured), abs=0.3)
