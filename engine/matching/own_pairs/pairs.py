"""A user's own queries and documents as a log to train on."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from engine.errors import UserError
from engine.matching.config import PairsConfig
from engine.matching.data.hashing import tokens
from engine.matching.data.log import Log, Query
from engine.matching.own_pairs.files import Pair, read_file_of_pairs
from engine.matching.training import train_on
from engine.runs.frame import Frame
from engine.runs.work import Tick
from engine.tables.notes import Note, note
from engine.tables.opened import Opened
from engine.tables.told import told as decisions

LATIN = re.compile(r"[A-Za-z0-9]{2,}")
HELD_OUT = 5
"""Every fifth query is held out."""
RANKED, ASKED = 1_000, 500
"""At most so many documents are ranked, for so many held-out queries."""
STARS, HIGHEST = 5, 4
"""Grades up to the first are kept as they are. Where one is larger, they count clicks and are taken by their logarithm, up to
the second, as in the papers."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a page says of a file before anything trains on it: pairs, documents, queries to learn from and held out,
    documents that are ranked, and how it was read."""

    language: str
    pairs: int
    documents: int
    train: int
    test: int
    pool: int
    opened: Opened


def found_in(data: bytes, told: str = "") -> Found:
    """Read a file and count. `told`: what was decided about it. Raises UserError where it cannot be used."""
    file = read_file_of_pairs(data, decisions(told))
    log = log_of_pairs(file.pairs)
    parts = (file.pairs, log.documents, log.train, log.test, log.pool)
    pairs, documents, train, test, pool = (len(part) for part in parts)
    about = replace(file.opened, notes=(*file.opened.notes, *_taken_apart(file.pairs, log.language)))
    return Found(log.language, pairs, documents, train, test, pool, about)


def _taken_apart(pairs: Iterable[Pair], language: str) -> tuple[Note, ...]:
    """Says so where a word among Chinese characters is read letter by letter."""
    for pair in pairs if language == "zh" else ():
        found = LATIN.search(pair.query) or LATIN.search(pair.document)
        if found and len(tokens(found[0], language)) > 1:
            count = len(tokens(found[0], language))
            return (note("Words in Latin letters are read letter by letter among Chinese: {word} is {count} tokens.", word=found[0][:40], count=count),)  # fmt: skip
    return ()


def log_in(data: bytes, told: str = "") -> Log:
    """The log of a file. Raises UserError where it cannot be used."""
    return log_of_pairs(read_file_of_pairs(data, decisions(told)).pairs)


def language_of(pairs: Iterable[Pair]) -> str:
    """zh where a third of the letters are Chinese characters."""
    letters = [c for pair in list(pairs)[:200] for c in pair.query + pair.document[:200] if c.isalpha()]
    return "zh" if sum("\u4e00" <= c <= "\u9fff" for c in letters) * 3 > len(letters) else "en"


def log_of_pairs(pairs: Iterable[Pair]) -> Log:
    """Every fifth query is held out; the documents are known to both sides. A document of label 0 was shown and not
    clicked. Raises UserError where no query has a relevant document."""
    pairs = tuple(pairs)
    language = language_of(pairs)
    texts: dict[str, int] = {}
    graded: dict[str, dict[int, int]] = {}
    highest = max((pair.label or 0.0 for pair in pairs), default=0.0)
    for pair in pairs:
        if not tokens(pair.query, language) or not tokens(pair.document, language):
            continue
        index = texts.setdefault(pair.document, len(texts))
        held = graded.setdefault(pair.query, {})
        held[index] = max(held.get(index, 0), _grade(pair.label, highest))
    queries = [query for text, grades in graded.items() if (query := _query(text, grades)) is not None]
    test = tuple(queries[HELD_OUT - 1 :: HELD_OUT])[:ASKED]
    train = tuple(query for n, query in enumerate(queries) if n % HELD_OUT != HELD_OUT - 1)
    if len(test) < 2:
        raise UserError("Too few queries have a relevant document: {count}.", count=len(queries))
    wanted = dict.fromkeys(index for query in test for index in query.grades)
    pool = tuple(dict.fromkeys((*wanted, *range(len(texts)))))[: max(RANKED, len(wanted))]
    return Log(language, tuple(texts), train, test, pool)


def _grade(label: float | None, highest: float) -> int:
    if label is None:
        return 1
    return round(label) if highest <= STARS else min(round(math.log2(1 + label)), HIGHEST)


def _query(text: str, grades: Mapping[int, int]) -> Query | None:
    relevant = {index: grade for index, grade in grades.items() if grade > 0}
    if not relevant:
        return None
    clicked = max(relevant, key=lambda index: relevant[index])
    return Query(text, clicked, relevant, tuple(index for index, grade in grades.items() if not grade))


def pairs_config(pairs: Iterable[Pair], table: str, base: PairsConfig | None = None) -> PairsConfig:
    """The config of a table: its language and its hash."""
    return replace(base or PairsConfig(), language=language_of(pairs), table=table)


def train_pairs(config: PairsConfig, data: bytes, tick: Tick | None = None) -> Iterator[Frame]:
    """Train on four fifths of the queries. Metrics as `train`, without "pairs".

    Raises UserError where the file is not the one that `config.table` names, or cannot be used.
    """
    if config.table and hashlib.sha256(data).hexdigest() != config.table:
        raise UserError("The file is not the one that these settings were made for.")
    yield from train_on(config, log_in(data, config.told), tick)
