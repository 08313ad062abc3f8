"""Freed memory: kept by a process that will ask for it again a millisecond later, given back by one that waits."""

from __future__ import annotations

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h of glibc
MEGABYTE = 1 << 20


def keep_freed_memory() -> bool:
    """Let glibc reuse large blocks; whether it agreed (elsewhere there is no mallopt and nothing changes).

    A stack of 64 models allocates and frees 8 MB activations at each step. By default glibc maps such blocks
    afresh, and clearing their pages costs more than the arithmetic: two thirds more model-steps per second without.
    At most 64 MB are held back from the system.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, 32 * MEGABYTE)) and bool(mallopt(M_TRIM_THRESHOLD, 64 * MEGABYTE))


def give_back() -> bool:
    """Return freed memory to the system; whether anything was returned. The counterpart, for a server that waits."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return bool(trim is not None and trim(0))
