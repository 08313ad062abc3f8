"""A user's own queries and documents: what a page says of them, and how models train on them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from engine.errors import UserError
from engine.matching.config import PairsConfig
from engine.matching.data.log import Log
from engine.matching.own_pairs.comparison import compare
from engine.matching.own_pairs.files import Pair, apart, read_file_of_pairs
from engine.matching.own_pairs.parts import Parts, language_of, parts_of
from engine.runs.frame import Frame
from engine.runs.work import Tick
from engine.tables.notes import Note, note
from engine.tables.opened import Opened
from engine.tables.told import told as decisions


@dataclass(frozen=True, slots=True)
class Found:
    """What a page says of a file before anything trains on it.

    question, possible   what it asks, and what it could be asked, of `QUESTIONS`
    pairs, right         how many pairs, and how many of them are right
    queries, documents   different ones; lists  queries whose candidates differ in grade
    train, validation, test  queries to learn from, to choose by, and to test on; second  the test is a file of its own
    scored               whether the file says a score for every pair
    """

    language: str
    question: str
    possible: tuple[str, ...]
    pairs: int
    right: int
    queries: int
    documents: int
    lists: int
    train: int
    validation: int
    test: int
    second: bool
    scored: bool
    opened: Opened


def found_in(data: bytes, told: str = "") -> Found:
    """Read a file, or two, and count. `told`: what was decided about it. Raises UserError where it cannot be used."""
    first, second = apart(data)
    file = read_file_of_pairs(first, decisions(told))
    test = read_file_of_pairs(second).pairs if second else ()
    parts = parts_of(file.pairs, test)
    sides = parts.train, parts.validation, parts.test
    return Found(
        language=parts.language,
        question=parts.question,
        possible=parts.possible(),
        pairs=sum(map(len, sides)),
        right=int(sum((part.grade > 0).sum() for part in sides)),
        queries=len(parts.queries),
        documents=len(parts.documents),
        lists=sum(part.some(part.lists()).asked() for part in sides),
        train=parts.train.asked(),
        validation=parts.validation.asked(),
        test=parts.test.asked(),
        second=parts.second,
        scored="score" in file.opened.roles,
        opened=replace(file.opened, notes=(*file.opened.notes, *_aside(parts, len(file.pairs) + len(test)))),
    )


def _aside(parts: Parts, count: int) -> Iterator[Note]:
    """What of the pairs is not used as it stands."""
    used = sum(map(len, (parts.train, parts.validation, parts.test)))
    if used < count:
        yield note("Pairs that stand there twice, hold no word, or are of a test's query: {count} are left out.", count=f"{count - used:,}")  # fmt: skip
    sides = parts.train, parts.validation, parts.test
    none = sum(part.asked() - part.some(part.grade > 0).asked() for part in sides)
    if none:
        yield note("Queries without a right document: {count}. Their wrong ones are learnt from all the same.", count=f"{none:,}")  # fmt: skip


def parts_in(data: bytes, told: str = "") -> Parts:
    """The pairs of a file, or of two, divided by query. Raises UserError where it cannot be used."""
    first, second = apart(data)
    test = read_file_of_pairs(second).pairs if second else ()
    return parts_of(read_file_of_pairs(first, decisions(told)).pairs, test)


def log_in(data: bytes, told: str = "") -> Log:
    """A file of pairs as the log that the stage searches."""
    return parts_in(data, told).log()


def pairs_config(pairs: Iterable[Pair], table: str, base: PairsConfig | None = None) -> PairsConfig:
    """The config of a table: its language and its hash."""
    return replace(base or PairsConfig(), language=language_of(tuple(pairs)), table=table)


def enough(found: Found) -> dict[str, int]:
    """Settings that suit a file: more steps for more pairs, larger batches, and of a large file one rate and two seeds."""
    pairs = round(found.pairs * found.train / max(found.train + found.validation + found.test, 1))
    size = 32 if pairs < 4_000 else 64 if pairs < 12_000 else 256
    epochs = min(max(45_000 / max(pairs, 1), 2), 12)
    steps = max(round(epochs * pairs / size / 10) * 10, 100)
    large = pairs > 12_000
    return {"steps": steps, "batch_size": size, "runs": 2 if large else 3, "tried": 1 if large else 2}


def train_pairs(config: PairsConfig, data: bytes, tick: Tick | None = None) -> Iterator[Frame]:
    """Train on the pairs' queries, choose by others, and test on the rest: `engine.matching.own_pairs.comparison.compare`.

    Raises UserError where the file is not the one that `config.table` names, or cannot be used.
    """
    if config.table and hashlib.sha256(data).hexdigest() != config.table:
        raise UserError("The file is not the one that these settings were made for.")
    parts = parts_in(data, config.told)
    yield from compare(replace(config, language=parts.language), parts, tick)
