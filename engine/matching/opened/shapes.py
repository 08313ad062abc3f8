"""The shapes that really come out: measured on tensors, not written down."""

from __future__ import annotations

import torch

from engine.matching.config import PAPERS, MatchingConfig
from engine.matching.data.texts import Lexicon
from engine.matching.models import CLSM, build

TEXTBOOK = 302
"""Positions of the textbook's example, <s> on both sides included."""


@torch.inference_mode()
def textbook(words: tuple[str, ...], language: str) -> dict[str, tuple[int, ...]]:
    """The paper's CLSM on a text that fills 302 positions with `words`, over and over: the shape of every stage."""
    config = MatchingConfig.from_dict({"language": language, "longest": TEXTBOOK, **PAPERS[language]})
    lexicon = Lexicon(config, [" ".join(words)])
    one = build(config, "clsm", len(lexicon.columns)).query
    if not isinstance(one, CLSM):
        raise TypeError("the textbook's example is a CLSM")
    row = (words * TEXTBOOK)[: TEXTBOOK - config.window + 1]
    texts = lexicon.read([row], boundaries=True)
    read = one(texts)
    return {
        "input": (texts.tokens.shape[1], config.dimensions),
        "kernel": (one.window, config.dimensions),
        "windowed": (read.maps.shape[1], one.window * config.dimensions),
        "windowed_kernel": (1, one.window * config.dimensions),
        "maps": tuple(read.maps.shape[1:]),
        "pooled": tuple(read.pooled.shape[1:]),
        "vector": tuple(read.vector.shape[1:]),
    }


def words_seen(kernel: int, times: int) -> int:
    """Words that one number sees when windows of `kernel` words are taken `times` times: 3, then 5."""
    return 1 + times * (kernel - 1)
