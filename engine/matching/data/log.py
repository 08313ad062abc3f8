"""A click log: queries, the documents shown to them, and which were clicked; generated, or a user's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from engine.matching.config import MatchingConfig
from engine.matching.data.wordings import WORDINGS, Wording
from engine.runs.seeds import generator


@dataclass(frozen=True, slots=True)
class Query:
    """A query's text, the document `clicked`, the relevance `grades` of documents by index, those `shown` beside it and
    not clicked, the most confusable first, and the `skill` that it asks of a model, "" where unknown."""

    text: str
    clicked: int
    grades: Mapping[int, int]
    shown: tuple[int, ...] = ()
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """Queries to learn from and held-out ones, over one set of documents. Held-out queries are ranked over `pool`."""

    language: str
    documents: tuple[str, ...]
    train: tuple[Query, ...]
    test: tuple[Query, ...]
    pool: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """One generated search: the query, the document that was clicked, its twin that was not, and what both are about."""

    skill: str
    query: str
    clicked: str
    twin: str
    meaning: str
    twin_meaning: str


class Draw:
    """Seeded choices. Held-out draws take pairs of nouns that the others never do: see `rare`."""

    def __init__(self, source: torch.Generator, held_out: bool = False) -> None:
        self._source, self._held_out = source, held_out

    def below(self, count: int) -> int:
        return int(torch.randint(count, (), generator=self._source))

    def one(self, options: Sequence[str]) -> str:
        return options[self.below(len(options))]

    def two(self, count: int) -> tuple[int, int]:
        """Two different numbers below `count`."""
        first = self.below(count)
        return first, (first + 1 + self.below(count - 1)) % count

    def nouns(self, words: Wording) -> tuple[str, str]:
        """Two nouns that may stand together on this side of the log."""
        while True:
            first, second = self.two(len(words.nouns))
            if rare(first, second) == self._held_out:
                return words.nouns[first], words.nouns[second]


def rare(first: int, second: int) -> bool:
    """Whether two nouns, by index, meet in held-out queries alone: a fifth of all pairs, in either order."""
    return (first + second) % 5 == 1


def order(words: Wording, draw: Draw, distance: int) -> Visit:
    """The twin has the same words, two of them exchanged: as a bag it is the same document."""
    first, second = draw.nouns(words)
    name, other = first + words.joint + second, second + words.joint + first
    around = draw.one(words.openings), draw.one(words.closings)
    query = _joined(words, name, draw.one(words.query_closings))
    return Visit("order", query, _titled(words, around, name), _titled(words, around, other), name, other)


def spelling(words: Wording, draw: Draw, distance: int) -> Visit:
    """One word of the query is misspelt or inflected, and that word alone tells the twin apart."""
    one, other = (words.makes[n] for n in draw.two(len(words.makes)))
    thing = draw.one(words.things)
    around = draw.one(words.openings), draw.one(words.closings)
    name, twin = one + words.joint + thing, other + words.joint + thing
    query = _joined(words, misspelt(words, one, draw), thing, draw.one(words.query_closings))
    return Visit("spelling", query, _titled(words, around, name), _titled(words, around, twin), name, twin)


def misspelt(words: Wording, word: str, draw: Draw) -> str:
    """Drop, double, exchange or replace a letter inside a word, or inflect it: always to no other word of the list."""
    changed = word
    while changed in words.makes:
        changed = _changed(words, word, draw)
    return changed


def _changed(words: Wording, word: str, draw: Draw) -> str:
    at = 1 + draw.below(max(len(word) - 2, 1))
    return draw.one((
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
        word[:at] + draw.one(words.letters) + word[at + 1 :],
        word + draw.one(words.endings),
    ))  # fmt: skip


def evidence(words: Wording, draw: Draw, distance: int) -> Visit:
    """One window tells where the writer comes from, another country is only named; in the twin they change places."""
    one, other = draw.two(len(words.countries))
    told, named = draw.one(words.grew_up), draw.one(words.visited)
    between = _fillers(words, draw, distance)
    pair = [
        _joined(words, told.format(words.countries[a]), between, named.format(words.countries[b]))
        for a, b in ((one, other), (other, one))
    ]
    query = draw.one(words.speaks).format(words.speakers[one])
    return Visit(
        "evidence", query, pair[0], pair[1], f"speaks {words.speakers[one]}", f"speaks {words.speakers[other]}"
    )


def beyond(words: Wording, draw: Draw, distance: int) -> Visit:
    """Two moves in the same words and among the same words; the last one counts. The twin has the same windows, of
    three words or of five, in another order."""
    one, other = draw.two(len(words.countries))
    moved = draw.one(words.moved)
    between = _fillers(words, draw, distance, least=2)
    pair = [
        _joined(words, between, moved.format(words.countries[a]), between, moved.format(words.countries[b]), between)
        for a, b in ((other, one), (one, other))
    ]
    query = draw.one(words.lives).format(words.countries[one])
    return Visit("beyond", query, pair[0], pair[1], f"lives {words.countries[one]}", f"lives {words.countries[other]}")


VISITS: Mapping[str, Callable[[Wording, Draw, int], Visit]] = {
    "order": order,
    "spelling": spelling,
    "evidence": evidence,
    "beyond": beyond,
}


def _joined(words: Wording, *parts: str) -> str:
    return words.joint.join(part for part in parts if part)


def _titled(words: Wording, around: tuple[str, str], name: str) -> str:
    return _joined(words, around[0], name, around[1])


def _fillers(words: Wording, draw: Draw, distance: int, least: int = 1) -> str:
    """`least` … `distance` words (Chinese: characters), or one phrase more, of no importance."""
    wanted, found = max(least, 1 + draw.below(distance)), ""
    while (len(found) if not words.joint else len(found.split())) < wanted:
        found = _joined(words, found, draw.one(words.fillers))
    return found


def generated(config: MatchingConfig) -> Log:
    """The log of a config: its skills in turn, a tenth as many queries held out as trained on."""
    words = WORDINGS[config.language]
    held_out = max(config.queries // 10, len(config.skills) * 10)
    sides = []
    for purpose, count in (("train", config.queries), ("test", held_out)):
        draw = Draw(generator(config.seed, "log", purpose), purpose == "test")
        skills = [config.skills[n % len(config.skills)] for n in range(count)]
        sides.append([VISITS[skill](words, draw, config.distance) for skill in skills])
    shown = [two for skill in config.skills for two in mirrored(words, skill, config)]
    return log_of(sides[0], [*shown, *sides[1]], config.language)


def mirrored(words: Wording, skill: str, config: MatchingConfig) -> tuple[Visit, Visit]:
    """Two searches for the same two documents, each of which is right for one of them: what the page opens on.
    They are held out too, and the first of order is of the first two nouns: river bank, bank river."""
    draw = Draw(generator(config.seed, "log", "shown", skill), held_out=True)
    one = VISITS[skill](words, draw, config.distance)
    while skill == "order" and one.query != words.nouns[0] + words.joint + words.nouns[1]:
        one = order(words, draw, config.distance)
    other = one
    while (other.meaning, other.twin_meaning) != (one.twin_meaning, one.meaning) or (
        skill == "order" and other.query != other.meaning
    ):
        other = VISITS[skill](words, draw, config.distance)
    return one, replace(other, clicked=one.twin, twin=one.clicked)


def log_of(train: Sequence[Visit], test: Sequence[Visit], language: str) -> Log:
    """Two documents a visit, equal ones once. Whatever means the same is relevant, clicked or not."""
    texts: dict[str, int] = {}
    meanings: dict[int, str] = {}
    for visit in (*train, *test):
        for text, meaning in ((visit.clicked, visit.meaning), (visit.twin, visit.twin_meaning)):
            meanings.setdefault(texts.setdefault(text, len(texts)), meaning)
    pool = tuple(dict.fromkeys(texts[text] for visit in test for text in (visit.clicked, visit.twin)))
    of_meaning: dict[str, list[int]] = {}
    for index in pool:
        of_meaning.setdefault(meanings[index], []).append(index)

    def query(visit: Visit, others: Sequence[int]) -> Query:
        clicked = texts[visit.clicked]
        grades = dict.fromkeys((clicked, *others), 1)
        return Query(visit.query, clicked, grades, (texts[visit.twin],), visit.skill)

    return Log(
        language,
        tuple(texts),
        tuple(query(visit, ()) for visit in train),
        tuple(query(visit, of_meaning.get(visit.meaning, ())) for visit in test),
        pool,
    )
