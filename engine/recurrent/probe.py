"""One sequence to look at for every distance: what the stage steps through."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.errors import UserError
from engine.recurrent.config import RecurrentConfig, TextConfig
from engine.recurrent.own_text.text import encode
from engine.recurrent.tasks import Language, Task, task_of
from engine.runs.seeds import generator


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """inputs (L,) word ids or (L, D) numbers; how each step is written; which output is asked for.

    answers  that output after every step (L,): the same one, but for text, where it is the character that follows
    target   the class, or the number that should come out at the end
    told     the step that says what the answer is: the country, the first number, the first spike
    """

    inputs: Tensor
    written: tuple[str, ...]
    answers: tuple[int, ...]
    target: float
    told: int

    @property
    def answer(self) -> int:
        """What is asked after the last step."""
        return self.answers[-1]


@functools.lru_cache(maxsize=512)
def probe(config: RecurrentConfig, distance: int) -> Probe:
    """The held-out sequence of this distance. The same story at every distance, told longer."""
    task = task_of(config)
    if isinstance(config, TextConfig):
        return _excerpt(config, task, distance)
    examples = task.draw(distance, 1, generator(config.seed, "probe"))
    inputs, target = examples.inputs[:, 0], examples.targets
    if task.kind == "next":  # aⁿbⁿ: has it counted to the end?
        return _asking(task, inputs, len(task.answers) - 1, 1.0, 1)
    answer = int(target[0]) if task.kind == "class" else 0
    return _asking(task, inputs, answer, float(target[0]), _told(task, inputs))


def _asking(task: Task, inputs: Tensor, answer: int, target: float, told: int) -> Probe:
    return Probe(inputs, written(task, inputs), (answer,) * len(inputs), target, told)


def _excerpt(config: TextConfig, task: Task, distance: int) -> Probe:
    """The first characters of the held-out piece; what follows each is asked."""
    ids = encode(config.excerpt, config.alphabet)[: distance + 1]
    if len(ids) < 2:
        raise UserError("The piece of text to look at is too short.")
    follows = tuple(ids[1:].tolist())
    return Probe(ids[:-1], written(task, ids[:-1]), follows, float(follows[-1]), 0)


def own_probe(config: RecurrentConfig, text: str) -> Probe:
    """A user's own sentence, asked for the language of the first country that it names. Raises UserError for words that the vocabulary lacks, none at all, or over 120."""
    task = task_of(config)
    if not isinstance(task, Language):
        raise UserError("Own sentences need the language task.")
    ids, unknown = task.sentences.encode(text[:2_000])
    if unknown:
        raise UserError("Not in the vocabulary: {words}.", words=", ".join(word[:20] for word in unknown[:8]))
    if not 1 <= len(ids) <= 120:
        raise UserError("A sentence needs 1 to 120 words.")
    told = _told(task, ids)
    answer = int(ids[told]) if int(ids[told]) < len(task.answers) else 0
    return _asking(task, ids, answer, float(answer), told)


_SEEN = {" ": "␣", "\n": "⏎", "\t": "⇥"}
"""Characters that would not be seen."""


def written(task: Task, inputs: Tensor) -> tuple[str, ...]:
    """Each of (L,) or (L, D) steps as a word: the vocabulary's, a number with ▾ where it is marked, a spike or a dot."""
    if task.vocabulary is not None:
        return tuple(_SEEN.get(word, word) for word in (task.vocabulary[index] for index in inputs.tolist()))
    if task.channels == 1:
        return tuple("▮" if value else "·" for value in inputs[:, 0].tolist())
    return tuple(f"{value:+.2f}".replace("-", "−") + ("▾" if mark else "") for value, mark in inputs.tolist())


def _told(task: Task, inputs: Tensor) -> int:
    if isinstance(task, Language):
        countries = torch.nonzero(inputs < len(task.answers))
        return int(countries[0]) if len(countries) else 0
    if task.channels == 1:
        return int(torch.nonzero(inputs[:, 0])[0])
    return 0
