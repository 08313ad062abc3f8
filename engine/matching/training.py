"""train(config): the chosen models, on the same clicks.

for frame in train(MatchingConfig(seed=1)):
    print(frame.step, frame.metrics["clsm.ndcg"])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.matching.config import MatchingConfig
from engine.matching.data.log import Log, Query, generated
from engine.matching.data.texts import Lexicon, Texts
from engine.matching.measures import Judge
from engine.matching.models import Matcher, build, cosines, parameters_of
from engine.rates import at_step
from engine.runs.frame import Array, Frame, frame_steps, kept_steps
from engine.runs.seeds import generator
from engine.runs.work import Tick

AT_ONCE = 256
"""Texts in a batch when many are to be encoded."""
LANDMARKS = 8
"""Held-out queries whose vectors, and those of their documents, are followed over training."""


class Library:
    """A log's texts, tokenised once."""

    def __init__(self, config: MatchingConfig, log: Log) -> None:
        self.log = log
        self.lexicon = Lexicon(config, [*(query.text for query in log.train), *log.documents])
        self.documents = [self.lexicon.row(text) for text in log.documents]
        self.train = [self.lexicon.row(query.text) for query in log.train]
        self.test = [self.lexicon.row(query.text) for query in log.test]
        self.pool = [self.documents[index] for index in log.pool]
        self.landmarks = tuple(
            dict.fromkeys(index for query in log.test[:LANDMARKS] for index in (query.clicked, *query.shown[:1]))
        )


class Batch:
    """Some queries, the documents they need, each once, and which of them are each query's candidates (B, 1 + J)."""

    def __init__(
        self, queries: Sequence[Query], numbers: Sequence[int], unclicked: int, source: torch.Generator
    ) -> None:
        place: dict[int, int] = {}
        for query in queries:
            for index in (query.clicked, *query.shown[:1]):
                place.setdefault(index, len(place))
        self.numbers, self.documents = numbers, list(place)
        self.candidates = torch.tensor([_candidates(query, place, unclicked, source) for query in queries])


def _candidates(query: Query, place: dict[int, int], unclicked: int, source: torch.Generator) -> list[int]:
    """The clicked document, what was shown beside it, and others of this batch at random."""
    clicked, shown = place[query.clicked], [place[index] for index in query.shown[:1]]
    others = [n for index, n in place.items() if index not in (query.clicked, *query.shown[:1])]
    wanted = unclicked - len(shown)
    drawn = torch.randperm(len(others), generator=source)[:wanted].tolist()
    row = [clicked, *shown, *(others[n] for n in drawn)][: unclicked + 1]
    return row + [row[-1]] * (unclicked + 1 - len(row))


class Trainee:
    """One model with its optimiser."""

    def __init__(self, config: MatchingConfig, model: str, library: Library) -> None:
        self.config, self.model, self._library = config, model, library
        self.matcher = build(config, model, len(library.lexicon.columns))
        self._rate, self._learnt = config.rate(model), 0
        self._adam = torch.optim.Adam(self.matcher.parameters(), lr=self._rate, fused=True)
        self._seen: list[Tensor] = []

    def learn(self, batch: Batch) -> None:
        """One step of Adam on -log P(D⁺ | Q)."""
        queries = self._read([self._library.train[n] for n in batch.numbers])
        documents = self._read([self._library.documents[n] for n in batch.documents])
        loss = loss_of(self.matcher(queries, documents), batch.candidates, self.config.gamma)
        for group in self._adam.param_groups:
            group["lr"] = at_step(self._rate, self.config.decay, self._learnt, self.config.steps)
        self._learnt += 1
        self._adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.matcher.parameters(), self.config.clip)
        self._adam.step()
        self._seen.append(loss.detach())

    def _read(self, rows: Sequence[Sequence[str]]) -> Texts:
        return read(self._library.lexicon, self.matcher, rows)

    @torch.no_grad()
    def metrics(self, judge: Judge) -> dict[str, Array]:
        """This model's share of a frame, by "model.name"; `train` says which there are, and their shapes."""
        scores = score(self.matcher, self._library.lexicon, self._library.test, self._library.pool)
        found = judge.measures(scores)
        if self.config.skills:
            found["pairs"] = judge.pairs(scores, self.config.skills)
        found["space"] = self._space()
        seen = torch.stack(self._seen).mean() if self._seen else torch.tensor(np.log(self.config.unclicked + 1.0))
        self._seen = []
        return {f"{self.model}.{name}": value for name, value in (found | {"train_loss": seen.numpy()}).items()}

    def _space(self) -> Array:
        """(P, S) the landmarks: queries, then documents."""
        library, at = self._library, self.matcher
        queries = vectors(at.query, at, library.lexicon, library.test[:LANDMARKS])
        documents = vectors(at.document, at, library.lexicon, [library.documents[n] for n in library.landmarks])
        return torch.cat((queries, documents)).numpy().astype(np.float16)

    def nbytes(self) -> int:
        """How many bytes its parameters take."""
        return sum(parameter.nbytes for parameter in parameters_of(self.matcher).values())

    def parameters(self) -> dict[str, Array]:
        """A copy of the model's parameters, by "model.name", each in its own shape."""
        return {f"{self.model}.{name}": p.detach().numpy().copy() for name, p in parameters_of(self.matcher).items()}


def read(lexicon: Lexicon, matcher: Matcher, rows: Sequence[Sequence[str]]) -> Texts:
    """Token rows as this model wants them."""
    return lexicon.read(rows, boundaries=matcher.query.boundaries)


def loss_of(scores: Tensor, candidates: Tensor, gamma: float) -> Tensor:
    """Mean of -log softmax(γ R) at the clicked document: scores (B, N), candidates (B, 1 + J) with it first."""
    rows = scores.gather(1, candidates)
    return functional.cross_entropy(gamma * rows, torch.zeros(len(rows), dtype=torch.long))


@torch.no_grad()
def vectors(tower: torch.nn.Module, matcher: Matcher, lexicon: Lexicon, rows: Sequence[Sequence[str]]) -> Tensor:
    """Semantic vectors (N, S) of token rows, texts of similar length together."""
    order = sorted(range(len(rows)), key=lambda n: len(rows[n]))
    parts = [
        tower(read(lexicon, matcher, [rows[n] for n in order[at : at + AT_ONCE]])).vector
        for at in range(0, len(order), AT_ONCE)
    ]
    found = torch.cat(parts)
    back = torch.empty(len(order), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(order))
    return found[back]


def score(matcher: Matcher, lexicon: Lexicon, queries: Sequence[Sequence[str]], pool: Sequence[Sequence[str]]) -> Array:
    """Cosines (Q, N) of queries with a pool of documents, both as token rows."""
    left = vectors(matcher.query, matcher, lexicon, queries)
    return cosines(left, vectors(matcher.document, matcher, lexicon, pool)).numpy()


def train(config: MatchingConfig, tick: Tick | None = None) -> Iterator[Frame]:
    """Train every chosen model on the generated log and yield about `config.frames` frames.

    metrics: per model "ndcg" (3,) at 1, 3, 10, "mrr" (), "recall" (2,) at 1 and 10, "pairs" (K,) by skill: all on
    held-out queries; "space" (P, S) the vectors of the first held-out queries and their documents; "train_loss" (), the
    mean of the batches since the frame before. A cosine bounds the loss by 2γ + log(1 + J), so a rate that is too large
    leaves it stuck, never infinite.
    """
    yield from train_on(config, generated(config), tick)


def train_on(config: MatchingConfig, log: Log, tick: Tick | None = None) -> Iterator[Frame]:
    """Train on any log, as `train` does on a generated one."""
    library, judge, source = Library(config, log), Judge(log), generator(config.seed, "batches")
    trainees = [Trainee(config, model, library) for model in config.models]
    moments = frame_steps(config.steps, config.frames)
    keeping = kept_steps(moments, sum(map(Trainee.nbytes, trainees)))
    for step in range(config.steps + 1):
        if step:
            numbers = torch.randint(len(log.train), (config.batch_size,), generator=source).tolist()
            batch = Batch([log.train[n] for n in numbers], numbers, config.unclicked, source)
            for trainee in trainees:
                trainee.learn(batch)
        if tick is not None:
            tick(step, config.steps)
        if step in moments:
            yield _frame(step, trainees, judge, whole=step in keeping)


def _frame(step: int, trainees: Sequence[Trainee], judge: Judge, *, whole: bool) -> Frame:
    metrics: dict[str, Array] = {}
    parameters: dict[str, Array] = {}
    for trainee in trainees:
        metrics |= trainee.metrics(judge)
        parameters |= trainee.parameters() if whole else {}
    return Frame(step, metrics, parameters)
