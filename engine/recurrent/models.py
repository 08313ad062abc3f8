"""A reader: words become vectors, a cell reads them one after another, a linear layer answers at every step.

L steps · B batch · D input of the cell · H hidden units · V vocabulary · O outputs
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.cells import GRU, LSTM, RNN, Cell, PeepholeLSTM
from engine.recurrent.config import RecurrentConfig
from engine.recurrent.tasks import Task
from engine.runs.ladder import Ladder
from engine.runs.seeds import generator


class ReaderOutput(NamedTuple):
    """x (L, B, D) what the cell sees, h (L, B, H) its output, answers (L, B, O) before σ or softmax."""

    x: Tensor
    h: Tensor
    answers: Tensor


class Reader(nn.Module):
    """x(t) = word vector, h(t) = cell(x(t), h(t-1)), answer(t) = W h(t) + b.

    Numbers go into the cell as they are; `vocabulary` 0 says so.
    """

    def __init__(self, cell: Cell, vocabulary: int, outputs: int) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, cell.input_size) if vocabulary else None
        self.cell = cell
        self.readout = nn.Linear(cell.hidden_size, outputs)

    def embed(self, inputs: Tensor) -> Tensor:
        """(L, B) word ids or (L, B, D) numbers → (L, B, D)."""
        return inputs if self.words is None else self.words(inputs)

    def forward(self, inputs: Tensor) -> ReaderOutput:
        """inputs (L, B) word ids or (L, B, D) numbers → ReaderOutput."""
        x = self.embed(inputs)  # (L, B, D)
        h = self.cell(x)[0]  # (L, B, H)
        return ReaderOutput(x, h, self.readout(h))  # (L, B, O)


RUNGS: Ladder[type[Cell]] = {"rnn": RNN, "gru": GRU, "lstm": LSTM, "peephole": PeepholeLSTM}
"""Kinds of cell by id, lowest first."""


def build(config: RecurrentConfig, cell: str, task: Task) -> Reader:
    """The reader in the config's shape, parameters torch's."""
    inner = RUNGS[cell].of(task.channels or config.embedding, config.hidden, config.forget_bias)
    return Reader(inner, len(task.vocabulary or ()), len(task.answers))


@torch.no_grad()
def initialise(reader: Reader, seed: int) -> Reader:
    """Seeded, in place; the same word vectors and answers for every kind of cell."""
    if reader.words is not None:
        reader.words.weight.normal_(generator=generator(seed, "words"))
    reader.cell.reset_parameters(generator(seed, "cell"))
    bound = reader.cell.hidden_size**-0.5
    source = generator(seed, "readout")
    reader.readout.weight.uniform_(-bound, bound, generator=source)
    reader.readout.bias.zero_()
    return reader
