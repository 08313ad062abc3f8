"""Which of many costly checks this commit makes: the next commit makes another, so that in time all are made."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Sequence
from typing import TypeVar

from engine.files import ROOT

T = TypeVar("T")
NOWHERE = "4"
"""The commit of a tree that came without its history."""


@functools.cache
def commit() -> str:
    """HEAD in hexadecimal digits."""
    try:
        asked = ["git", "rev-parse", "HEAD"]
        return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip() or NOWHERE
    except (OSError, subprocess.CalledProcessError):
        return NOWHERE


def this_time(among: Sequence[T], at: str = "") -> T:
    """One of them, chosen by the commit."""
    return among[int(at or commit(), 16) % len(among)]
