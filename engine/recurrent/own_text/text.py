"""A user's own text: which character comes next?"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from engine.errors import UserError
from engine.recurrent.config import TextConfig
from engine.recurrent.own_text.ngrams import NAMED, NGrams, chosen_order, tuned
from engine.recurrent.own_text.stopping import Windows, train_until
from engine.recurrent.tasks import Characters
from engine.runs.frame import Array, Frame
from engine.runs.work import Tick
from engine.tables.opened import Opened
from engine.tables.told import told as decisions
from engine.tables.written.file import read_text

SHORTEST, LONGEST = 3_000, 8_000_000
MOST_CHARACTERS = 400
OTHER = "\ufffd"
"""Stands for the characters that are too rare for the alphabet."""
EXCERPT = 201
"""Characters of the held-out part that are looked at, for the longest window that there may be."""
NOT_READ = Opened("", "", "", False, 0, ())
"""Of a text that came from no file."""
HELD_OUT = 0.1
"""The last tenth of a text is the test, and the tenth before it validation; neither is learnt from."""


def decode(data: bytes, told: str = "") -> str:
    """The text of a file. Raises UserError unless it is text of 3,000 to 8,000,000 characters in an encoding that is known."""
    return _decoded(data, told)[0]


def _decoded(data: bytes, told: str) -> tuple[str, Opened]:
    if len(data) > 4 * LONGEST:
        raise UserError("A text may have at most {most} characters.", most=f"{LONGEST:,}")
    text, name, notes = read_text(data, decisions(told).encoding)
    if not SHORTEST <= len(text) <= LONGEST:
        raise UserError(
            "A text needs {least} to {most} characters; this one has {count}.",
            least=f"{SHORTEST:,}",
            most=f"{LONGEST:,}",
            count=f"{len(text):,}",
        )
    return text, Opened(name, "", "", False, 0, (), notes=notes)


@dataclass(frozen=True, slots=True)
class Found:
    """What a page needs of a text: how long it is, its `alphabet`, where the held-out part begins, the `excerpt`, and how
    it was read."""

    count: int
    alphabet: str
    excerpt: str
    opened: Opened = NOT_READ


def found_in(data: bytes, told: str = "") -> Found:
    """What a file of text is made of: its alphabet, its size, a piece to read. Raises UserError where it cannot be used."""
    text, about = _decoded(data, told)
    return replace(_found(text), opened=about)


def _found(text: str) -> Found:
    counts = Counter(text)
    common = [character for character, _ in counts.most_common(MOST_CHARACTERS)]
    if len(common) < 2:
        raise UserError("A text needs at least two different characters.")
    alphabet = "".join(sorted(common)) + (OTHER if len(counts) > len(common) else "")
    begin = len(text) - int(HELD_OUT * len(text))
    return Found(len(text), alphabet, text[begin : begin + EXCERPT])


def found_config(found: Found, table: str, base: TextConfig | None = None) -> TextConfig:
    """The config of a text: its most frequent characters, and a held-out piece to look at."""
    base = base or TextConfig()
    return replace(base, alphabet=found.alphabet, excerpt=found.excerpt[: base.distance * 2 + 1], table=table)


def text_config(text: str, table: str, base: TextConfig | None = None) -> TextConfig:
    """The config of a user's text, from the text itself."""
    return found_config(_found(text), table, base)


def encode(text: str, alphabet: str) -> Tensor:
    """Ids of the characters (N,); what the alphabet lacks becomes its last, `OTHER`."""
    ids = {character: n for n, character in enumerate(alphabet)}
    return torch.tensor([ids.get(character, len(alphabet) - 1) for character in text])


def read(config: TextConfig, data: bytes, tick: Tick | None = None) -> Iterator[Frame]:
    """Train on the first eight tenths of a text, each cell until the ninth likes it no better; the last tenth is read once, at
    the end. Metrics as `train_until`: of the ninth tenth, and in the last frame of the last; the loss is in nats per character.
    Beside them "counting.test_loss" (S, K) of the same windows, told by how often what followed what in the same eight tenths,
    "counting.order" (), how many characters are counted together, the next one included, and of each length n of `NAMED`,
    "counting.{n}" (S, K) and "counting.{n}.weight" (); order and smoothing are tuned by the ninth.

    Raises UserError where the text is not the one that `config.table` names, or cannot be used.
    """
    if config.table and hashlib.sha256(data).hexdigest() != config.table:
        raise UserError("The file is not the one that these settings were made for.")
    ids = encode(decode(data, config.told), config.alphabet)
    held_out = int(HELD_OUT * len(ids))
    parts = ids[: -2 * held_out], ids[-2 * held_out : -held_out], ids[-held_out:]
    trained, validation, tested = (Characters(config.alphabet, part) for part in parts)
    counted = _counting(len(config.alphabet), parts[0].numpy(), parts[1].numpy())
    yield from train_until(config, trained, (validation, tested), counted, tick)


def _counting(symbols: int, ids: Array, validation: Array) -> Callable[[Windows], dict[str, Array]]:
    """What counting tells of windows, as a function of them."""
    order = chosen_order(ids, validation, symbols)
    counts = {"counting.test_loss": NGrams(ids, symbols, order)}
    counts |= {f"counting.{n}": NGrams(ids, symbols, n, tuned(ids, validation, symbols, n)) for n in NAMED}
    about = {"counting.order": np.array(order)}
    about |= {f"counting.{n}.weight": np.array(counts[f"counting.{n}"].weight) for n in NAMED}

    def of(windows: Windows) -> dict[str, Array]:
        pairs = [(one.inputs.numpy(), one.targets.numpy()) for one in windows]
        losses = {name: [[one.loss(*pair) for pair in zip(*test, strict=True)] for test in pairs] for name, one in counts.items()}  # fmt: skip
        return about | {name: np.array(each).T for name, each in losses.items()}

    return of
