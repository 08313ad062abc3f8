"""Counting: how well the last few characters alone tell the next, without any network.

    P(c | h) = (n(h c) + w · t(h) · P(c | h')) / (n(h) + w · t(h))

n counts in the training part, t(h) is how many different characters followed h, h' is h without its first character, and
before the shortest stands an even guess (Witten & Bell 1991, interpolated; theirs is w = 1).

N characters · V of the alphabet · L steps · B windows
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.runs.frame import Array

ORDERS = range(2, 7)
"""Lengths of what is counted, the predicted character included, that are tried."""
NAMED = (3, 4, 5)
"""Lengths that stand beside the cells by their own names."""
WEIGHTS = (0.1, 0.2, 0.35, 0.6, 1.0, 1.7, 3.0)
"""w, how much shorter contexts count, that are tried."""


class NGrams:
    """Counts of a text's character ids (N,), up to `order` characters long; `weight` is w."""

    def __init__(self, ids: Array, symbols: int, order: int, weight: float = 1.0) -> None:
        self.symbols, self.order, self.weight = symbols, order, weight
        self._counts = [_Counts(_codes(ids, length, symbols), symbols) for length in range(1, order + 1)]

    def probabilities(self, inputs: Array, targets: Array) -> Array:
        """P of each target (L, B) after the input of its step and those before it in the window, inputs (L, B)."""
        found = np.full(inputs.shape, 1.0 / self.symbols)
        context, known = np.zeros(inputs.shape, np.int64), np.ones(inputs.shape, bool)
        for length, counts in enumerate(self._counts[: len(inputs) + 1]):
            if length:  # one character more in front of the context; a window's first steps have none
                before = np.zeros_like(context)
                before[length - 1 :] = inputs[: len(inputs) - length + 1]
                context = context + before * self.symbols ** (length - 1)
                known[: length - 1] = False
            mixed = counts.mixed(context, targets, found, self.weight)
            found = np.where(known, mixed, found)
        return found

    def loss(self, inputs: Array, targets: Array) -> float:
        """Mean of -ln P in nats per character: inputs and targets (L, B)."""
        return float(-np.log(self.probabilities(inputs, targets)).mean())


class _Counts:
    """What followed every context of one length, as sorted codes: a code is its characters as digits to base V."""

    def __init__(self, codes: Array, symbols: int) -> None:
        self._symbols = symbols
        self._codes, self._count = np.unique(codes, return_counts=True)
        self._contexts, first = np.unique(self._codes // symbols, return_index=True)
        self._seen = np.add.reduceat(self._count, first)
        self._kinds = np.diff(np.append(first, len(self._codes)))

    def mixed(self, context: Array, targets: Array, shorter: Array, weight: float) -> Array:
        """Probabilities (N,) of targets after contexts of this length, mixed with those of the context that is one shorter;
        those alone where it was never seen."""
        seen, kinds = (_at(self._contexts, values, context) for values in (self._seen, self._kinds))
        both = _at(self._codes, self._count, context * self._symbols + targets)
        kinds = weight * kinds
        mixed: Array = np.where(seen > 0, (both + kinds * shorter) / np.where(seen > 0, seen + kinds, 1.0), shorter)
        return mixed


def _codes(ids: Array, length: int, symbols: int) -> Array:
    """(N - length + 1,) the code of every piece of this length."""
    pieces = (ids[n : len(ids) - length + 1 + n] for n in range(length))
    code = np.zeros(len(ids) - length + 1, np.int64)
    for piece in pieces:
        code = code * symbols + piece
    return code


def _at(keys: Array, values: Array, asked: Array) -> Array:
    """The values at keys, which are sorted; 0 where there is no such key."""
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[place] == asked, values[place], 0)


def chosen_order(ids: Array, validation: Array, symbols: int, orders: Sequence[int] = ORDERS) -> int:
    """The length that tells most of the validation part, counted in the training part, ids each (N,)."""
    losses = {order: NGrams(ids, symbols, order).loss(*_pairs(ids, validation, order)) for order in orders}
    return min(losses, key=losses.__getitem__)


def tuned(
    ids: Array, validation: Array, symbols: int, order: int, weights: Sequence[float] = WEIGHTS
) -> float:  # fmt: skip
    """The weight of shorter contexts that tells most of the validation part, counted in the training part."""
    counts, losses = NGrams(ids, symbols, order), {}
    for weight in weights:
        counts.weight = weight
        losses[weight] = counts.loss(*_pairs(ids, validation, order))
    return min(losses, key=losses.__getitem__)


def _pairs(ids: Array, validation: Array, order: int) -> tuple[Array, Array]:
    """The validation part as one long window (L, 1), with what stands before it as context, and what follows each step."""
    window = np.concatenate([ids[-order:], validation])
    return window[:-1, None], window[1:, None]
