"""Files of queries and documents: TSV, CSV, JSONL, or the question-passage files of SQuAD, XQuAD and CMRC.

Rows are read one after another, and no further than they are used.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from engine.errors import UserError

QUERY = ("query", "question", "q", "search", "查询", "问题")
DOCUMENT = ("document", "passage", "context", "doc", "title", "text", "answer_text", "文档", "标题", "段落")
LABEL = ("label", "clicks", "click", "clicked", "relevance", "grade", "rating", "标签", "点击")
FEWEST, MOST = 20, 20_000
START = re.compile(r"\s*[{\[]")
"""How JSON begins."""


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
    found = _of_json(text) if START.match(text) else _of_table(text)
    pairs = tuple(islice((pair for pair in found if pair.query.strip() and pair.document.strip()), MOST))
    if len(pairs) < FEWEST:
        raise UserError(
            "Too few pairs of query and document: {count} were found, {least} are needed.",
            count=len(pairs),
            least=FEWEST,
        )
    return pairs


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


def _pieces(text: str) -> Iterator[str]:
    """A text by its line feeds, without a second copy of it."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin) + 1 or len(text)
        yield text[begin:end]
        begin = end


def _lines(text: str) -> Iterator[Any]:
    lines = (line for piece in _pieces(text) for line in piece.splitlines())
    for number, line in enumerate(lines, 1):
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
    delimiter = "\t" if "\t" in next(_pieces(text), "") else ","
    rows = _rows(text, delimiter)
    first = next(rows, None)
    if first is None:
        return
    head = [cell.strip().lower() for cell in first]
    named = any(cell in QUERY for cell in head)
    if not named and len(head) < 2:
        raise UserError(
            "A row needs a query and a document; found the columns {columns}.", columns=", ".join(head)[:120]
        )
    names = head if named else ["query", "document", "label"]
    for row in rows if named else chain([first], rows):
        yield _of_row(dict(zip(names, row, strict=False)))


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Those that hold anything."""
    try:
        for row in csv.reader(_pieces(text), delimiter=delimiter):
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error as error:
        raise UserError("The table cannot be read: {reason}.", reason=str(error)) from None
