"""Random numbers: one generator for each seed and purpose, never the global one."""

from __future__ import annotations

import hashlib

import torch


def generator(seed: int, *purpose: str) -> torch.Generator:
    """The generator of one purpose of one seed.

    Separate purposes keep comparisons paired: with the same seed every structure sees the same
    rows, and leaving one structure out does not change the others.
    """
    digest = hashlib.sha256(":".join((str(seed), *purpose)).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)
