"""Every intermediate of one query and some documents, and what each part of them gives to the cosine.

N documents · L words of the longest · F filters · H hidden units · S semantic units
A side is 0 for the query and n for the n-th document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.cells.steps import LSTMSteps
from engine.matching.config import MatchingConfig
from engine.matching.data.texts import Lexicon, Texts
from engine.matching.models import (
    CLSM,
    DSSM,
    LSTMDSSM,
    CLSMOutput,
    Matcher,
    Tower,
    build,
    cosines,
    posterior,
)
from engine.runs.frame import Array, Frame
from engine.runs.restore import loaded, state_of
from engine.runs.trace import Trace

Row = tuple[str, ...]
Bags = Mapping[str, tuple[int, ...]]


def matcher_at(config: MatchingConfig, frame: Frame, model: str) -> Matcher:
    """The model as it was at a frame. Raises UserError where a thinned recording kept no parameters."""
    state = state_of(frame, model)
    with torch.device("meta"):  # shapes alone: millions of numbers would be drawn to be overwritten
        return loaded(build(config, model, len(state["query.words.weight"]), seeded=False), state)


@dataclass(frozen=True, slots=True)
class OpenedModel:
    """One model at one moment, with the lexicon that it reads with."""

    config: MatchingConfig
    model: str
    matcher: Matcher
    lexicon: Lexicon

    def read(self, rows: Sequence[Row], bags: Bags | None = None) -> Texts:
        """Token rows as this model wants them."""
        return self.lexicon.read(rows, boundaries=self.matcher.query.boundaries, bags=bags)

    def tower(self, side: int) -> Tower:
        """The tower that reads a side."""
        return self.matcher.document if side else self.matcher.query

    @torch.inference_mode()
    def vector(self, side: int, rows: Sequence[Row], bags: Bags | None = None) -> Tensor:
        """Semantic vectors (B, S) of rows on one side."""
        return self.tower(side)(self.read(rows, bags)).vector

    def cosines(self, query: Row, documents: Sequence[Row]) -> Array:
        """Cosine of a query with each of N documents, (N,)."""
        return cosines(self.vector(0, [query]), self.vector(1, documents))[0].numpy()


AXES = {
    "query": ("unit",),
    "documents": ("document", "unit"),
    "read": ("document", "word", "unit"),
    "cosine": ("document",),
    "p": ("document",),
    "cosine_read": ("document", "word"),
    "hidden1_read": ("document", "word", "unit"),
    "hidden2_read": ("document", "word", "unit"),
} | {
    f"{name}_{side}": axes
    for name, axes in {
        "maps": ("text", "window", "filter"),
        "pooled": ("text", "filter"),
        "winners": ("text", "filter"),
        "hidden1": ("text", "unit"),
        "hidden2": ("text", "unit"),
        **dict.fromkeys(("x", "i", "f", "g", "c", "o", "h"), ("text", "word", "unit")),
    }.items()
    for side in ("query", "documents")
}


@torch.inference_mode()
def trace(at: OpenedModel, query: Row, documents: Sequence[Row]) -> Trace:
    """One forward pass of a query and its candidate documents.

    "query" (S,), "documents" (N, S) the semantic vectors; "cosine", "p" (N,); "read" (N, L, S) and "cosine_read" (N, L)
    the same as far as the document has been read. Of both sides, "…_query" (1, …) and "…_documents" (N, …): hidden1,
    hidden2 of the DSSM; maps (nan behind the end), pooled, winners of CLSM; x, i, f, g, c, o, h of the LSTM.
    """
    arrays: dict[str, Tensor] = {}
    for side, rows in ((0, [query]), (1, list(documents))):
        texts, one = at.read(rows), at.tower(side)
        name = "documents" if side else "query"
        vector = _inside(one, texts, name, arrays)
        arrays[name] = vector if side else vector[0]
        if side:
            arrays["read"] = as_read(one, texts)
        if side and isinstance(one, DSSM):
            arrays["hidden1_read"], arrays["hidden2_read"] = bags_read(one, texts)
    arrays["cosine"] = cosines(arrays["query"][None], arrays["documents"])[0]
    arrays["p"] = posterior(arrays["cosine"], at.config.gamma)
    arrays["cosine_read"] = torch.stack([cosines(arrays["query"][None], one)[0] for one in arrays["read"]])
    return Trace({name: tensor.numpy() for name, tensor in arrays.items()}, AXES)


def _inside(one: Tower, texts: Texts, name: str, arrays: dict[str, Tensor]) -> Tensor:
    """Put a tower's intermediates into `arrays`; its semantic vectors (B, S)."""
    read = one(texts)
    if isinstance(read, CLSMOutput):
        maps = torch.tanh(read.maps)
        arrays[f"maps_{name}"] = maps.masked_fill(read.maps.isinf(), torch.nan)
        arrays[f"pooled_{name}"], arrays[f"winners_{name}"] = read.pooled, read.winners
    elif isinstance(one, LSTMDSSM):
        steps = lstm_steps(one, texts)
        found = {part: tensor.transpose(0, 1) for part, tensor in steps._asdict().items()}  # (B, L, H)
        arrays |= {f"{part}_{name}": tensor for part, tensor in found.items()} | {f"x_{name}": read.x}
    else:
        arrays[f"hidden1_{name}"], arrays[f"hidden2_{name}"] = read.hidden1, read.hidden2
    return read.vector


def lstm_steps(one: LSTMDSSM, texts: Texts) -> LSTMSteps:
    """Every gate at every word, each (L, B, H)."""
    return one.cell.steps(one.words(texts).transpose(0, 1))


def as_read(one: Tower, texts: Texts) -> Tensor:
    """(B, L, S) what the tower would say had it read so far: the bag so far, the maxima so far, the state so far.
    Behind a text's end its whole stands."""
    if isinstance(one, LSTMDSSM):
        states = one(texts).states
        last = (texts.lengths - 1)[:, None].clamp_max(states.shape[1] - 1)
        at = torch.minimum(torch.arange(states.shape[1])[None], last)
        return states.gather(1, at[..., None].expand_as(states))
    if isinstance(one, DSSM):
        return torch.tanh(one.semantic(bags_read(one, texts)[1]))
    return torch.tanh(one.semantic(torch.tanh(one.convolve(texts).cummax(1).values)))


def bags_read(one: DSSM, texts: Texts) -> tuple[Tensor, Tensor]:
    """Both hidden layers (B, L, H) of a text as a bag of words, after each of its words."""
    hidden1 = torch.tanh(one.words(texts).cumsum(1) + one.bias)
    return hidden1, torch.tanh(one.layer2(hidden1))


@torch.inference_mode()
def filter_gains(at: OpenedModel, query: Row, document: Row) -> Array:
    """(F,) by how much the cosine falls when a filter is taken from both texts; of CLSM alone."""
    whole, without = [], []
    for side, row in enumerate((query, document)):
        one = at.tower(side)
        if not isinstance(one, CLSM):
            raise TypeError(f"{at.model} has no filters")
        read = one(at.read([row]))
        whole.append(read.vector)
        without.append(torch.tanh(one.semantic(read.pooled * (1.0 - torch.eye(one.filters)))))  # row k lacks filter k
    return (cosines(whole[0], whole[1])[0, 0] - torch.nn.functional.cosine_similarity(without[0], without[1])).numpy()


@torch.inference_mode()
def word_gains(at: OpenedModel, query: Row, document: Row) -> tuple[Array, Array]:
    """By how much the cosine falls when one word is deleted: of the query (Q,) and of the document (L,)."""
    whole = at.vector(0, [query]), at.vector(1, [document])
    cosine = float(cosines(*whole)[0, 0])
    fewer = [[(*row[:n], *row[n + 1 :]) for n in range(len(row))] for row in (query, document)]
    left = cosines(at.vector(0, fewer[0]), whole[1])[:, 0] if query else torch.zeros(0)
    right = cosines(whole[0], at.vector(1, fewer[1]))[0] if document else torch.zeros(0)
    return (cosine - left).numpy(), (cosine - right).numpy()
