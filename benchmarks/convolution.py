"""One training step of CLSM at the paper's size against the same on dense counts: forward, loss, backward, Adam.

30,621 buckets × 3 words × 300 filters → 128; 32 queries of the generated log with the documents that they need, each
once, on one thread as in a worker. The peer is torch's Conv1d over an input of 30,621 channels. Inputs are in the form
that each takes before the clock starts, and all three give the same loss, which is asserted. Ours keeps weights of the
buckets that its texts touch; so that nothing rests on that alone, it is measured with weights of all 30,621 as well.

Memory is the peak of a process of its own that takes two steps, with torch and all else that it imports.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import torch
from torch import Tensor, nn

from benchmarks.report import held_at_most, interleaved, line, reached
from engine.matching import CLSM, PAPER, MatchingConfig
from engine.matching.data.log import generated
from engine.matching.data.texts import Texts
from engine.matching.models import Matcher, build, cosines
from engine.matching.training import Batch, Library, loss_of, read
from engine.runs.seeds import generator
from engine.runs.workers.memory import keep_freed_memory

CONFIG = MatchingConfig(models=("clsm",), **PAPER)  # type: ignore[arg-type]
BUCKETS, QUERIES = CONFIG.dimensions, 32
OURS, ALL, PEER = "CLSM", "CLSM, all buckets touched", "dense Conv1d"
STEPS = {OURS: 20, ALL: 2, PEER: 1}
IMPORTS = "imports"
FASTER, MOST = 20, 2_000
"""Targets: times faster, megabytes."""


class Dense(nn.Module):
    """The paper's layers as they are drawn. Weights are those of a tower that has a row for every bucket."""

    def __init__(self, tower: CLSM) -> None:
        super().__init__()
        self.window = tower.window
        self.conv = nn.Conv1d(BUCKETS, tower.filters, tower.window, bias=False)
        self.semantic = tower.semantic
        with torch.no_grad():
            self.conv.weight.copy_(tower.words.weight.unflatten(1, (tower.window, tower.filters)).permute(2, 0, 1))

    def forward(self, counts: Tensor, lengths: Tensor) -> Tensor:
        maps = self.conv(counts)  # (B, F, T)
        behind = torch.arange(maps.shape[2]) > (lengths - self.window)[:, None]
        best = maps.masked_fill(behind[:, None], -torch.inf).max(2).values
        return torch.tanh(self.semantic(torch.tanh(best)))


class Task:
    """One batch, as our texts."""

    def __init__(self, every_bucket: bool) -> None:
        log = generated(CONFIG)
        library = Library(CONFIG, log)
        self.lexicon = library.lexicon
        if every_bucket:  # as a corpus that touches all of them would leave it
            self.lexicon.columns = {place: place for place in range(BUCKETS)}
        numbers = list(range(QUERIES))
        batch = Batch([log.train[n] for n in numbers], numbers, CONFIG.unclicked, generator(0, "bench"))
        self.candidates = batch.candidates
        self.rows = [library.train[n] for n in numbers], [library.documents[n] for n in batch.documents]
        self.matcher = build(CONFIG, "clsm", len(self.lexicon.columns))

    def texts(self) -> tuple[Texts, Texts]:
        queries, documents = (read(self.lexicon, self.matcher, rows) for rows in self.rows)
        return queries, documents


def ours(every_bucket: bool) -> Callable[[], float]:
    task = Task(every_bucket)
    matcher, texts = task.matcher, task.texts()
    return _steps(matcher, lambda: matcher(*texts), task.candidates, STEPS[ALL if every_bucket else OURS])


def peer() -> Callable[[], float]:
    task = Task(every_bucket=True)
    dense = Dense(_tower(task.matcher))
    inputs = [(_counts(texts), texts.lengths) for texts in task.texts()]
    del task.matcher

    def scores() -> Tensor:
        queries, documents = (dense(*one) for one in inputs)
        return cosines(queries, documents)

    return _steps(dense, scores, task.candidates, STEPS[PEER])


def _tower(matcher: Matcher) -> CLSM:
    assert isinstance(matcher.query, CLSM)
    return matcher.query


def _counts(texts: Texts) -> Tensor:
    """(B, 30,621, L) from our texts."""
    ends = [*texts.starts.tolist()[1:], len(texts.features)]
    table = torch.zeros(len(ends), BUCKETS)
    for token, (start, end) in enumerate(zip(texts.starts.tolist(), ends, strict=True)):
        table[token].index_add_(0, texts.features[start:end], torch.ones(end - start))
    return table[texts.tokens].transpose(1, 2).contiguous()


def _steps(model: nn.Module, scores: Callable[[], Tensor], candidates: Tensor, count: int) -> Callable[[], float]:
    adam = torch.optim.Adam(model.parameters(), lr=CONFIG.rate("clsm"), fused=True)

    def steps() -> float:
        """The loss of the last of them."""
        for _ in range(count):
            loss = loss_of(scores(), candidates, CONFIG.gamma)
            adam.zero_grad(set_to_none=True)
            loss.backward()
            adam.step()
        return float(loss.detach())

    return steps


WORKS: dict[str, Callable[[], Callable[[], float]]] = {OURS: lambda: ours(False), ALL: lambda: ours(True), PEER: peer}


def run() -> None:
    keep_freed_memory()
    torch.set_num_threads(1)
    _same_loss()
    task = Task(every_bucket=False)
    words = [len(row) for rows in task.rows for row in rows]
    print(
        f"paper's CLSM: {QUERIES} queries, {len(words) - QUERIES} documents, {sum(words) / len(words):.1f} words a text,"
        f" {len(task.lexicon.columns):,} of {BUCKETS:,} buckets touched"
    )
    found = interleaved({name: work() for name, work in WORKS.items()}, rounds=5)
    step = {name: found[name] / STEPS[name] for name in WORKS}
    for name in (OURS, ALL):
        ratio = step[PEER] / step[name]
        line(
            f"training step of {name}",
            f"{1000 * step[name]:.1f} ms",
            f"{PEER} {1000 * step[PEER]:,.0f} ms, target {FASTER} ×",
            f"{ratio:,.0f} ×  {reached(ratio >= FASTER)}",
        )
    base = _peak(IMPORTS)
    peaks = {name: _peak(name) for name in WORKS}
    for name, megabytes in peaks.items():
        line(
            f"peak memory of two such steps, {name}",
            f"{megabytes:,.0f} MB",
            f"{base:,.0f} MB of it imports" + ("" if name == PEER else f", target {MOST / 1000:g} GB"),
            "" if name == PEER else reached(megabytes <= MOST),
        )


def _same_loss() -> None:
    """The losses of one step from the same weights, before anything is timed."""
    task = Task(every_bucket=True)
    dense = Dense(_tower(task.matcher))
    with torch.no_grad():
        queries, documents = (dense(_counts(texts), texts.lengths) for texts in task.texts())
        theirs = loss_of(cosines(queries, documents), task.candidates, CONFIG.gamma)
        mine = loss_of(task.matcher(*task.texts()), task.candidates, CONFIG.gamma)
    torch.testing.assert_close(mine, theirs, rtol=1e-5, atol=1e-5)


def _peak(name: str) -> float:
    """Megabytes that a process of its own held at most."""
    done = subprocess.run([sys.executable, "-m", __name__, name], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _alone(name: str) -> None:
    """What such a process does."""
    keep_freed_memory()
    torch.set_num_threads(1)
    if name != IMPORTS:
        STEPS[name] = 2
        WORKS[name]()()
    print(held_at_most())


if __name__ == "__main__":
    _alone(sys.argv[1])
