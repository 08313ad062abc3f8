"""Texts that are tokenised once and read as batches without a loop over their words.

B texts · L positions · U different tokens
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.matching.data.hashing import BOUNDARY
from engine.matching.data.texts import Lexicon, Texts
from engine.matching.models import Matcher, Tower
from engine.runs.frame import Array

AT_ONCE = 256
"""Texts in a batch when many are to be encoded."""


class Encoded:
    """Token rows by number, as `Lexicon.read` reads them: the same towers say the same of them."""

    def __init__(self, lexicon: Lexicon, rows: Sequence[Sequence[str]]) -> None:
        places: dict[str, int] = {BOUNDARY: 0}
        ids = [[places.setdefault(token, len(places)) for token in row] or [0] for row in rows]
        bags = [lexicon.bag(token) for token in places]
        marks = len(lexicon.framed(())) - 1  # around the one <s> that an empty text is
        self._before, self._behind = marks // 2, marks - marks // 2
        self._lengths = np.array([len(one) for one in ids], np.int64)
        self._starts = np.concatenate(([0], np.cumsum(self._lengths)))
        self._ids = np.array([token for one in ids for token in one], np.int64)
        self._sizes = np.array([len(bag) for bag in bags], np.int64)
        self._firsts = np.concatenate(([0], np.cumsum(self._sizes)))
        self._features = np.array([column for bag in bags for column in bag], np.int64)

    def __len__(self) -> int:
        return len(self._lengths)

    @property
    def lengths(self) -> Array:
        """(N,) how many words each text has."""
        return self._lengths

    def read(self, rows: Array, *, boundaries: bool) -> Texts:
        """Some of the texts (B,) as a batch, with <s> on both sides where there are `boundaries`."""
        lengths, before = self._lengths[rows], self._before if boundaries else 0
        framed = lengths + (self._before + self._behind if boundaries else 0)
        text, column = _spread(lengths)
        tokens = np.full((len(rows), int(framed.max())), -1, np.int64)
        if boundaries:
            tokens[np.arange(tokens.shape[1]) < framed[:, None]] = 0
        tokens[text, column + before] = self._ids[self._starts[rows][text] + column]
        different, place = np.unique(tokens, return_inverse=True)
        place, padded = place.reshape(tokens.shape), different[:1] < 0
        different, place = (different[1:], place) if padded.any() else (different, place + 1)
        sizes = self._sizes[different]
        token, feature = _spread(sizes)
        return Texts(
            torch.from_numpy(place),
            torch.from_numpy(framed),
            torch.from_numpy(self._features[self._firsts[different][token] + feature]),
            torch.from_numpy(np.concatenate(([0], np.cumsum(np.concatenate(([0], sizes[:-1])))))),
        )

    def vectors(self, tower: Tower, rows: Array) -> Tensor:
        """Semantic vectors (B, S) of length 1."""
        found: Tensor = tower(self.read(rows, boundaries=tower.boundaries)).vector
        return functional.normalize(found, dim=-1)

    @torch.no_grad()
    def every(self, tower: Tower, rows: Array) -> Tensor:
        """Semantic vectors (B, S) of length 1 of many texts, rows (B,), read in parts of similar length, which need little
        padding."""
        order = np.argsort(self._lengths[rows], kind="stable")
        parts = [self.vectors(tower, rows[order[at : at + AT_ONCE]]) for at in range(0, len(order), AT_ONCE)]
        found = torch.cat(parts) if parts else torch.zeros(0, 1)
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.from_numpy(order)] = torch.arange(len(order))
        return found[back]


class Both:
    """Queries and documents, tokenised once for every model that reads them."""

    def __init__(self, lexicon: Lexicon, queries: Sequence[str], documents: Sequence[str]) -> None:
        self.query_rows = [lexicon.row(text) for text in queries]
        self.document_rows = [lexicon.row(text) for text in documents]
        self.queries, self.documents = Encoded(lexicon, self.query_rows), Encoded(lexicon, self.document_rows)

    def cosines(self, matcher: Matcher, query: Array, document: Array) -> Array:
        """(N,) of pairs of a query (N,) with a document (N,); each different text is read once."""
        asked, q = np.unique(query, return_inverse=True)
        held, d = np.unique(document, return_inverse=True)
        left, right = self.queries.every(matcher.query, asked), self.documents.every(matcher.document, held)
        return np.asarray((left[q] * right[d]).sum(-1).numpy())

    def grid(self, matcher: Matcher, query: Array, document: Array) -> Array:
        """(Q, N) of each query with each document."""
        left = self.queries.every(matcher.query, query)
        return np.asarray((left @ self.documents.every(matcher.document, document).T).numpy())


def _spread(counts: Array) -> tuple[Array, Array]:
    """Counts (n,) → for each of the Σ counts things its owner, and its number among that one's."""
    owner = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    return owner, np.arange(len(owner)) - np.repeat(ends - counts, counts)
