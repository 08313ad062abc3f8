"""What two documents have in each other's place."""

from __future__ import annotations

import random

import pytest

from engine.matching.config import SKILLS
from engine.matching.opened.exchanged import exchanged
from engine.matching.opened.scene import SceneMaker
from engine.matching.shipped import SHIPPED, library

NOTHING = ((), ((), ()))


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@pytest.mark.parametrize(
    ("first", "second", "pairs"),
    [
        ("the river bank today", "the bank river today", ((1, 2), (2, 1))),
        ("to sweden and then to france now", "to france and then to sweden now", ((1, 5), (5, 1))),
        ("a b c x y", "x y a b c", ((0, 2), (1, 3), (2, 4), (3, 0), (4, 1))),  # blocks of several words
        ("a b", "b a", ((0, 1), (1, 0))),
    ],
)
def test_words_that_changed_places(first: str, second: str, pairs: tuple[tuple[int, int], ...]) -> None:
    found = exchanged(words(first), words(second))
    assert found == (pairs, ((), ()))
    assert all(words(first)[i] == words(second)[j] for i, j in found.pairs)


def test_a_word_that_only_one_has() -> None:
    assert exchanged(words("find your summer shirt"), words("find your walking shirt")) == ((), ((2,), (2,)))
    assert exchanged(words("a b c d"), words("a b c d e")) == ((), ((), (4,)))


@pytest.mark.parametrize(("first", "second"), [("a b c", "a b c"), ("", ""), ("", "a"), ("a b c d", "x y z a")])
def test_nothing_of_the_same_text_or_of_another_one(first: str, second: str) -> None:
    assert exchanged(words(first), words(second)) == NOTHING


def test_of_any_two_blocks_the_words_come_back() -> None:
    source = random.Random(3)
    for _ in range(300):
        around, left, middle, right, after = (
            tuple(source.choice("abcdefgh") for _ in range(source.randint(low, 4))) for low in (0, 1, 0, 1, 2)
        )
        first, second = around + left + middle + right + after, around + right + middle + left + after
        found = exchanged(first, second)
        assert all(first[i] == second[j] for i, j in found.pairs) and found.only == ((), ())
        assert bool(found.pairs) == (first != second)
        moved, still = dict(found.pairs), set(range(len(first))) - {i for i, _ in found.pairs}
        if len(left) == len(right):  # nothing between them was shifted
            assert all(first[n] == second[n] for n in still)
        assert len(moved) == len(found.pairs)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pairs_on_stage_are_what_their_skill_says(language: str) -> None:
    config = SHIPPED.recordings[language]
    hand = SceneMaker(config, library(config))
    skills = set()
    for pick in hand.picks():
        skill, scene = hand.library.log.test[pick].skill, hand.held_out(pick)
        found = exchanged(*scene.rows[:2])
        skills.add(skill)
        assert bool(found.pairs) == (skill != "spelling") and bool(found.only[0]) == (skill == "spelling"), skill
        if skill in ("beyond", "evidence"):
            assert all(abs(i - j) > config.window for i, j in found.pairs)
    assert skills == set(SKILLS)
