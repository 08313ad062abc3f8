"""A user's pairs in three parts: to learn from, to choose by, and to test on, divided by query.

N pairs · Q queries
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from engine.errors import UserError
from engine.matching.data.hashing import tokens
from engine.matching.data.log import Log, Query
from engine.matching.own_pairs.files import Pair
from engine.runs.frame import Array
from engine.runs.seeds import generator

TEST, VALIDATION = 0.2, 0.15
"""Shares of the queries. Where a second file is the test, only the second of them is taken."""
RANKED, ASKED = 1_000, 500
"""At most so many documents are ranked, for so many queries, where the question is a search."""
SHOWN_RANKED, SHOWN_ASKED = 400, 200
"""And where it is another one, and the ranking is only looked at."""
STARS, HIGHEST = 5, 4
"""Grades up to the first are kept as they are. Where one is larger, they count clicks and are taken by their logarithm, up to
the second, as in the papers."""
QUESTIONS = ("own", "pairs", "search")
"""What a file can ask: which of a query's own candidates is right, whether a pair belongs together, which of all documents."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Pairs by number: query, document (N,) into the texts of `Parts`, their grades (N,), 0 for a wrong document, and what a
    model of the viewer's says, nan where nothing."""

    query: Array
    document: Array
    grade: Array
    score: Array

    def __len__(self) -> int:
        return len(self.query)

    def some(self, rows: Array) -> Part:
        """The pairs at some places: rows (M,) numbers from 0, or (N,) truth values."""
        return Part(self.query[rows], self.document[rows], self.grade[rows], self.score[rows])

    def lists(self) -> Array:
        """(N,) whether a pair's query has candidates of different grades: an order of them can be right or wrong."""
        if not len(self):
            return np.zeros(0, bool)
        _, place = np.unique(self.query, return_inverse=True)
        least, most = np.full(place.max() + 1, np.inf), np.full(place.max() + 1, -np.inf)
        np.minimum.at(least, place, self.grade)
        np.maximum.at(most, place, self.grade)
        return np.asarray((least < most)[place])

    def asked(self) -> int:
        """How many queries there are."""
        return len(np.unique(self.query))


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The texts, and the pairs to train, validate and test on; `second` says that the test is a file of its own."""

    language: str
    queries: tuple[str, ...]
    documents: tuple[str, ...]
    train: Part
    validation: Part
    test: Part
    second: bool = False

    @property
    def question(self) -> str:
        """What the file asks, told by labels and lists: own candidates where most queries with a right document have wrong
        ones too; pairs where it has wrong ones at all; else search."""
        every = (self.train, self.validation, self.test)
        right = [part.some(part.grade > 0) for part in every]
        lists = [part.some(part.lists()) for part in every]
        if sum(part.asked() for part in lists) * 2 >= sum(part.asked() for part in right):
            return "own"
        return "pairs" if all(self.mixed) else "search"

    @property
    def mixed(self) -> tuple[bool, bool]:
        """Whether validation and test have both right and wrong pairs."""
        return both(self.validation), both(self.test)

    def possible(self) -> tuple[str, ...]:
        """The questions of `QUESTIONS` that these labels and lists can answer."""
        lists = self.validation.lists().any() and self.test.lists().any()
        right = min((part.grade > 0).sum() for part in (self.validation, self.test)) > 0
        there = {"own": lists, "pairs": all(self.mixed), "search": right}
        return tuple(one for one in QUESTIONS if there[one])

    def log(self) -> Log:
        """These parts as the log that the stage searches, with the validation's queries: the test is for the answer alone."""
        searches = self.question == "search"
        return self.searched(self.validation, *((RANKED, ASKED) if searches else (SHOWN_RANKED, SHOWN_ASKED)))

    def searched(self, asked: Part, ranked: int = RANKED, most: int = ASKED) -> Log:
        """A log that asks at most so many queries of a part, each of which has a right document, with at most so many documents
        to rank: those that are right first."""
        test = self._asked(asked)[:most]
        if not test:
            raise UserError("Too few queries have a relevant document: {count}.", count=0)
        wanted = dict.fromkeys(index for query in test for index in query.grades)
        pool = tuple(dict.fromkeys((*wanted, *range(len(self.documents)))))[: max(ranked, len(wanted))]
        return Log(self.language, self.documents, self._asked(self.train), test, pool)

    def _asked(self, part: Part) -> tuple[Query, ...]:
        held: dict[int, dict[int, int]] = {}
        for query, document, grade in zip(
            part.query.tolist(), part.document.tolist(), part.grade.tolist(), strict=True
        ):
            held.setdefault(query, {})[document] = grade
        found = (_query(self.queries[query], grades) for query, grades in held.items())
        return tuple(query for query in found if query is not None)


def both(part: Part) -> bool:
    """Whether pairs are right, and others wrong."""
    return bool((part.grade > 0).any() and (part.grade == 0).any())


def _query(text: str, grades: dict[int, int]) -> Query | None:
    relevant = {index: grade for index, grade in grades.items() if grade > 0}
    if not relevant:
        return None
    clicked = max(relevant, key=lambda index: relevant[index])
    return Query(text, clicked, relevant, tuple(index for index, grade in grades.items() if not grade))


def language_of(pairs: Sequence[Pair]) -> str:
    """zh where a third of the letters are Chinese characters."""
    letters = [c for pair in pairs[:200] for c in pair.query + pair.document[:200] if c.isalpha()]
    return "zh" if sum("\u4e00" <= c <= "\u9fff" for c in letters) * 3 > len(letters) else "en"


def parts_of(pairs: Sequence[Pair], second: Sequence[Pair] = ()) -> Parts:
    """Divided by query, the same way whatever the order of the lines. `second` are the pairs of a file to test on: queries of
    theirs are not learnt from. Raises UserError where too few queries have a relevant document."""
    language = language_of(pairs)
    numbers: tuple[dict[str, int], dict[str, int]] = ({}, {})
    whole, group = _numbered(pairs, language, numbers)
    test, of_test = _numbered(second, language, numbers)
    queries, documents = (tuple(one) for one in numbers)
    names = np.array(_groups(whole.query, group, len(queries)))
    drawn = _order(names, queries)
    side = np.zeros(len(queries), np.int64)  # 0 train, 1 validation, 2 test
    if second:
        known = np.unique(names[np.concatenate((test.query, _same(of_test, group, whole.query)))])
        side[np.isin(names, known)] = 2
        drawn = drawn[~np.isin(drawn, known)]
        cuts = (0, max(round(VALIDATION * len(drawn)), 1))
    else:
        ends = max(round(TEST * len(drawn)), 1)
        cuts = (ends, ends + max(round(VALIDATION * len(drawn)), 1))
        side[np.isin(names, drawn[: cuts[0]])] = 2
    side[np.isin(names, drawn[cuts[0] : cuts[1]])] = 1
    of = [whole.some(side[whole.query] == n) for n in range(3)]
    found = Parts(language, queries, documents, of[0], of[1], test if second else of[2], bool(second))
    _enough(found)
    return found


def _enough(parts: Parts) -> None:
    right = [part.some(part.grade > 0).asked() for part in (parts.train, parts.validation, parts.test)]
    if min(right) < 1 or sum(right) < 10:
        raise UserError("Too few queries have a relevant document: {count}.", count=sum(right))


def _numbered(
    pairs: Sequence[Pair], language: str, numbers: tuple[dict[str, int], dict[str, int]]
) -> tuple[Part, list[str]]:
    """The pairs that hold words, each once with its best label, and the group of each; texts get their numbers."""
    highest = max((pair.label or 0.0 for pair in pairs), default=0.0)
    words: dict[str, bool] = {}
    held: dict[tuple[int, int], list[float]] = {}
    groups: dict[tuple[int, int], str] = {}
    for pair in pairs:
        for text in (pair.query, pair.document):
            if text not in words:
                words[text] = bool(tokens(text, language))
        if not words[pair.query] or not words[pair.document]:
            continue
        key = tuple(one.setdefault(text, len(one)) for one, text in zip(numbers, (pair.query, pair.document), strict=True))  # fmt: skip
        one = held.setdefault((key[0], key[1]), [0, np.nan if pair.score is None else pair.score])
        one[0] = max(one[0], grade_of(pair.label, highest))
        groups.setdefault((key[0], key[1]), pair.group)
    table = np.array([(q, d) for q, d in held], np.int64).reshape(-1, 2)
    values = np.array(list(held.values()), np.float64).reshape(-1, 2)
    return Part(table[:, 0], table[:, 1], values[:, 0].astype(np.int64), values[:, 1]), list(groups.values())


def grade_of(label: float | None, highest: float) -> int:
    """A label as a grade; `highest` is the file's."""
    if label is None:
        return 1
    return round(label) if highest <= STARS else min(round(np.log2(1 + label)), HIGHEST)


def _groups(query: Array, group: Sequence[str], count: int) -> list[int]:
    """(Q,) queries that share a number, or a wording, are one."""
    known: dict[str, int] = {}
    links = [(int(q), count + known.setdefault(name, len(known))) for q, name in zip(query, group, strict=True) if name]
    if not links:
        return list(range(count))
    one, other = np.array(links).T
    size = count + len(known)
    graph = coo_matrix((np.ones(len(one)), (one, other)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1][:count]).tolist()


def _same(names: Sequence[str], group: Sequence[str], query: Array) -> Array:
    """Queries of the first file whose number stands in the second."""
    known = {name for name in names if name}
    return np.array([q for q, name in zip(query.tolist(), group, strict=True) if name in known], np.int64)


def _order(names: Array, queries: Sequence[str]) -> Array:
    """The groups in an order that is drawn, and does not depend on the lines' own."""
    first: dict[int, str] = {}
    for name, text in zip(names.tolist(), queries, strict=True):
        first[name] = min(first.get(name, text), text)
    ordered = np.array(sorted(first, key=lambda name: (first[name], name)), np.int64)
    return np.asarray(ordered[torch.randperm(len(ordered), generator=generator(0, "parts of pairs")).numpy()])
