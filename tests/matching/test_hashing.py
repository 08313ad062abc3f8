"""Word hashing: scikit-learn's counts, known checksums, and what the hash cannot tell apart."""

from __future__ import annotations

import zlib
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from engine.matching import MatchingConfig
from engine.matching.data.hashing import BOUNDARY, bucket, census, features, letter_trigrams, tokens
from engine.matching.data.texts import Lexicon

WORDS = st.from_regex(r"[^\W_]{1,12}", fullmatch=True)


def oracle() -> CountVectorizer:
    return CountVectorizer(analyzer="char", ngram_range=(3, 3), lowercase=False)


def test_the_papers_example() -> None:
    assert letter_trigrams("good") == ["#go", "goo", "ood", "od#"]
    assert letter_trigrams("a") == ["#a#"]
    assert letter_trigrams("banana").count("ana") == 2


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=8))
def test_counts_are_scikit_learns_by_word_and_in_sum(words: list[str]) -> None:
    vectorizer = oracle()
    table = vectorizer.fit_transform(f"#{word}#" for word in words).toarray()
    names = vectorizer.get_feature_names_out()
    for word, row in zip(words, table, strict=True):
        assert Counter(letter_trigrams(word)) == {name: n for name, n in zip(names, row, strict=True) if n}
    summed = Counter(part for word in words for part in features(word, "en"))
    assert summed == dict(zip(names, table.sum(0), strict=True))


def test_english_tokens_are_words_without_punctuation() -> None:
    assert tokens("Don't stop, snake_case: it's 3.5 — CAFÉ!", "en") == (
        "don", "t", "stop", "snake", "case", "it", "s", "3", "5", "café",
    )  # fmt: skip
    assert tokens(" ?! ", "en") == tokens("……", "zh") == ()


@pytest.mark.parametrize(("text", "language", "found"), [
    ("iPhone10手机壳", "zh", ("iphone10", "手", "机", "壳")), ("5G手机", "zh", ("5g", "手", "机")),
    ("हिन्दी भाषा", "en", ("हिन्दी", "भाषा")), ("cre\u0302me a\u0323", "en", ("cre\u0302me", "a\u0323")),
])  # fmt: skip
def test_a_word_keeps_its_letters_and_marks_together(text: str, language: str, found: tuple[str, ...]) -> None:
    assert tokens(text, language) == found


def test_chinese_tokens_are_characters_each_its_own_feature() -> None:
    assert tokens("河岸，银行！ TV", "zh") == ("河", "岸", "银", "行", "tv")
    assert features("河", "zh") == ("河",)


def test_a_boundary_and_a_whole_word_are_one_feature() -> None:
    assert features(BOUNDARY, "en") == (BOUNDARY,)
    assert features("good", "en", whole_words=True) == ("good",)
    assert len(features("good", "en")) == 4


@pytest.mark.parametrize("dimensions", [64, 2_048, 30_621])
def test_a_bucket_is_the_crc_of_the_feature(dimensions: int) -> None:
    """0xCBF43926 is the published check value of CRC-32: the same on every machine and in every process."""
    assert bucket("123456789", dimensions) == 0xCBF43926 % dimensions
    places = [bucket(part, dimensions) for part in letter_trigrams("pneumonoultramicroscopic")]
    assert all(0 <= place < dimensions for place in places) and len(set(places)) > 10


def test_census_counted_by_hand() -> None:
    """ab: #ab ab#; ba: #ba ba#. Windows: <s> ab ba, ab ba <s>, <s> ab <s>."""
    found = census(["ab ba", "ab", "Ab!"], "en", 30_621)
    assert (found.tokens, found.features, found.windows) == (2, 4, 3)
    assert found.shared == () and found.indistinct == ()


def test_in_one_bucket_everything_meets() -> None:
    found = census(["ab ba", "abc"], "en", 1)
    assert found.shared == (("#ab", "#ba", "ab#", "abc", "ba#", "bc#"),)
    assert found.indistinct == (("ab", "ba"),)  # two each; abc has three
    assert census(["河岸"], "zh", 1).indistinct == (("岸", "河"),)


def test_census_agrees_with_a_plain_count_where_buckets_are_few() -> None:
    words = ["running", "runing", "leather", "shoes", "river", "bank"]
    parts = {f"#{word}#"[n : n + 3] for word in words for n in range(len(word))}
    places = Counter(zlib.crc32(part.encode()) % 16 for part in parts)
    found = census([" ".join(words)], "en", 16)
    assert found.features == len(parts) == sum(places.values())
    assert sorted(map(len, found.shared)) == sorted(n for n in places.values() if n > 1)


def test_words_that_no_number_of_buckets_tells_apart() -> None:
    """The same trigrams in another order: a bag of them has lost it."""
    one, other = "abcabdab", "abdabcab"
    assert letter_trigrams(one) != letter_trigrams(other)
    assert census([f"{one} {other} abcab"], "en", 40_000).indistinct == ((one, other),)
    lexicon = Lexicon(MatchingConfig(), [f"{one} {other}"])
    assert sorted(lexicon.bag(one)) == sorted(lexicon.bag(other))


def test_a_lexicon_knows_the_buckets_of_its_texts() -> None:
    lexicon = Lexicon(MatchingConfig(dimensions=30_621), ["good food"])
    assert lexicon.known("good") == (True,) * 4
    assert lexicon.known("goon") == (True, True, False, False)  # #go goo oon on#
    assert len(lexicon.bag("goon")) == 2 and lexicon.bag("xyz") == ()
    assert len(lexicon.columns) == len({*letter_trigrams("good"), *letter_trigrams("food"), BOUNDARY})
