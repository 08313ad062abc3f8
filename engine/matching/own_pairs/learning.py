"""One model learning from labelled pairs: every right document above every wrong one, and stopped by the validation queries.

B pairs of a batch · U queries and W documents among them
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.matching.config import PairsConfig
from engine.matching.models import Matcher, build, parameters_of
from engine.matching.own_pairs.encoded import Both
from engine.matching.own_pairs.parts import Part
from engine.rates import at_step
from engine.runs.frame import Array
from engine.runs.seeds import generator

CANDIDATES = 12
"""Pairs of one query in a batch, at most: one right, the others drawn anew each time."""
PATIENCE = 5
"""Looks at the validation queries without a better one, after which a model stops."""


def batches(part: Part, question: str, config: PairsConfig) -> Iterator[Array]:
    """Numbers of pairs (B,), epoch after epoch: single ones where the question is of pairs, else a query's candidates together.
    In a search only what is right: the wrong ones are the others of the batch."""
    source = np.random.default_rng(generator(config.seed, "batches of pairs").initial_seed() % 2**63)
    rows = np.arange(len(part)) if question != "search" else np.flatnonzero(part.grade > 0)
    if question == "pairs":
        while True:
            yield from _pieces(source.permutation(rows), config.batch_size)
    rows = rows[np.argsort(part.query[rows], kind="stable")]
    _, start = np.unique(part.query[rows], return_index=True)
    each = np.split(rows, start[1:])
    count = max(round(config.batch_size / min(len(rows) / len(each), CANDIDATES)), 4)
    while True:
        for some in _pieces(source.permutation(len(each)), count):
            yield np.concatenate([_drawn(part, each[n], source) for n in some])


def _pieces(order: Array, size: int) -> Iterator[Array]:
    """An order in pieces; what is left over is passed over where there is a whole one."""
    whole = max(len(order) // size, 1)
    yield from (order[n * size : (n + 1) * size] for n in range(whole))


def _drawn(part: Part, own: Array, source: np.random.Generator) -> Array:
    """At most `CANDIDATES` pairs of a query, a right one among them where there is one."""
    if len(own) <= CANDIDATES:
        return own
    own = source.permutation(own)
    first = int(np.argmax(part.grade[own] > 0))
    return np.concatenate((own[first : first + 1], np.delete(own, first)[: CANDIDATES - 1]))


class Learner:
    """One model at one rate, with the parameters that its validation queries liked best."""

    def __init__(self, config: PairsConfig, model: str, rate: float, both: Both, columns: int) -> None:
        self.config, self.model, self.rate = config, model, rate
        self.matcher: Matcher = build(config, model, columns)
        self._both, self._learnt, self._since = both, 0, 0
        self._adam = torch.optim.Adam(self.matcher.parameters(), lr=rate, fused=True)
        self._seen: list[Tensor] = []
        self.best = -np.inf
        self._kept: dict[str, Tensor] = {}

    @property
    def stopped(self) -> bool:
        """Whether the validation queries have been looked at too often without a gain."""
        return self._since >= PATIENCE

    def learn(self, part: Part, question: str, right: Array) -> None:
        """Take one step of Adam on the pairs of a part. right: (R,) sorted codes of all right pairs of the training queries,
        as `codes` makes them."""
        asked, q = np.unique(part.query, return_inverse=True)
        held, d = np.unique(part.document, return_inverse=True)
        left = self._both.queries.vectors(self.matcher.query, asked)
        other = self._both.documents.vectors(self.matcher.document, held)
        if question == "pairs":
            loss = apart((left[q] * other[d]).sum(-1), part.grade, self.config.gamma)
        else:
            known = np.isin(codes(asked[:, None], held[None, :]), right)
            loss = among(left @ other.T, q, d, part.grade, known, self.config.gamma)
        for group in self._adam.param_groups:
            group["lr"] = at_step(self.rate, self.config.decay, self._learnt, self.config.steps)
        self._learnt += 1
        self._adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.matcher.parameters(), self.config.clip)
        self._adam.step()
        self._seen.append(loss.detach())

    def looked(self, value: float) -> None:
        """What the validation queries say of it now: the best is kept, and too many without a gain end its training."""
        if value > self.best:
            self.best, self._since = value, 0
            self._kept = {name: one.detach().clone() for name, one in parameters_of(self.matcher).items()}
        else:
            self._since += 1

    def back(self) -> None:
        """To the parameters that were kept."""
        with torch.no_grad():
            for name, one in parameters_of(self.matcher).items():
                one.copy_(self._kept[name])

    def loss(self) -> Array:
        """() mean loss since it was last asked for; nan where it has not learnt since."""
        seen, self._seen = self._seen, []
        return np.asarray(torch.stack(seen).mean() if seen else np.nan)

    def nbytes(self) -> int:
        """How many bytes its parameters take."""
        return sum(one.nbytes for one in parameters_of(self.matcher).values())


def codes(query: Array, document: Array) -> Array:
    """One number for each pair of a query and a document (…): query · 2³² + document."""
    return np.asarray(query.astype(np.int64) << 32 | document)


def apart(cosines: Tensor, grade: Array, gamma: float) -> Tensor:
    """Mean of ln(1 + exp(γ (R_j - R_i))) over any two pairs i, j of a batch of which i has the better grade: cosines,
    grade (B,). 0 where all are alike."""
    first, second = (torch.from_numpy(one) for one in np.nonzero(grade[:, None] > grade[None, :]))
    if not len(first):
        return (cosines * 0.0).sum()
    return functional.softplus(gamma * (cosines[second] - cosines[first])).mean()


def among(scores: Tensor, query: Array, document: Array, grade: Array, known: Array, gamma: float) -> Tensor:
    """Mean of -log softmax(γ R) at a right document, over it, the query's own worse ones, and every other document of the batch
    that is not `known` to be right for the query (U, W); and `apart` over the labelled pairs where some are wrong. scores
    (U, W); query, document (B,) into them, grade (B,)."""
    own = np.full(known.shape, -1)
    own[query, document] = grade
    best = own.max(1)
    rows = np.flatnonzero(best > 0)
    target = own[rows].argmax(1)
    rivals = (own[rows] < best[rows, None]) & (~known[rows] | (own[rows] >= 0))
    rivals[np.arange(len(rows)), target] = True
    held = (gamma * scores[torch.from_numpy(rows)]).masked_fill(~torch.from_numpy(rivals), -torch.inf)
    loss = functional.cross_entropy(held, torch.from_numpy(target)) if len(rows) else (scores * 0.0).sum()
    if (grade == 0).any():
        loss = loss + apart(scores[torch.from_numpy(query), torch.from_numpy(document)], grade, gamma)
    return loss
