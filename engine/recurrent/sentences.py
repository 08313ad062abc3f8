"""Sentences that name a country in a telling context and ask for its language after a distance.

    I grew up in France | then we visited Japan , it rained friends from Spain came | so I speak fluent …

Between the two parts stand exactly `distance` words: phrases in random order, some naming other countries.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

PLACE = "<country>"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language. `PLACE` stands for a country in `opening` (the telling one) and in `phrases`."""

    countries: tuple[str, ...]
    answers: tuple[str, ...]
    opening: tuple[str, ...]
    question: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """Countries first, then every other word once."""
        others = (word for part in (self.opening, self.question, *self.phrases) for word in part if word != PLACE)
        return tuple(dict.fromkeys((*self.countries, *others)))


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split()) for phrase in text.split("|"))


WORDINGS = {
    "en": Wording(
        tuple("France Germany Spain Italy China Japan Russia Greece Sweden Poland".split()),
        tuple("French German Spanish Italian Chinese Japanese Russian Greek Swedish Polish".split()),
        tuple(f"I grew up in {PLACE}".split()),
        tuple("so I speak fluent".split()),
        _phrases(
            f"then we visited {PLACE}|friends from {PLACE} came|{PLACE} was far|it rained|the train was late|"
            "we read books|they sang|later|again|often|,"
        ),
    ),
    "zh": Wording(
        tuple("法国 德国 西班牙 意大利 中国 日本 俄罗斯 希腊 瑞典 波兰".split()),
        tuple("法语 德语 西班牙语 意大利语 汉语 日语 俄语 希腊语 瑞典语 波兰语".split()),
        tuple(f"我 从小 住 在 {PLACE}".split()),
        tuple("所以 我 说 流利的".split()),
        _phrases(
            f"后来 去过 {PLACE}|{PLACE} 的 朋友 来访|{PLACE} 很 远|下 了 雨|火车 晚点 了|我们 读书|大家 唱歌|然后|又|常常|，"
        ),
    ),
}
"""By the code of the language."""


class Sentences:
    """A seeded source of sentences, as word ids.

    vocabulary  words by id
    answers     languages by class; the class is the index of the country
    """

    def __init__(self, wording: Wording) -> None:
        self.vocabulary, self.answers = wording.vocabulary, wording.answers
        self._ids = {word: n for n, word in enumerate(self.vocabulary)}
        self._place = len(self.vocabulary)
        self._opening, self._question = self._encoded(wording.opening), self._encoded(wording.question)
        longest = max(len(phrase) for phrase in wording.phrases)
        self._phrases = torch.full((len(wording.phrases), longest), -1)
        for row, phrase in enumerate(wording.phrases):
            self._phrases[row, : len(phrase)] = self._encoded(phrase)
        self._single = torch.tensor([self._ids[phrase[0]] for phrase in wording.phrases if len(phrase) == 1])

    def _encoded(self, words: tuple[str, ...]) -> Tensor:
        return torch.tensor([self._place if word == PLACE else self._ids[word] for word in words])

    def length(self, distance: int) -> int:
        """How many words a sentence has at a distance."""
        return len(self._opening) + distance + len(self._question)

    def draw(self, distance: int, count: int, source: torch.Generator) -> tuple[Tensor, Tensor]:
        """`count` sentences: word ids (L, B) and the country each one asks for (B,)."""
        country = torch.randint(len(self.answers), (count,), generator=source)
        opening = self._opening.expand(count, -1).clone()
        opening[opening == self._place] = country
        parts = (opening, self._between(distance, country, source), self._question.expand(count, -1))
        return torch.cat(parts, 1).T.contiguous(), country

    def _between(self, distance: int, country: Tensor, source: torch.Generator) -> Tensor:
        count = len(country)
        chosen = torch.randint(len(self._phrases), (count, max(distance, 1)), generator=source)
        words = self._phrases[chosen]  # (B, P, longest), -1 behind a phrase's end
        ends = (words >= 0).sum(-1).cumsum(-1)  # words up to and with each phrase
        words = torch.where((ends <= distance)[..., None], words, -1).flatten(1)  # only phrases that fit whole
        order = (words < 0).to(torch.int8).argsort(dim=1, stable=True)  # words first, in their order
        words = words.gather(1, order)[:, :distance]
        single = self._single[torch.randint(len(self._single), words.shape, generator=source)]
        words = torch.where(words < 0, single, words)
        other = (country[:, None] + torch.randint(1, len(self.answers), words.shape, generator=source)) % len(
            self.answers
        )
        return torch.where(words == self._place, other, words)

    def encode(self, text: str) -> tuple[Tensor, tuple[str, ...]]:
        """A user's sentence as ids (L,), and the words that the vocabulary lacks."""
        words = text.split()
        unknown = tuple(dict.fromkeys(word for word in words if word not in self._ids))
        return torch.tensor([self._ids[word] for word in words if word in self._ids], dtype=torch.long), unknown
