"""A user's own queries and documents: TSV, CSV, JSONL, or the question-passage files of SQuAD, XQuAD and CMRC."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import UserError
from engine.matching.config import PairsConfig
from engine.matching.hashing import tokens
from engine.matching.log import Log, Query
from engine.matching.training import train_on
from engine.runs.frame import Frame
from engine.runs.work import Tick

QUERY = ("query", "question", "q", "search", "查询", "问题")
DOCUMENT = ("document", "passage", "context", "doc", "title", "text", "answer_text", "文档", "标题", "段落")
LABEL = ("label", "clicks", "click", "clicked", "relevance", "grade", "rating", "标签", "点击")
FEWEST, MOST = 20, 20_000
HELD_OUT = 5
"""Every fifth query is held out."""
RANKED, ASKED = 1_000, 500
"""At most so many documents are ranked, for so many held-out queries."""
HIGHEST = 4
"""Grades go from 0 to this, as in the papers; what is larger counts clicks and is taken by its logarithm."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of a table; `label` None where the table has none: the document is the right one."""

    query: str
    document: str
    label: float | None = None


def read_pairs(data: bytes) -> tuple[Pair, ...]:
    """The pairs of a file, whichever of the formats it is in. Raises UserError where it is none of them."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError("This is no UTF-8 text: byte {place} cannot be read.", place=f"{error.start:,}") from None
    start = text.lstrip()[:1]
    found = list(_of_json(text) if start in ("{", "[") else _of_table(text))
    pairs = tuple(pair for pair in found if pair.query.strip() and pair.document.strip())
    if len(pairs) < FEWEST:
        raise UserError(
            "Too few pairs of query and document: {count} were found, {least} are needed.",
            count=len(pairs),
            least=FEWEST,
        )
    return pairs[:MOST]


def _of_json(text: str) -> Iterator[Pair]:
    rows: Iterable[Any]
    try:
        whole = json.loads(text)
        rows = whole if isinstance(whole, list) else whole.get("data", [whole])
        if not isinstance(rows, list):
            raise UserError("A row needs a query and a document; found {value}.", value=str(rows)[:40])
    except UserError:
        raise
    except (ValueError, RecursionError):
        rows = _lines(text)
    for row in rows:
        if isinstance(row, Mapping) and "paragraphs" in row:
            yield from _of_article(row)
        elif not isinstance(row, Mapping):
            raise UserError("A row needs a query and a document; found {value}.", value=str(row)[:40])
        else:
            yield _of_row({str(key).strip().lower(): value for key, value in row.items()})


def _lines(text: str) -> Iterator[Any]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                raise UserError("Line {number} is no JSON.", number=number) from None


def _of_article(article: Mapping[str, Any]) -> Iterator[Pair]:
    """SQuAD's form: paragraphs with a context and questions on it."""
    try:
        for paragraph in article["paragraphs"]:
            for asked in paragraph["qas"]:
                yield Pair(str(asked["question"]), str(paragraph["context"]))
    except (KeyError, TypeError):
        raise UserError("A paragraph needs a context and its questions: paragraphs, context, qas, question.") from None


def _of_row(row: Mapping[str, Any]) -> Pair:
    query, document, label = (next((name for name in names if name in row), "") for names in (QUERY, DOCUMENT, LABEL))
    if not query or not document:
        raise UserError(
            "A row needs a query and a document; found the columns {columns}.", columns=", ".join(row)[:120]
        )
    texts = ["" if row[name] is None else str(row[name]) for name in (query, document)]
    return Pair(texts[0], texts[1], _label(row[label]) if label else None)


def _label(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise UserError(
            "A label or a number of clicks must be a number from 0 up, not {value}.", value=str(value)[:20]
        ) from None
    if not 0 <= number < math.inf:
        raise UserError("A label or a number of clicks must be a number from 0 up, not {value}.", value=str(value)[:20])
    return number


def _of_table(text: str) -> Iterator[Pair]:
    """Tabs or commas; a first line that names no query is a row like the others."""
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UserError("The table cannot be read: {reason}.", reason=str(error)) from None
    if not rows:
        return
    head = [cell.strip().lower() for cell in rows[0]]
    named = any(cell in QUERY for cell in head)
    if not named and len(head) < 2:
        raise UserError(
            "A row needs a query and a document; found the columns {columns}.", columns=", ".join(head)[:120]
        )
    names = head if named else ["query", "document", "label"]
    for row in rows[1:] if named else rows:
        yield _of_row(dict(zip(names, row, strict=False)))


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
    return round(label) if highest <= HIGHEST else min(round(math.log2(1 + label)), HIGHEST)


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
    yield from train_on(config, log_of_pairs(read_pairs(data)), tick)
