"""Both towers, ready to leave: the hashed words of queries and documents in, semantic vectors and cosines out.

B texts · L words of the longest · K features of the word that has most · S semantic units
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from engine.carried import Carried, Graph, Leaving
from engine.cells import Cell
from engine.matching.config import MatchingConfig
from engine.matching.data.hashing import BOUNDARY
from engine.matching.data.texts import Texts
from engine.matching.models import Matcher, Tower, build, cosines
from engine.matching.opened.opened import Opened
from engine.matching.opened.trace import OpenedModel
from engine.matching.taken.code import code
from engine.runs.seeds import generator
from engine.taken.cells import OperatorCell

SIDES = ("query", "document")
SIZES = (((3, 7, 4), (4, 9, 5)), ((1, 5, 2), (2, 6, 3)), ((2, 30, 9), (8, 5, 1)))
"""Texts, words and features of both sides of what is tried."""
OUTPUTS = ("query_vectors", "document_vectors", "cosines")


class HashedWords(nn.Module):
    """The word hash for words given by their features: column numbers, -1 for none and for what was never trained on."""

    def __init__(self, weight: Tensor, columns: Tensor) -> None:
        super().__init__()
        self.weight: Tensor
        self.columns: Tensor
        self.register_buffer("weight", weight.detach())  # (C, outputs)
        self.register_buffer("columns", columns)  # (buckets,) the column of each bucket, or -1

    def forward(self, texts: Texts) -> Tensor:
        """(B, L, outputs); `texts.features` (B · L, K) are the buckets of word 1, word 2, …"""
        buckets = texts.features
        columns = torch.where(buckets >= 0, self.columns[buckets.clamp_min(0)], buckets)
        rows = nn.functional.embedding(columns.clamp_min(0), self.weight) * (columns >= 0)[..., None]
        words = rows.sum(1)
        table = torch.cat((torch.zeros_like(words[:1]), words))  # word 0 stands behind a text's end
        return nn.functional.embedding(texts.tokens, table)


class FromBuckets(nn.Module):
    """buckets (B, L, K), lengths (B,) of queries, then of documents → their vectors (B, S), and cosines (B, B)."""

    def __init__(self, query: nn.Module, document: nn.Module) -> None:
        super().__init__()
        self.query, self.document = query, document

    def forward(
        self, query: Tensor, query_words: Tensor, document: Tensor, document_words: Tensor
    ) -> tuple[Tensor, ...]:
        """Buckets, and how many words each text has, of both sides."""
        q = self.query(_texts(query, query_words)).vector
        d = self.document(_texts(document, document_words)).vector
        return q, d, cosines(q, d)


def _texts(buckets: Tensor, lengths: Tensor) -> Texts:
    """Every word of every text is one of its own: (B, L, K) → tokens 1 … B · L, 0 behind a text's end."""
    count, words = buckets.shape[0], buckets.shape[1]
    tokens = torch.arange(1, count * words + 1).view(count, words)
    there = torch.arange(words) < lengths[:, None]
    return Texts(tokens * there, lengths, buckets.flatten(0, 1), tokens[0])


def carry(opened: Opened, model: str) -> Carried:
    """One pair of towers of an opened moment, with the buckets whose columns have weights."""
    at = opened.models[model]
    said = {"language": at.config.language, "boundaries": at.matcher.query.boundaries}
    return Carried(
        at.matcher,
        lambda: graph(at),
        {"buckets": torch.tensor(list(at.lexicon.columns))},
        {name: json.dumps(value) for name, value in said.items()},
    )


def graph(at: OpenedModel) -> Graph:
    """Both towers with the word hash as a look-up, and with a recurrent cell as ONNX's operator."""
    known, (query, document) = at.lexicon.columns, (at.matcher.query, at.matcher.document)
    columns = torch.full((at.config.dimensions,), -1)
    columns[list(known)] = torch.arange(len(known))
    first = _written(query, columns)
    written = FromBuckets(first, first if document is query else _written(document, columns))
    inputs: dict[str, tuple[str, ...]] = {}
    for side in SIDES:
        inputs |= {side: (f"{side}_texts", f"{side}_longest", f"{side}_features"), f"{side}_words": (f"{side}_texts",)}

    def model(*fed: Tensor) -> tuple[Tensor, ...]:
        q, d = query(_read(fed[0], fed[1], known)).vector, document(_read(fed[2], fed[3], known)).vector
        return q, d, cosines(q, d)

    source = generator(0, "taken")
    examples = tuple((*_drawn(at, *one, source), *_drawn(at, *other, source)) for one, other in SIZES)
    return Graph(written, model, inputs, OUTPUTS, examples, _about(at))


def _written(tower: Tower, columns: Tensor) -> nn.Module:
    """A copy that reads buckets, none of its parts changed in place."""
    copied = copy.deepcopy(tower)
    copied.words = HashedWords(tower.words.weight, columns)  # type: ignore[assignment]  # what reads texts as it does
    if isinstance(cell := getattr(tower, "cell", None), Cell):
        copied.cell = OperatorCell(cell)
    return copied


def _drawn(at: OpenedModel, count: int, words: int, features: int, source: torch.Generator) -> tuple[Tensor, Tensor]:
    """Texts to try: buckets (B, L, K), every third never trained on or none, and lengths (B,), one of them whole."""
    least = min(words, at.config.window)
    known = torch.tensor([*at.lexicon.columns, *[-1] * (len(at.lexicon.columns) // 3 + 1)])
    lengths = torch.randint(least, words + 1, (count,), generator=source)
    lengths[0] = words
    buckets = known[torch.randint(len(known), (count, words, features), generator=source)]
    behind = torch.arange(words) >= lengths[:, None]
    return buckets.masked_fill(behind[..., None], -1), lengths


def _read(buckets: Tensor, lengths: Tensor, columns: Mapping[int, int]) -> Texts:
    """The same texts as the towers read them: every word's bag of columns, word 0 without any."""
    bags: list[list[int]] = [[]]
    tokens = torch.zeros(buckets.shape[:2], dtype=torch.long)
    for text, length in enumerate(lengths.tolist()):
        for word in range(length):
            tokens[text, word] = len(bags)
            bags.append([columns[one] for one in buckets[text, word].tolist() if one in columns])
    starts = np.cumsum([0, *map(len, bags[:-1])])
    return Texts(tokens, lengths, torch.tensor(sum(bags, []), dtype=torch.long), torch.from_numpy(starts))


def _about(at: OpenedModel) -> str:
    config, tower = at.config, at.matcher.query
    features = (
        "its characters' one feature is the character itself"
        if config.language == "zh"
        else "its one feature is the word itself"
        if config.input == "words"
        else "its features are the letter trigrams of #word#, in lower case, as often as they stand"
    )
    framed = (
        f" Then a text begins with {(config.window - 1) // 2} and ends with {config.window - 1 - (config.window - 1) // 2} words "
        f"“{BOUNDARY}”, whose one feature is “{BOUNDARY}”."
        if tower.boundaries
        else ""
    )
    return (
        f"query and document (texts, words, features): of each word, {features}; each as CRC-32 of its UTF-8 modulo "
        f"{config.dimensions}, -1 where a word has fewer and behind a text's end. A text without a word is one word “{BOUNDARY}”.{framed} "
        f"At most {config.longest} words. query_words and document_words (texts): how many words each has. "
        "query_vectors and document_vectors: the semantic vectors, which an index may hold. cosines (queries, documents). "
        f"P(document | query) is softmax({config.gamma:g} · cosine) over the candidates."
    )


def shaped(config: MatchingConfig, model: str, learnt: Mapping[str, Tensor], notes: Mapping[str, str]) -> nn.Module:
    """The towers of a config with these parameters, each in its own shape, in place of drawn ones."""
    matcher: Matcher = build(config, model, len(learnt["query.words.weight"]), seeded=False)
    return matcher


LEAVING: Leaving[MatchingConfig, Opened] = Leaving(carry, shaped, code)
