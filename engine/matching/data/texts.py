"""Texts as tensors, sparse all the way: no array is as wide as the vocabulary.

B texts · L positions · U different tokens · N features of all of them
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.matching.config import MatchingConfig
from engine.matching.data.hashing import BOUNDARY, bucket, features, tokens
from engine.runs.frame import Array


class Texts(NamedTuple):
    """A batch. `tokens` (B, L) are rows of the table of different tokens, 0 where a text has ended; `lengths` (B,);
    `features` (N,) are columns of the first layer, token after token, each token's beginning at its `starts` (U,).
    Token 0 has no features: a row of zeros."""

    tokens: Tensor
    lengths: Tensor
    features: Tensor
    starts: Tensor


class Lexicon:
    """What a run knows of words: the buckets that its training texts touch.

    Only those have trained weights. The others would keep their random start, since their gradient is zero at every
    step: they are left out, and a feature that was never seen counts nothing.
    """

    def __init__(self, config: MatchingConfig, texts: Iterable[str]) -> None:
        self._language, self._dimensions = config.language, config.dimensions
        self._whole_words, self._longest = config.input == "words", config.longest
        self._before = (config.window - 1) // 2
        self._behind = config.window - 1 - self._before
        seen = {token for text in texts for token in tokens(text, self._language)} | {BOUNDARY}
        touched = {place for token in seen for place in self.buckets(token)}
        self.columns = {place: n for n, place in enumerate(sorted(touched))}
        self._bags: dict[str, tuple[int, ...]] = {}

    def written(self, token: str) -> tuple[str, ...]:
        """A token's features: letter trigrams, or the token itself."""
        return features(token, self._language, self._whole_words)

    def buckets(self, token: str) -> tuple[int, ...]:
        """Where they fall; two can meet in one bucket."""
        return tuple(bucket(part, self._dimensions) for part in self.written(token))

    def known(self, token: str) -> tuple[bool, ...]:
        """Which of a token's features have trained weights."""
        return tuple(place in self.columns for place in self.buckets(token))

    def bag(self, token: str) -> tuple[int, ...]:
        """A token's columns in the first layer, one for each known feature."""
        if token not in self._bags:
            self._bags[token] = tuple(self.columns[place] for place in self.buckets(token) if place in self.columns)
        return self._bags[token]

    def row(self, text: str) -> tuple[str, ...]:
        """A text's tokens, cut so that with <s> on both sides it has at most `longest` positions."""
        return tokens(text, self._language)[: self._longest - self._before - self._behind]

    def framed(self, row: Sequence[str]) -> tuple[str, ...]:
        """With <s> on both sides, so that every word has a window of its own."""
        return (BOUNDARY,) * self._before + (tuple(row) or (BOUNDARY,)) + (BOUNDARY,) * self._behind

    def read(
        self, rows: Sequence[Sequence[str]], *, boundaries: bool, bags: Mapping[str, tuple[int, ...]] | None = None
    ) -> Texts:
        """Token rows as a batch, with <s> on both sides where there are `boundaries`; an empty text is one <s>.
        `bags` replaces those of some tokens."""
        framed = [self.framed(row) if boundaries else (tuple(row) or (BOUNDARY,)) for row in rows]
        table = {token: n + 1 for n, token in enumerate(dict.fromkeys(token for row in framed for token in row))}
        longest = max(map(len, framed))
        ids = np.zeros((len(framed), longest), np.int64)
        for n, row in enumerate(framed):
            ids[n, : len(row)] = [table[token] for token in row]
        held = bags or {}
        all_ = [(), *(held[token] if token in held else self.bag(token) for token in table)]
        return Texts(
            torch.from_numpy(ids),
            torch.tensor([len(row) for row in framed]),
            torch.tensor([column for bag in all_ for column in bag], dtype=torch.long),
            torch.from_numpy(_starts(all_)),
        )


def _starts(bags: Sequence[Sequence[int]]) -> Array:
    return np.concatenate(([0], np.cumsum([len(bag) for bag in bags[:-1]], dtype=np.int64))).astype(np.int64)
