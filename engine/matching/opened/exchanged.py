"""What two documents have in each other's place: words that were exchanged, and words that only one of them has."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from engine.matching.opened.trace import Row


class Exchanged(NamedTuple):
    """`pairs` are places in the first document and in the second where the same word stands, moved; `only` are places in
    either whose word the other does not have."""

    pairs: tuple[tuple[int, int], ...]
    only: tuple[tuple[int, ...], tuple[int, ...]]


def exchanged(first: Row, second: Row) -> Exchanged:
    """Two documents compared word by word; nothing of two that have less than half of their words in common."""
    if 2 * sum((Counter(first) & Counter(second)).values()) < max(len(first), len(second)):
        return Exchanged((), ((), ()))
    start, end = _common(first, second)
    a, b = first[start : len(first) - end], second[start : len(second) - end]
    sizes = _blocks(a, b)
    if sizes is None:
        return Exchanged((), (_missing(first, second), _missing(second, first)))
    left, right = sizes
    there = [(start + n, start + len(b) - left + n) for n in range(left)]
    back = [(start + len(a) - right + n, start + n) for n in range(right)]
    return Exchanged((*there, *back), ((), ()))


def _common(first: Row, second: Row) -> tuple[int, int]:
    """How many words both begin with, and end with behind those."""
    most = min(len(first), len(second))
    start = next((n for n in range(most) if first[n] != second[n]), most)
    end = next((n for n in range(most - start) if first[-1 - n] != second[-1 - n]), most - start)
    return start, end


def _blocks(a: Row, b: Row) -> tuple[int, int] | None:
    """Sizes of two blocks of which one begins and the other ends `a`, and which have changed places in `b`, the smallest; None
    where that is not what happened."""
    if len(a) != len(b) or Counter(a) != Counter(b):
        return None
    for both in range(2, len(a) + 1):
        for left in range(1, both):
            right = both - left
            middle = a[left : len(a) - right]
            if (
                a[:left] == b[len(b) - left :]
                and a[len(a) - right :] == b[:right]
                and middle == b[right : len(b) - left]
            ):
                return left, right
    return None


def _missing(row: Row, other: Row) -> tuple[int, ...]:
    """Places of words that the other document does not have, or not so often."""
    left = Counter(other)
    found = []
    for n, word in enumerate(row):
        left[word] -= 1
        if left[word] < 0:
            found.append(n)
    return tuple(found)
