"""Pairs of a plain table, in code that is taken away, and whether that reads them as the page did."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pandas as pd

from engine.matching.own_pairs.files import Pair, read_file_of_pairs
from engine.tables.told import told as decisions
from engine.taken.reading import as_text

READ = '''def read(file: str) -> tuple[Pair, ...]:
    """{count} pairs as the page read them."""
    text = cells(file, {arguments})
    return pairs_of(text, {roles})
'''


def pairs_of(
    text: pd.DataFrame, query: str, document: str, label: str = "", group: str = "", score: str = ""
) -> tuple[Pair, ...]:
    """The pairs in a table of text by the names of its columns: letters composed, rows without a query, a document or a label
    left out."""
    count = len(text)
    composed = [[unicodedata.normalize("NFC", one) for one in text[name]] for name in (query, document)]
    labels = pd.to_numeric(text[label], errors="coerce").tolist() if label else [None] * count
    groups = text[group].str.strip().tolist() if group else [""] * count
    scores = pd.to_numeric(text[score], errors="coerce").tolist() if score else [None] * count
    rows = zip(*composed, labels, groups, scores, strict=True)
    return tuple(
        Pair(q, d, None if grade is None else float(grade), name, None if said is None or said != said else float(said))
        for q, d, grade, name, said in rows
        if q.strip() and d.strip() and (grade is None or grade >= 0)
    )


def of_pairs(data: bytes, told: str) -> str:
    """A function `read` that reads the pairs of a file; "" where that takes more than a few lines. Raises UserError where the
    file cannot be used."""
    real = read_file_of_pairs(data, decisions(told))
    names = {"query": "query", "document": "document", "label": "label", "query_id": "group", "score": "score"}
    roles = {names[role]: column for role, column in real.opened.roles.items() if role in names}
    make: Callable[..., tuple[Pair, ...]] = pairs_of
    for call in as_text(data, real.opened, trimmed=False):
        try:
            same = make(call.text, **roles) == real.pairs
        except (KeyError, TypeError, AttributeError):
            return ""
        if same:
            said = ", ".join(f"{role}={column!r}" for role, column in roles.items())
            return READ.format(count=f"{len(real.pairs):,}", arguments=call.arguments, roles=said)
    return ""
