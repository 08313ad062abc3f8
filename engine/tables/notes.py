"""What was decided or left out while a file was read, in sentences that a page can translate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SHOWN = 12
"""Row numbers that a sentence names; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Note:
    """`sentence` is a template in English, the key in the language catalogues; `values` fills it."""

    sentence: str
    values: Mapping[str, str]

    def __str__(self) -> str:
        return self.sentence.format(**self.values)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Data rows, counted from 1, that are not used, and why."""

    rows: tuple[int, ...]
    why: Note


def N_(sentence: str) -> str:
    """Marks a sentence that becomes a note later, so that it is found and translated."""
    return sentence


def note(sentence: str, **values: object) -> Note:
    """A note whose values are written out."""
    return Note(sentence, {name: str(value) for name, value in values.items()})


def listed(rows: Iterable[int]) -> str:
    """Row numbers for a sentence: 3, 7, 12 … (40 rows)."""
    numbers = [f"{row:,}" for row in rows]
    return ", ".join(numbers) if len(numbers) <= SHOWN else f"{', '.join(numbers[:SHOWN])} … ({len(numbers):,})"
