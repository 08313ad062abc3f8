"""What a room is asked: each question in both languages, and what is right, held against the data by another way."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from engine.matching.measures import TIE
from engine.multitask.claims import DISTANCE_THAT_MATTERS, PAPER
from engine.multitask.shipped import SHIPPED as MULTITASK
from engine.multitask.shipped import sweep
from engine.recurrent.claims import SINGLE
from engine.recurrent.shipped import SHIPPED as RECURRENT
from pages.recommender.questions import HARDLY
from pages.ui.language import LANGUAGES, speaking
from pages.ui.pieces import questions, story
from pages.ui.pieces.story import CHOICES, Question
from tests.pages.declared import PAGES, opened

ASKED = {
    (room, state.question.name): (at, state.question)
    for room in PAGES
    for at, state in enumerate(story.load(room, "en"), 1)
    if state.question is not None
}


def found(room: str, name: str) -> questions.Found:
    """As a cold visitor's page has it."""
    page = PAGES[room]
    with speaking("en"):
        return page.questions[name](page.shown())


def test_every_playground_asks_and_every_question_is_asked() -> None:
    assert {room for room, _ in ASKED} == set(PAGES)
    assert {(room, name) for room, page in PAGES.items() for name in page.questions} == set(ASKED)


@pytest.mark.parametrize("room, name", ASKED)
def test_a_question_is_the_same_in_every_language(room: str, name: str) -> None:
    at, english = ASKED[room, name]
    for language in LANGUAGES:
        said = story.load(room, language)[at - 1].question
        assert said is not None and said.name == name and said.reveal == english.reveal
        assert list(said.choices) == list(english.choices) and len(set(said.choices.values())) == CHOICES


@pytest.mark.parametrize("room, name", ASKED)
def test_what_is_right_is_a_choice_and_what_is_told_belongs_to_one(room: str, name: str) -> None:
    question, answer = ASKED[room, name][1], found(room, name)
    assert answer.right in question.choices and set(answer.told) <= set(question.choices)


def _least_loss() -> dict[str, bool]:
    losses = {one: MULTITASK.results.loss(PAPER, one, 0.5) for one in ASKED["multitask", "least_loss"][1].choices}
    medians = {one: np.median(loss / losses["shared_bottom"] - 1) for one, loss in losses.items()}
    return {one: all(much <= other for other in medians.values()) for one, much in medians.items()}


def _gates_closer() -> dict[str, bool]:
    at = {one.config.correlation: one.frames[-1].metrics["mmoe.mean_gate_distance"].mean() for one in sweep()}
    more = at[0.0] - at[1.0]
    return {
        "less": more <= -DISTANCE_THAT_MATTERS,
        "same": abs(more) < DISTANCE_THAT_MATTERS,
        "more": more >= DISTANCE_THAT_MATTERS and at[1.0] >= DISTANCE_THAT_MATTERS,
        "all": more >= DISTANCE_THAT_MATTERS and at[1.0] < DISTANCE_THAT_MATTERS,
    }


def _rnn_lost() -> dict[str, bool]:
    asked = [int(one[1:]) for one in ASKED["recurrent", "rnn_lost"][1].choices]
    assert asked == [d for d in SINGLE if d <= max(asked)], "no measured distance between two choices is left out"
    lost = {
        d: RECURRENT.results.at(SINGLE[d], "rnn", d).mean() - 0.1 < 1 - RECURRENT.results.at(SINGLE[d], "rnn", d).mean()
        for d in asked
    }
    return {f"d{d}": lost[d] and not any(lost[nearer] for nearer in asked if nearer < d) for d in asked}


def _cannot_tell() -> dict[str, bool]:
    page = PAGES["matching"]
    now = page.shown()
    scene = now.scene()
    ties = {}
    for model, at in now.models.items():
        first, second = (at.cosines(scene.query, (row,))[0] for row in scene.rows[:2])
        ties[model] = abs(float(first) - float(second)) <= TIE
    return ties | {"none": not any(ties.values())}


def _most_lost() -> dict[str, bool]:
    page = PAGES["recommender"]
    now = page.shown()
    vector, recall, ranking = now.now()[2].kept
    taken = {"vector": 1 - vector, "recall": vector - recall, "ranking": recall - ranking}
    lost = 1 - ranking >= HARDLY
    return {one: lost and much == max(taken.values()) for one, much in taken.items()} | {"nowhere": not lost}


BY_ANOTHER_WAY: Mapping[tuple[str, str], Callable[[], dict[str, bool]]] = {
    ("multitask", "least_loss"): _least_loss,
    ("multitask", "gates_closer"): _gates_closer,
    ("recurrent", "rnn_lost"): _rnn_lost,
    ("matching", "cannot_tell"): _cannot_tell,
    ("recommender", "most_lost"): _most_lost,
}


@pytest.mark.parametrize("room, name", ASKED)
def test_what_is_right_is_what_the_data_say_and_the_others_are_wrong(room: str, name: str) -> None:
    true = BY_ANOTHER_WAY[room, name]()
    assert set(true) == set(ASKED[room, name][1].choices)
    assert [one for one, holds in true.items() if holds] == [found(room, name).right]


@pytest.mark.parametrize("room, name", ASKED)
def test_a_question_hides_what_answers_it_until_it_is_shown(room: str, name: str) -> None:
    at, question = ASKED[room, name]
    asked = opened(room, **{"presenter": "true", f"{room}_point": str(at), f"{room}_hands": "1.0.7.2"})
    assert not asked.exception
    keys = {one.key: one.value for one in asked.number_input}
    assert [keys[f"{room}_hands_{letter}"] for letter in questions.LETTERS] == [1, 0, 7, 2]
    asked.button(key="reveal").click().run()
    assert not asked.exception
    right = question.choices[found(room, name).right]
    marked = [one.value for one in asked.markdown if one.value.startswith(":material/check:")]
    assert len(marked) == 1 and right.split(" ")[0] in marked[0]


@pytest.mark.parametrize("hands", ["", "1.2.3", "a.b.c.d", "1.2.3.4000", "-1.2.3.4", "1.2.3.4.5"])
def test_hands_that_nobody_counted_are_none(hands: str) -> None:
    at = opened("multitask", presenter="true", multitask_point="6", multitask_hands=hands)
    assert not at.exception
    assert {one.value for one in at.number_input if str(one.key).startswith("multitask_hands_")} == {0}


@pytest.mark.parametrize("point", ["0", "99", "x", "-1"])
def test_a_point_that_there_is_not_is_none(point: str) -> None:
    at = opened("multitask", presenter="true", multitask_point=point, multitask_revealed="true")
    assert not at.exception and not any("1 / " in one.value for one in at.markdown)


@pytest.mark.parametrize(
    "block",
    [
        "<!-- ask: a reveal: rung=x -->\n> What?\n> - a: A\n> - b: B\n> - c: C",
        "<!-- ask: a reveal: rung=x -->\n> - a: A\n> - b: B\n> - c: C\n> - d: D",
        "<!-- ask: a reveal: x -->\n> What?\n> - a: A\n> - b: B\n> - c: C\n> - d: D",
    ],
)
def test_half_a_question_is_refused(block: str) -> None:
    with pytest.raises(ValueError, match="x.md:1"):
        story.parse(f"## A1 · Title\n<!-- state: rung=x -->\n{block}\n\nText", "x.md")


def test_a_question_is_no_part_of_the_text() -> None:
    choices = "".join(f"\n> - {one}: {one.upper()}" for one in "abcd")
    (state,) = story.parse(
        f"## A1 · T\n<!-- state: rung=x -->\n<!-- ask: q reveal: rung=y -->\n> Which\n> one?{choices}\n\nText", "x"
    )
    assert state.text == "Text"
    assert state.question == Question("q", "Which one?", {one: one.upper() for one in "abcd"}, {"rung": "y"})


@pytest.mark.parametrize("room, name", [("multitask", "least_loss"), ("recurrent", "rnn_lost")])
def test_who_reads_alone_may_predict_before_what_was_measured_is_said(room: str, name: str) -> None:
    """Beside the point that asks: nothing is said of it until one is picked, then which is right, and the stage shows it."""
    at, question = ASKED[room, name]
    page = opened(room, **{f"{room}_point": str(at)})
    right = question.choices[found(room, name).right]
    assert not page.exception and not [one for one in page.markdown if "Measured:" in one.value]
    (choice,) = [one for one in page.radio if one.label == question.text]
    page = choice.set_value(next(iter(question.choices))).run()
    assert not page.exception
    (told,) = [one.value for one in page.markdown if "Measured:" in one.value]
    assert right in told and PAGES[room].place.rung in page.query_params
    assert page.query_params[PAGES[room].place.rung] == question.reveal["rung"]
