"""Both languages say everything, and nothing else."""

from __future__ import annotations

import re

from babel.messages.pofile import read_po

from pages.ui.language import CATALOGUES, LANGUAGES, catalogue
from tests.pages.catalogue import sentences

PLACEHOLDER = re.compile(r"{\w+}")


def entries(language: str) -> dict[str, str]:
    with (CATALOGUES / f"{language}.po").open("rb") as source:
        read = read_po(source, locale=language)
    assert not [m.id for m in read if m.id and m.fuzzy], "fuzzy entries"
    return {str(m.id): str(m.string) for m in read if m.id}


def test_every_sentence_is_translated() -> None:
    for language in set(LANGUAGES) - {"en"}:
        known = entries(language)
        missing = [f"{where}: {sentence}" for sentence, where in sentences().items() if not known.get(sentence)]
        assert not missing, f"{language} lacks:\n" + "\n".join(missing)


def test_no_translation_is_stale() -> None:
    for language in set(LANGUAGES) - {"en"}:
        assert not set(entries(language)) - set(sentences())


def test_placeholders_survive() -> None:
    for language in set(LANGUAGES) - {"en"}:
        for sentence, text in entries(language).items():
            assert sorted(set(PLACEHOLDER.findall(sentence))) == sorted(set(PLACEHOLDER.findall(text))), sentence


def test_chinese_is_chinese() -> None:
    for sentence, text in entries("zh").items():
        assert re.search(r"[\u4e00-\u9fff]", text), sentence


def test_english_is_the_key() -> None:
    assert catalogue("en") == {}
