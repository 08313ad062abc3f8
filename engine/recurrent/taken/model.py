"""A reader, ready to leave: a sequence of any length in, the answer after every step out.

B sequences · L steps · V vocabulary · D input channels · H units · O answers
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from engine.carried import Carried, Graph, Leaving
from engine.recurrent.config import RecurrentConfig
from engine.recurrent.models import Reader, build
from engine.recurrent.opened import Opened
from engine.recurrent.tasks import Task, task_of
from engine.runs.seeds import generator
from engine.taken.cells import OperatorCell

SIZES = ((3, 7), (1, 2), (5, 19))
"""Sequences and steps of what is tried."""
SAID = {
    "class": "the probability of each answer after every step; the last step's counts",
    "value": "the number told after every step; the last step's counts",
    "next": "for each symbol, after every step, the probability that it may follow",
    "each": "the probability of each character that may come next, after every step",
}


class BatchFirst(nn.Module):
    """A reader that takes (B, L, …) and gives answers (B, L, O) as probabilities, and outputs of the cell (B, L, H)."""

    def __init__(self, reader: Reader, probabilities: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.reader, self._probabilities = reader, probabilities

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """inputs (B, L) word ids or (B, L, D) numbers."""
        read = self.reader(inputs.transpose(0, 1))
        return self._probabilities(read.answers).transpose(0, 1), read.h.transpose(0, 1)


def carry(opened: Opened, cell: str) -> Carried:
    """One reader of an opened moment. Raises UserError where it keeps no parameters."""
    reader, task = opened.reader(cell), opened.task
    names = {"vocabulary": list(task.vocabulary or ()), "answers": list(task.answers)}
    notes = {name: json.dumps(words, ensure_ascii=False) for name, words in names.items() if words}
    return Carried(reader, lambda: graph(reader, task, opened.probabilities), notes=notes)


def graph(reader: Reader, task: Task, probabilities: Callable[[Tensor], Tensor]) -> Graph:
    """The reader with its cell as ONNX's operator."""
    written = copy.deepcopy(reader)
    written.cell = OperatorCell(reader.cell)  # type: ignore[assignment]  # what takes a sequence as a cell does
    source, axes = generator(0, "taken"), ("sequences", "steps")
    sizes: tuple[str, ...]
    if task.vocabulary:
        name, sizes = "words", axes
        examples = tuple((torch.randint(len(task.vocabulary), size, generator=source),) for size in SIZES)
        fed = "words (sequences, steps): their numbers in the note “vocabulary”, from 0"
    else:
        name, sizes = "numbers", (*axes, "")
        examples = tuple((torch.rand(*size, task.channels, generator=source),) for size in SIZES)
        fed = f"numbers (sequences, steps, {task.channels})"
    about = f"{fed}. answers (sequences, steps, {len(task.answers)}): {SAID[task.kind]}. h (sequences, steps, {reader.cell.hidden_size}): the cell's output."
    model = BatchFirst(reader, probabilities)
    return Graph(BatchFirst(written, probabilities), model, {name: sizes}, ("answers", "h"), examples, about)


def shaped(config: RecurrentConfig, cell: str, learnt: Mapping[str, Tensor], notes: Mapping[str, str]) -> nn.Module:
    """The reader of a config with these parameters, each in its own shape, in place of drawn ones."""
    return build(config, cell, task_of(config))


LEAVING: Leaving[RecurrentConfig, Opened] = Leaving(carry, shaped)
