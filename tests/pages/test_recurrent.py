"""The recurrent page in both languages, and whatever a URL may carry."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pytest

from engine.files import ROOT
from engine.recurrent import CELLS, GRU, LSTM
from engine.recurrent.claims import DECLARED_DISTANCE, SINGLE
from engine.recurrent.opened import Opened
from engine.recurrent.probe import probe
from engine.recurrent.shipped import SHIPPED
from pages.recurrent.answer import answer, judged
from pages.recurrent.charts import part_words, stage, units_of
from pages.recurrent.declared import PAGE as DECLARED
from pages.recurrent.looks import _flows
from pages.recurrent.shown import Shown
from pages.recurrent.where import PLACE
from pages.ui.language import LANGUAGES, catalogue, speaking
from pages.ui.marked import unmarked
from pages.ui.player.pack import pack
from pages.ui.player.position import Position
from pages.ui.player.stage import Reach
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
    assert bool(CHINESE.search(answer_of(at))) == (chosen == "zh")
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


def test_a_rung_changes_neither_the_opening_nor_its_sentence() -> None:
    """The GRU is in what is recorded, and in the study at one distance; the sentence is the same on every rung."""
    assert "gru" in SHIPPED.recording("language.en").config.cells
    said = {answer_of(opened(recurrent_rung=rung)) for rung in ("", *CELLS)}
    assert len(said) == 1 and "12 words apart" in said.pop()


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_every_rung_says_when_it_is_not_the_one_to_take(chosen: str) -> None:
    """On the stage, where whoever looks at the rung sees it; also while the controls differ from what is on it."""
    recording = SHIPPED.recording(f"language.{chosen}")
    with speaking(chosen):
        rungs = stage(
            recording, recording.frames[-1], 12.0, units_of(recording, recording.frames[-1], {}), 4, "recorded"
        ).rungs
    begun = {
        "en": {"rnn": "Not an RNN", "gru": "Not a GRU", "lstm": "Not an LSTM", "peephole": "An LSTM without peepholes"},
        "zh": {"rnn": "不要用 RNN", "gru": "不要用 GRU", "lstm": "不要用 LSTM", "peephole": "没有窥视孔"},
    }
    assert [rung.id for rung in rungs] == list(CELLS)
    assert all(begun[chosen][rung.id] in rung.unless for rung in rungs), [rung.unless for rung in rungs]


HEROES = range(1, 41)


def answer_of(at: object) -> str:
    """The sentence of the study."""
    (found,) = [m.value for m in at.markdown if re.search("trained on that alone|只练这一距离", m.value)]  # type: ignore[attr-defined]
    return str(found)


def shown_at(hero: int, chosen: str) -> Shown:
    """What is recorded, at a distance, without a page."""
    recording = SHIPPED.recording(f"language.{chosen}")

    asked = float(hero)

    class At(Shown):
        hero = asked

    return At(recording, recording.frames[-1], "recorded")


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_the_sentence_is_what_was_measured_at_every_distance_of_the_slider(chosen: str) -> None:
    """Once more from the stored numbers: who is above halfway from guessing, at the nearest distance that was measured."""
    found, verdicts = SHIPPED.results, SHIPPED.verdicts
    for hero in HEROES:
        with speaking(chosen):
            said = unmarked(answer(shown_at(hero, chosen)))
        distance = min(SINGLE, key=lambda one: abs(one - hero))
        base = SINGLE[distance]
        shares = {cell: float(found.at(base, cell, distance).mean()) for cell in base.cells}
        for cell, share in shares.items():
            assert re.search(rf"{cell.upper()} ?[(（]{100 * share:.0f}%", said), (hero, cell, said)
        lost = [cell for cell, share in shares.items() if share < 0.55]
        assert lost == (["rnn"] if distance >= 12 else []), distance
        fails = {"en": "cannot tell", "zh": "答不出"}[chosen]
        assert (fails in said) == bool(lost), said
        if lost:
            assert said.index("RNN") < said.index(fails) < said.index("LSTM")
            assert re.search("guessing 10%|瞎猜 10%", said) and re.search("(reaches|答对) 84 (to|到)", said)
        assert (str(distance) in said) and (("measured at" in said or "实测于" in said) == (hero != distance))
        assert "Sweden" in said if chosen == "en" else "瑞典" in said
        assert bool(CHINESE.search(said)) == (chosen == "zh")
        beside = judged(shown_at(hero, chosen))
        assert beside is not None and beside.verdict is verdicts[f"rnn_below_lstm_single@{distance}"]
        assert beside.declared == (distance == DECLARED_DISTANCE)


def test_it_opens_at_the_first_distance_at_which_a_cell_has_not_learnt_the_country() -> None:
    means = {d: [SHIPPED.results.at(base, cell, d).mean() for cell in base.cells] for d, base in SINGLE.items()}
    assert PLACE.hero_start == next(d for d in sorted(means) if min(means[d]) < 0.55)


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_what_is_counted_is_said_at_every_length_of_the_slider(chosen: str) -> None:
    """The other recording: its sentence has the accuracies of every cell at the nearest length that was tested."""
    recording = SHIPPED.recording("counting")
    config, frame = recording.config, recording.frames[-1]
    for hero in range(1, config.distance + 1):
        asked = float(hero)

        class At(Shown):
            hero = asked

        with speaking(chosen):
            said = unmarked(answer(At(recording, frame, "recorded")))
        at = min(range(len(config.test_distances)), key=lambda n: abs(config.test_distances[n] - hero))
        for cell in config.cells:
            assert f"{frame.metrics[f'{cell}.accuracy'][:, at].mean():.2f}" in said, (hero, cell, said)
        assert "aⁿbⁿ" in said and bool(CHINESE.search(said)) == (chosen == "zh")


def test_an_earlier_moment_speaks_of_its_own_run() -> None:
    at = opened(recurrent_moment="0")
    assert not at.exception and any("step 0: RNN" in m.value for m in at.markdown)
    assert not [m for m in at.markdown if "trained on that alone" in m.value]


def test_the_picture_has_what_was_measured() -> None:
    """Each line, at each place: the study's means and those of what is on stage; guessing at one in ten."""
    recording = SHIPPED.recording("language.en")
    frame = recording.frames[-1]
    sent = stage(recording, frame, 12.0, units_of(recording, frame, {}), 4, "recorded")
    (panel,) = [panel for panel in sent.panels if isinstance(panel, Reach)]
    assert (panel.chance, panel.low, panel.high) == (0.1, 1.0, 40.0)
    assert [cell for cell, _ in panel.names] == list(CELLS)
    alone = {curve.rung: curve for curve in panel.curves if curve.kind == "main"}
    assert {cell: curve.at for cell, curve in alone.items()} == {
        "rnn": (3, 6, 12, 25, 40), "gru": (12,), "lstm": (3, 6, 12, 25, 40)
    }  # fmt: skip
    for curve in panel.curves:
        values = np.asarray(sent.arrays[curve.array])[0, 0]
        for place, value in zip(curve.at, values, strict=True):
            if curve.kind == "main":
                measured = SHIPPED.results.at(SINGLE[int(place)], curve.rung, int(place))
            else:
                measured = frame.metrics[f"{curve.rung}.accuracy"][:, recording.config.test_distances.index(int(place))]
            assert value == pytest.approx(float(measured.mean()), abs=1e-6)
    assert set(alone["rnn"].at) <= set(sent.sweep.recorded)  # type: ignore[union-attr]


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
