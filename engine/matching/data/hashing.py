"""Word hashing: a text becomes tokens, a token a bag of letter trigrams, a trigram a bucket (Huang et al. 2013, §3.2).

English tokens are words. Chinese tokens are characters, each its own only feature, so no segmentation is needed: all
word trigrams would be millions, and a character has no letters to take trigrams of.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

BOUNDARY = "<s>"
_MARKS = "".join(chr(sign) for sign in range(0x300, 0x3000) if unicodedata.category(chr(sign)) in ("Mn", "Mc"))
_WORD = re.compile(f"[^\\W_](?:[^\\W_]|[{_MARKS}])*")
"""Letters and digits, with the marks that stand on them where no letter has them built in."""
_SIGN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_PIECE = re.compile(f"[{_SIGN}]|[^{_SIGN}]+")
"""A Chinese character, or a word of letters and digits among them."""


def letter_trigrams(word: str) -> list[str]:
    """good → #go, goo, ood, od#."""
    marked = f"#{word}#"
    return [marked[n : n + 3] for n in range(len(marked) - 2)]


def tokens(text: str, language: str) -> tuple[str, ...]:
    """Words of an English text in lower case, characters of a Chinese one, in which a word of Latin letters or digits is a
    whole: iphone10, 手, 机, 壳; punctuation is left out."""
    words = _WORD.findall(text.lower())
    return tuple(piece for word in words for piece in _PIECE.findall(word)) if language == "zh" else tuple(words)


def features(token: str, language: str, whole_words: bool = False) -> tuple[str, ...]:
    """What a token is made of; a trigram that stands twice in a word counts twice."""
    if token == BOUNDARY or language == "zh" or whole_words:
        return (token,)
    return tuple(letter_trigrams(token))


def bucket(feature: str, dimensions: int) -> int:
    """The place of a feature among `dimensions`: the same on every machine, and there is one for what was never seen."""
    return zlib.crc32(feature.encode()) % dimensions


@dataclass(frozen=True, slots=True)
class Census:
    """Word hashing counted on some texts.

    tokens        different words (or characters)
    features      different letter trigrams (or characters)
    windows       different triples of neighbouring tokens, <s> included
    shared        buckets that hold several features, with them
    indistinct    groups of different words with the same bag of buckets: the word hash cannot tell them apart
    """

    tokens: int
    features: int
    windows: int
    shared: tuple[tuple[str, ...], ...]
    indistinct: tuple[tuple[str, ...], ...]


def census(texts: Iterable[str], language: str, dimensions: int) -> Census:
    """Count what the texts are made of and what the hash confuses."""
    words: set[str] = set()
    windows: set[tuple[str, ...]] = set()
    for text in texts:
        row = (BOUNDARY, *tokens(text, language), BOUNDARY)
        words |= set(row[1:-1])
        windows |= set(zip(row, row[1:], row[2:], strict=False))
    held: dict[int, set[str]] = defaultdict(set)
    bags: dict[tuple[tuple[int, int], ...], list[str]] = defaultdict(list)
    for word in sorted(words):
        parts = features(word, language)
        places = [bucket(part, dimensions) for part in parts]
        for place, part in zip(places, parts, strict=True):
            held[place].add(part)
        bags[tuple(sorted(Counter(places).items()))].append(word)
    return Census(
        len(words),
        sum(map(len, held.values())),
        len(windows),
        tuple(tuple(sorted(parts)) for _, parts in sorted(held.items()) if len(parts) > 1),
        tuple(tuple(group) for group in bags.values() if len(group) > 1),
    )
