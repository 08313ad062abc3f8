"""Names: the same each time, short, mostly different, whole in both languages."""

from __future__ import annotations

import re

import numpy as np
import pytest

from engine.recommender.config import TOPICS
from engine.recommender.site import names, wordings
from engine.recommender.site.world import LANGUAGES, REGIONS, WORDS

SCREENS = ("en", "zh")
LATIN, HAN = re.compile("[A-Za-z]"), re.compile("[\u4e00-\u9fff]")


def titles(topic: int, language: str, bait: float, count: int = 1_000) -> list[str]:
    """Of videos from all over a large catalogue, as long as the world's; a share of them is bait."""
    rng = np.random.default_rng(topic)
    videos = rng.choice(1_000_000, count, replace=False)
    lengths, baits = np.exp(rng.normal(1.6, 0.4, count)).clip(0.5, 30.0), rng.random(count) < bait
    given = zip(videos, baits, lengths, strict=True)
    return [names.video_title(v, topic, 0.8 if bait else 0.1, m, language) for v, bait, m in given]


def everything(language: str) -> list[str]:
    """A sample of all that is written in a language."""
    found = [*wordings.TOPIC_NAMES[language], *wordings.REGION_NAMES[language], *wordings.LANGUAGE_NAMES[language]]
    found += [names.search_word(token, language) for token in range(TOPICS * WORDS)]
    found += [names.user_name(user, 34, language) for user in range(100)]
    for topic in range(TOPICS):
        found += titles(topic, language, 0.3)
        found += [names.channel_name(channel, topic, language) for channel in range(200)]
    return found


@pytest.mark.parametrize("language", SCREENS)
def test_a_name_is_always_the_same(language: str) -> None:
    names_twice = [
        (
            names.video_title(number, 3, 0.1, 6.0, language),
            names.channel_name(number, 3, language),
            names.user_name(number, 34, language),
        )
        for number in (7, 999_999, np.int32(7), np.int64(999_999))
    ]
    assert names_twice[:2] == names_twice[2:]


def test_names_are_these() -> None:
    """They do not depend on the process or its hash seed."""
    assert names.video_title(3, 0, 0.1, 5.0, "en") == "Quinn's rustic jollof rice in 5 min"
    assert names.video_title(3, 0, 0.1, 5.0, "zh") == "宁远的乡村西非炖饭，只要5分钟"
    assert names.channel_name(0, 0, "en") == "Arya's Table"
    assert names.user_name(1, 34, "en") == "Nao, 34"


def test_each_language_uses_its_own_script() -> None:
    assert not [name for name in everything("zh") if LATIN.search(name) or not HAN.search(name)]
    assert not [name for name in everything("en") if HAN.search(name) or not LATIN.search(name)]


@pytest.mark.parametrize(("language", "longest"), [("en", 42), ("zh", 18)])
def test_titles_fit(language: str, longest: int) -> None:
    found = [title for topic in range(TOPICS) for bait in (0.0, 1.0) for title in titles(topic, language, bait)]
    assert max(map(len, found)) <= longest
    assert min(map(len, found)) >= 5
    assert not [title for title in found if "{" in title or title != title.strip() or title[0].islower()]


@pytest.mark.parametrize("language", SCREENS)
@pytest.mark.parametrize("bait", [0.0, 0.15, 0.6])
def test_different_videos_mostly_differ(language: str, bait: float) -> None:
    """Of 1,000 of one topic at most 1 % repeat another's title: on average over topics, and at most 2 % in any."""
    repeats = [1_000 - len(set(titles(topic, language, bait))) for topic in range(TOPICS)]
    assert np.mean(repeats) <= 10 and max(repeats) <= 20


@pytest.mark.parametrize(("language", "mark"), [("en", "!"), ("zh", "！")])
def test_bait_shows(language: str, mark: str) -> None:
    for topic in range(TOPICS):
        assert all(mark in title for title in titles(topic, language, 1.0, 200))
        assert not any(mark in title for title in titles(topic, language, 0.0, 200))


def test_the_length_shows_in_short_titles() -> None:
    assert any("in 90 seconds" in names.video_title(video, 2, 0.0, 1.5, "en") for video in range(50))
    assert any("90秒" in names.video_title(video, 2, 0.0, 1.5, "zh") for video in range(50))
    assert not any("seconds" in names.video_title(video, 2, 0.0, 8.0, "en") for video in range(200))


@pytest.mark.parametrize("language", SCREENS)
def test_every_number_has_a_word_of_its_own(language: str) -> None:
    assert len(set(wordings.TOPIC_NAMES[language])) == len(wordings.TOPIC_NAMES[language]) == TOPICS
    assert len(set(wordings.REGION_NAMES[language])) == len(wordings.REGION_NAMES[language]) == REGIONS
    assert len(set(wordings.LANGUAGE_NAMES[language])) == len(wordings.LANGUAGE_NAMES[language]) == LANGUAGES
    assert len({names.search_word(token, language) for token in range(TOPICS * WORDS)}) == TOPICS * WORDS
    assert len({names.user_name(user, 34, language) for user in range(48)}) == 48
    assert "34" in names.user_name(0, 34, language)


def test_the_lists_of_both_languages_are_parallel() -> None:
    """So a title in the other language is the same title."""
    english, chinese = (wordings.WORDINGS[language] for language in SCREENS)
    assert len(english.names) == len(chinese.names) and len(english.places) == len(chinese.places)
    assert len(english.channels) == len(chinese.channels)
    assert {k: len(v) for k, v in english.patterns.items()} == {k: len(v) for k, v in chinese.patterns.items()}
    for one, other in zip(english.topics, chinese.topics, strict=True):
        assert one.family == other.family
        for field in ("kinds", "subjects", "channels", "words"):
            left, right = getattr(one, field), getattr(other, field)
            assert len(left) == len(set(left)) == len(right) == len(set(right)), (one.name, field)
        assert len(one.words) == WORDS
