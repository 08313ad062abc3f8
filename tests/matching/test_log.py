"""The click log: seeded, and each skill asks exactly what it is named after."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from engine.matching import SKILLS, MatchingConfig
from engine.matching.data.hashing import BOUNDARY, tokens
from engine.matching.data.log import Draw, Log, Query, generated, misspelt, rare
from engine.matching.data.wordings import WORDINGS
from engine.runs.seeds import generator

LANGUAGES = tuple(WORDINGS)


def log_of(language: str, **change: object) -> Log:
    return generated(replace(MatchingConfig(language=language, queries=400), **change))


def both(log: Log, query: Query) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tokens of the clicked document and of its twin."""
    one, other = (tokens(log.documents[index], log.language) for index in (query.clicked, query.shown[0]))
    return one, other


def asking(log: Log, skill: str) -> list[Query]:
    return [query for query in (*log.train, *log.test) if query.skill == skill]


def windows(row: tuple[str, ...], words: int) -> Counter[tuple[str, ...]]:
    side = (BOUNDARY,) * (words // 2)
    framed = (*side, *row, *side)
    return Counter(framed[n : n + words] for n in range(len(row)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_seed_draws_the_same(language: str) -> None:
    assert log_of(language) == log_of(language)
    assert log_of(language).train != log_of(language, seed=1).train


@pytest.mark.parametrize("language", LANGUAGES)
def test_sizes_and_turns(language: str) -> None:
    log = log_of(language)
    assert [query.skill for query in log.train] == list(SKILLS) * 100
    assert Counter(query.skill for query in log.test) == dict.fromkeys(SKILLS, 12)  # 40 and two mirrored ones of each
    assert len(set(log.documents)) == len(log.documents)
    assert set(log.pool) == {index for query in log.test for index in (query.clicked, *query.shown)}
    assert [query.skill for query in log_of(language, skills=("beyond",)).train] == ["beyond"] * 400


@pytest.mark.parametrize("skill", ["order", "evidence", "beyond"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_twin_is_the_same_bag(language: str, skill: str) -> None:
    log = log_of(language)
    for query in asking(log, skill):
        one, other = both(log, query)
        assert one != other and Counter(one) == Counter(other)


@pytest.mark.parametrize("words", [3, 5])
@pytest.mark.parametrize("language", LANGUAGES)
def test_beyond_has_the_same_windows_too(language: str, words: int) -> None:
    """Whatever a filter of three words or five finds in one, it finds in the other."""
    log = log_of(language)
    for query in asking(log, "beyond"):
        one, other = both(log, query)
        assert windows(one, words) == windows(other, words)


@pytest.mark.parametrize("skill", ["order", "evidence"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_order_and_evidence_show_in_a_window_of_three(language: str, skill: str) -> None:
    log = log_of(language)
    for query in asking(log, skill):
        one, other = both(log, query)
        assert windows(one, 3) != windows(other, 3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_held_out_pairs_of_nouns_are_never_trained_on(language: str) -> None:
    words = WORDINGS[language]
    log = log_of(language, queries=2_000)
    pairs = {
        held: {(a, b) for a in range(16) for b in range(16) if a != b and rare(a, b) is held} for held in (True, False)
    }
    assert len(pairs[True]) + len(pairs[False]) == 240 and 0.15 < len(pairs[True]) / 240 < 0.25
    assert all((b, a) in pairs[True] for a, b in pairs[True])
    named = {held: [words.nouns[a] + words.joint + words.nouns[b] for a, b in pairs[held]] for held in pairs}
    trained = [query for query in log.train if query.skill == "order"]
    tested = [query for query in log.test if query.skill == "order"]
    for queries, held in ((trained, False), (tested, True)):
        for query in queries:
            for text in (query.text, log.documents[query.clicked], log.documents[query.shown[0]]):
                assert any(name in text for name in named[held])
                assert not any(name in text for name in named[not held])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_opens_on_two_words_and_both_their_orders(language: str) -> None:
    log = log_of(language)
    first, second = log.test[:2]
    expected = {"en": ("river bank", "bank river"), "zh": ("牛奶蜂蜜", "蜂蜜牛奶")}
    assert (first.text, second.text) == expected[language]
    assert (first.clicked, first.shown) == (second.shown[0], (second.clicked,))
    for query in (first, second):
        assert query.text in log.documents[query.clicked] and query.text not in log.documents[query.shown[0]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_skill_opens_on_two_queries_for_the_same_documents(language: str) -> None:
    log = log_of(language)
    for n, skill in enumerate(SKILLS):
        one, other = log.test[2 * n : 2 * n + 2]
        assert one.skill == other.skill == skill and one.text != other.text
        assert (one.clicked, *one.shown) == (*other.shown, other.clicked)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_misspelt_word_alone_tells_the_twin_apart(language: str) -> None:
    words = WORDINGS[language]
    log = log_of(language)
    for query in asking(log, "spelling"):
        one, other = (log.documents[index] for index in (query.clicked, query.shown[0]))
        (make,) = [make for make in words.makes if make in one]
        (wrong,) = [make for make in words.makes if make in other]
        assert make != wrong and one.replace(make, "") == other.replace(wrong, "")
        assert wrong not in query.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_misspelt_word_differs_and_is_no_other(language: str) -> None:
    words, draw = WORDINGS[language], Draw(generator(0, "test"))
    for make in words.makes:
        assert not {misspelt(words, make, draw) for _ in range(200)} & set(words.makes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_means_the_same_is_relevant(language: str) -> None:
    """Of evidence and beyond, by the country that counts; a twin never is."""
    words = WORDINGS[language]
    log = log_of(language)
    for query in log.test:
        assert query.grades[query.clicked] == 1 and query.shown[0] not in query.grades
        if query.skill != "beyond":
            continue
        (country,) = [country for country in words.countries if country in query.text]
        moves = tuple(words.moved[0].format(name) for name in words.countries)
        last = {
            index: max(words.countries, key=lambda name: log.documents[index].rfind(words.moved[0].format(name)))
            for index in log.pool
            if any(move in log.documents[index] for move in moves)
        }
        assert set(query.grades) == {index for index, name in last.items() if name == country}


@pytest.mark.parametrize(("language", "distance"), [("en", 1), ("en", 40), ("zh", 40)])
def test_the_two_halves_lie_within_the_distance(language: str, distance: int) -> None:
    words = WORDINGS[language]
    log = log_of(language, skills=("evidence",), distance=distance)
    longest = max(len(tokens(text, language)) for text in words.fillers)
    between = []
    for query in log.train:
        row = tokens(log.documents[query.clicked], language)
        ends = max(
            len(tokens(told.format(country), language)) + len(tokens(named.format(other), language))
            for told in words.grew_up
            for named in words.visited
            for country in words.countries
            for other in words.countries
            if told.format(country) in log.documents[query.clicked]
            and log.documents[query.clicked].endswith(named.format(other))
        )
        between.append(len(row) - ends)
    assert min(between) >= 1 and max(between) <= distance + longest - 1
    assert max(between) >= distance
