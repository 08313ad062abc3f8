"""The tasks: seeded examples with exact answers at any distance.

L steps · B examples · D input channels · V vocabulary · O outputs
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from engine.recurrent.config import RecurrentConfig, TextConfig
from engine.recurrent.sentences import WORDINGS, Sentences


class Examples(NamedTuple):
    """inputs (L, B) word ids or (L, B, D) numbers; targets as the task's `kind` says."""

    inputs: Tensor
    targets: Tensor


class Task(Protocol):
    """kind  what is asked:
        "class"  one of O answers after the last step; targets (B,)
        "value"  a number after the last step, right within `tolerance`; targets (B,)
        "next"   which of O symbols may follow, at every step; targets (L, B, O) of 0 and 1
        "each"   one of O answers after every step; targets (L, B)
    vocabulary  the words behind the ids, or None where the inputs are numbers
    answers     names of the outputs
    """

    kind: str
    channels: int
    vocabulary: tuple[str, ...] | None
    answers: tuple[str, ...]
    tolerance: float

    def draw(self, distance: int, count: int, source: torch.Generator) -> Examples: ...


class Language:
    """Country … language: which language does somebody speak who grew up in …? Ten countries: chance is .10."""

    kind, channels, tolerance = "class", 0, 0.0

    def __init__(self, sentences: str = "en") -> None:
        self.sentences = Sentences(WORDINGS[sentences])
        self.vocabulary: tuple[str, ...] | None = self.sentences.vocabulary
        self.answers = self.sentences.answers

    def draw(self, distance: int, count: int, source: torch.Generator) -> Examples:
        return Examples(*self.sentences.draw(distance, count, source))


class Adding:
    """Two of the numbers are marked, the first and one `distance` later: what is their sum? (1997 paper, §5.4)

    Channels: the number, uniform in -1 … 1, and the marker. The target is half the sum, so that it stays in -1 … 1.
    Always saying 0 gives a mean squared error of 1/6.
    """

    kind, channels = "value", 2
    vocabulary: tuple[str, ...] | None = None
    answers: tuple[str, ...] = ("sum",)
    tolerance = 0.02  # the published criterion, .04, of half the sum

    def draw(self, distance: int, count: int, source: torch.Generator) -> Examples:
        numbers = torch.rand(distance + 1, count, generator=source) * 2 - 1
        marks = torch.zeros(distance + 1, count)
        marks[0] = marks[-1] = 1.0
        return Examples(torch.stack((numbers, marks), -1), (numbers[0] + numbers[-1]) / 2)


class Order:
    """X or Y first, X or Y `distance` later, distractors between: which of four orders? (1997 paper, §5.6)"""

    kind, channels, tolerance = "class", 0, 0.0
    vocabulary: tuple[str, ...] | None = ("X", "Y", "a", "b", "c", "d")
    answers: tuple[str, ...] = ("XX", "XY", "YX", "YY")

    def draw(self, distance: int, count: int, source: torch.Generator) -> Examples:
        symbols = torch.randint(2, 6, (distance + 1, count), generator=source)
        first, last = torch.randint(2, (2, count), generator=source)
        symbols[0], symbols[-1] = first, last
        return Examples(symbols, 2 * first + last)


class Counting:
    """aⁿbⁿ: after every symbol, which may follow? (Gers & Schmidhuber 2001)

    A string is S aⁿ bⁿ. After S: a; after an a: a or b; after a b: b, until there are as many as a's: then T, the end.
    The number of a's is `distance`; every example of a batch is the same string, since there is only one.
    """

    kind, channels, tolerance = "next", 0, 0.0
    vocabulary: tuple[str, ...] | None = ("S", "a", "b")
    answers: tuple[str, ...] = ("a", "b", "T")

    def draw(self, distance: int, count: int, source: torch.Generator) -> Examples:
        n = distance
        string = torch.tensor([0] + [1] * n + [2] * n)
        follows = torch.tensor([[1.0, 0, 0]] + [[1.0, 1, 0]] * n + [[0.0, 1, 0]] * (n - 1) + [[0.0, 0, 1]])
        return Examples(string[:, None].expand(-1, count), follows[:, None].expand(-1, count, -1))


class Delays:
    """Two spikes in one channel: how many steps lie between? (measuring spike delays, Gers et al. 2002, §3.1)

    The delay is uniform between half of `distance` and all of it; the target is the delay over `longest`. 0 to 5 silent
    steps follow, so that the place of neither spike tells the answer alone.
    """

    kind, channels = "value", 1
    vocabulary: tuple[str, ...] | None = None
    answers: tuple[str, ...] = ("delay",)

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.tolerance = 0.5 / longest  # right to the step

    def draw(self, distance: int, count: int, source: torch.Generator) -> Examples:
        delay = torch.randint(max(distance // 2, 1), distance + 1, (count,), generator=source)
        second = distance + torch.randint(6, (count,), generator=source)
        steps = torch.arange(distance + 6)[:, None]
        spikes = (steps == second) | (steps == second - delay)
        return Examples(spikes.float().unsqueeze(-1), delay / self.longest)


class Characters:
    """What character comes next? Windows of `distance` characters out of a text (N,), ids of `alphabet`."""

    kind, channels, tolerance = "each", 0, 0.0

    def __init__(self, alphabet: str, text: Tensor | None = None) -> None:
        self.vocabulary: tuple[str, ...] | None = tuple(alphabet)
        self.answers = tuple(alphabet)
        self._text = text

    def draw(self, distance: int, count: int, source: torch.Generator) -> Examples:
        assert self._text is not None, "a task made from a config alone has no text to draw from"
        first = torch.randint(len(self._text) - distance, (count,), generator=source)
        windows = self._text[first + torch.arange(distance + 1)[:, None]]  # (L + 1, B)
        return Examples(windows[:-1], windows[1:])


def task_of(config: RecurrentConfig) -> Task:
    """The task that a config names, with its vocabulary and its examples."""
    if isinstance(config, TextConfig):
        return Characters(config.alphabet)
    if config.task == "language":
        return Language(config.sentences)
    if config.task == "delays":
        return Delays(config.distance)
    plain: dict[str, type[Adding | Order | Counting]] = {"adding": Adding, "order": Order, "counting": Counting}
    return plain[config.task]()


def loss_of(kind: str, outputs: Tensor, targets: Tensor) -> Tensor:
    """Mean loss of each of S models: outputs (S, L, B, O), targets with a leading S → (S,)."""
    if kind == "next":
        each = functional.binary_cross_entropy_with_logits(outputs, targets, reduction="none")
        return each.flatten(1).mean(1)
    if kind == "each":
        each = functional.cross_entropy(outputs.flatten(0, 2), targets.flatten(), reduction="none")
        return each.view(len(outputs), -1).mean(1)
    last = outputs[:, -1]
    if kind == "value":
        return (last.squeeze(-1) - targets).square().mean(1)
    each = functional.cross_entropy(last.flatten(0, 1), targets.flatten(), reduction="none")
    return each.view(targets.shape).mean(1)


def right(task: Task, outputs: Tensor, targets: Tensor) -> Tensor:
    """How far each example is answered right: outputs (S, L, B, O) → (S, B), 0 or 1; "next" wants every step right,
    "each" gives the share of steps.
    """
    if task.kind == "next":
        return ((outputs > 0) == (targets > 0.5)).all(-1).all(1).float()
    if task.kind == "each":
        return (outputs.argmax(-1) == targets).float().mean(1)
    last = outputs[:, -1]
    if task.kind == "value":
        return ((last.squeeze(-1) - targets).abs() < task.tolerance).float()
    return (last.argmax(-1) == targets).float()
