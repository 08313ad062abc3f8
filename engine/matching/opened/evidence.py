"""Where a match comes from: the windows that a filter likes, the words that move the LSTM, the trigrams of a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from engine.matching.models import CLSM
from engine.matching.opened.trace import OpenedModel, Row, trace
from engine.matching.training import AT_ONCE
from engine.runs.frame import Array

CELLS = 10
"""The most active cells whose words are counted (Palangi et al. 2016, §V)."""


class Window(NamedTuple):
    """A window of words, what a filter makes of it, and how many of the texts take their maximum from it."""

    words: Row
    value: float
    texts: int


@torch.inference_mode()
def winning_windows(at: OpenedModel, rows: Sequence[Row], unit: int, most: int = 12) -> tuple[Window, ...]:
    """The windows that win a filter's maximum in these documents, the highest first."""
    one = at.matcher.document
    if not isinstance(one, CLSM):
        raise TypeError(f"{at.model} has no filters")
    found: dict[Row, list[float]] = {}
    for begin in range(0, len(rows), AT_ONCE):
        some = rows[begin : begin + AT_ONCE]
        read = one(at.read(some))
        for row, place, value in zip(some, read.winners[:, unit].tolist(), read.pooled[:, unit].tolist(), strict=True):
            framed = (*at.lexicon.framed(row), *[""] * one.window)
            found.setdefault(tuple(framed[place : place + one.window]), []).append(value)
    best = sorted(found.items(), key=lambda item: -item[1][0])[:most]
    return tuple(Window(words, values[0], len(values)) for words, values in best)


def keywords(at: OpenedModel, query: Row, document: Row) -> Array:
    """(L,) how many of the `CELLS` cells with the largest final output each word of a document moved most."""
    traced = trace(at, query, [document])
    cells = traced["c_documents"][0]  # (L, H)
    strongest = np.argsort(-np.abs(traced["documents"][0]), kind="stable")[:CELLS]
    change = np.abs(np.diff(cells, axis=0, prepend=np.zeros_like(cells[:1])))[:, strongest]
    return np.bincount(change.argmax(0), minlength=len(document))


def trigram_gains(at: OpenedModel, query: Row, document: Row, side: int, token: str) -> tuple[tuple[str, float], ...]:
    """By how much the cosine falls when one feature of a word is taken from a text: (feature, fall) for those with
    trained weights; side 0 is the query's."""
    bag = at.lexicon.bag(token)
    names = [name for name, known in zip(at.lexicon.written(token), at.lexicon.known(token), strict=True) if known]
    whole = float(at.cosines(query, [document])[0])
    found = []
    for n, name in enumerate(names):
        fewer = {token: (*bag[:n], *bag[n + 1 :])}
        vectors = [at.vector(s, [row], fewer if s == side else None) for s, row in ((0, query), (1, document))]
        score = float(torch.nn.functional.cosine_similarity(vectors[0], vectors[1])[0])
        found.append((name, whole - score))
    return tuple(found)
