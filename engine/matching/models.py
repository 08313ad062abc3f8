"""Three ways to make a text a semantic vector, and the cosine that compares two of them.

B texts · L positions · T windows · W words in a window · D buckets of the word hash · F filters · S semantic units
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.cells import PeepholeLSTM
from engine.matching.config import MatchingConfig
from engine.matching.data.texts import Texts
from engine.runs.ladder import Ladder
from engine.runs.seeds import generator


def windows(length: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """Positions of a kernel on a text: (302 - 3) / 1 + 1 = 300. Zero where the text is shorter than the kernel."""
    return max((length + 2 * padding - kernel) // stride + 1, 0)


TOUCHED = 30
"""Rows of the word hash that a text reads, about."""


class WordHash(nn.Module):
    """A token's bag of features times W: only the rows that occur are read. weight (D, outputs)."""

    def __init__(self, columns: int, outputs: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(columns, outputs))
        self.reset_parameters(generator)

    @torch.no_grad()
    def reset_parameters(self, source: torch.Generator | None = None) -> None:
        """Uniform in ±√(6 / (inputs + outputs)), inputs being what a text touches of the 30K rows, not all there are."""
        bound = (6.0 / (TOUCHED + self.weight.shape[1])) ** 0.5
        self.weight.uniform_(-bound, bound, generator=source)

    def forward(self, texts: Texts) -> Tensor:
        """A product for each token of a batch (B, L, outputs): different tokens are multiplied once, then looked up."""
        table = functional.embedding_bag(texts.features, self.weight, texts.starts, mode="sum")  # (U, outputs)
        return functional.embedding(texts.tokens, table)


class TextTower(nn.Module):
    """What the three towers share: initialised when built, and the same again where the same `generator` is given."""

    words: WordHash
    boundaries: ClassVar[bool] = False
    """Whether a text is read with a mark before and behind it."""

    @classmethod
    def of(cls, config: MatchingConfig, columns: int, source: torch.Generator | None = None) -> Self:
        """A tower in the config's shape; `columns` of the word hash."""
        raise NotImplementedError

    @torch.no_grad()
    def reset_parameters(self, source: torch.Generator | None = None) -> None:
        """Draw all parameters but a cell's anew, in place: uniform in ±√(6 / (inputs + outputs)), biases 0."""
        for name, parameter in self.named_parameters():
            if name.startswith("cell"):
                continue
            if parameter.dim() == 1:
                parameter.zero_()
            elif name == "words.weight":
                self.words.reset_parameters(source)
            else:
                bound = (6.0 / sum(parameter.shape)) ** 0.5
                parameter.uniform_(-bound, bound, generator=source)


class DSSMOutput(NamedTuple):
    """hidden1, hidden2 (B, H), vector (B, S)."""

    hidden1: Tensor
    hidden2: Tensor
    vector: Tensor


class DSSM(TextTower):
    """A bag of letter trigrams → 300 → 300 → 128, all tanh (Huang et al. 2013, §3)."""

    def __init__(self, columns: int, hidden: int, semantic: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.words = WordHash(columns, hidden)
        self.bias = nn.Parameter(torch.zeros(hidden))
        self.layer2 = nn.Linear(hidden, hidden)
        self.semantic = nn.Linear(hidden, semantic)
        self.reset_parameters(generator)

    @classmethod
    def of(cls, config: MatchingConfig, columns: int, source: torch.Generator | None = None) -> Self:
        return cls(columns, config.hidden, config.semantic, source)

    def forward(self, texts: Texts) -> DSSMOutput:
        bag = self.words(texts).sum(1)  # (B, H): W times the sum of all words' trigrams; the order is gone here
        hidden1 = torch.tanh(bag + self.bias)
        hidden2 = torch.tanh(self.layer2(hidden1))
        return DSSMOutput(hidden1, hidden2, torch.tanh(self.semantic(hidden2)))


class CLSMOutput(NamedTuple):
    """maps (B, T, F) before tanh, -inf where a masked text has ended; pooled (B, F); winners (B, F), the window that
    each filter took its maximum from; vector (B, S)."""

    maps: Tensor
    pooled: Tensor
    winners: Tensor
    vector: Tensor


class CLSM(TextTower):
    """Windows of three words → 300 filters, tanh → max over time → 128, tanh (Shen et al. 2014, §3).

    The kernel 3 × 90K is three blocks of 30K rows, one for each place in the window. So a window's product is a
    sum of three words' products, and each word is multiplied once: no array has 90K columns.
    """

    boundaries = True

    def __init__(
        self,
        columns: int,
        window: int,
        filters: int,
        semantic: int,
        padded_to: int = 0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.window, self.filters, self.padded_to = window, filters, padded_to
        self.words = WordHash(columns, window * filters)
        self.semantic = nn.Linear(filters, semantic)
        self.reset_parameters(generator)

    @classmethod
    def of(cls, config: MatchingConfig, columns: int, source: torch.Generator | None = None) -> Self:
        padded_to = config.longest if config.pooling == "unmasked" else 0
        return cls(columns, config.window, config.filters, config.semantic, padded_to, source)

    def forward(self, texts: Texts) -> CLSMOutput:
        maps = self.convolve(texts)
        best, winners = maps.max(1)  # max-over-time pooling keeps where the maximum stood
        pooled = torch.tanh(best)  # tanh is monotone: the maximum of tanh is tanh of the maximum
        return CLSMOutput(maps, pooled, winners, torch.tanh(self.semantic(pooled)))

    def convolve(self, texts: Texts) -> Tensor:
        """The feature maps (B, T, F) before tanh. Without `padded_to` windows behind a text's end are -inf; with it
        they are there, up to the T of that length: what lies wholly in the padding is 0 and stands for all of its kind.
        """
        if self.padded_to:
            texts = texts._replace(tokens=functional.pad(texts.tokens, (0, self.window)))
        table = self.words(texts)  # (B, L, W·F)
        parts = table.unflatten(-1, (self.window, self.filters))
        count = windows(texts.tokens.shape[1], self.window)
        maps = sum(parts[:, place : place + count, place] for place in range(self.window))  # (B, T, F)
        most = windows(self.padded_to, self.window)
        last = torch.full_like(texts.lengths, most) if self.padded_to else texts.lengths - self.window + 1
        behind = torch.arange(count) >= last[:, None]  # (B, T)
        return maps.masked_fill(behind[..., None], -torch.inf)


class LSTMOutput(NamedTuple):
    """x (B, L, E) the words as vectors; states (B, L, H) the output after every word; vector (B, H) the last one."""

    x: Tensor
    states: Tensor
    vector: Tensor


class LSTMDSSM(TextTower):
    """The peephole LSTM reads word by word; its last output is the semantic vector (Palangi et al. 2016, §III).

    The trigrams go through a linear layer of `embedding` units first, which the paper folds into the cell's own.
    """

    def __init__(self, columns: int, embedding: int, units: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.words = WordHash(columns, embedding)
        self.cell = PeepholeLSTM(embedding, units, forget_bias=1.0)
        self.reset_parameters(generator)

    @classmethod
    def of(cls, config: MatchingConfig, columns: int, source: torch.Generator | None = None) -> Self:
        return cls(columns, config.embedding, config.units, source)

    @torch.no_grad()
    def reset_parameters(self, source: torch.Generator | None = None) -> None:
        """The words as in the other towers, the cell as a cell."""
        super().reset_parameters(source)
        self.cell.reset_parameters(source)

    def forward(self, texts: Texts) -> LSTMOutput:
        x = self.words(texts)  # (B, L, E)
        states, (last, _) = self.cell(x.transpose(0, 1).contiguous(), None, texts.lengths)
        return LSTMOutput(x, states.transpose(0, 1), last[0])


Tower = DSSM | CLSM | LSTMDSSM


class Matcher(nn.Module):
    """Two towers, or one for both sides, and the cosine of what they say."""

    def __init__(self, query: Tower, document: Tower) -> None:
        super().__init__()
        self.query, self.document = query, document

    def forward(self, queries: Texts, documents: Texts) -> Tensor:
        """cosines (B, N) of B queries with N documents."""
        return cosines(self.query(queries).vector, self.document(documents).vector)


def cosines(queries: Tensor, documents: Tensor) -> Tensor:
    """R(Q, D) = y_Q · y_D / (|y_Q| |y_D|): (B, S) and (N, S) → (B, N)."""
    return functional.normalize(queries, dim=-1) @ functional.normalize(documents, dim=-1).T


def posterior(scores: Tensor, gamma: float) -> Tensor:
    """P(D | Q) = softmax(γ R(Q, D)) over the candidates, the last axis."""
    return torch.softmax(gamma * scores, -1)


RUNGS: Ladder[type[Tower]] = {"dssm": DSSM, "clsm": CLSM, "lstm": LSTMDSSM}
"""Kinds of tower by id, lowest first."""


def build(config: MatchingConfig, model: str, columns: int, *, seeded: bool = True) -> Matcher:
    """Both towers, or one for both sides, drawn for the config's seed unless told not to; `columns` of the word hash."""
    sides = ("query", "document") if config.towers == "separate" else ("query",)
    sources = (generator(config.seed, model, side) if seeded else None for side in sides)
    towers = [RUNGS[model].of(config, columns, source) for source in sources]
    return Matcher(towers[0], towers[-1])


def parameters_of(matcher: Matcher) -> Mapping[str, Tensor]:
    """A model's parameters by name; of shared towers, which have each twice, the query's alone."""
    return dict(matcher.named_parameters())
