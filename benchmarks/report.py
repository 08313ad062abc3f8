"""How a measurement is printed: what, ours, the peer's or the target, the ratio."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

STATUS = Path("/proc/self/status")


def line(what: str, value: str, against: str = "", verdict: str = "") -> None:
    """One line of the table."""
    print(f"{what:<62} {value:>16}  {against:<34} {verdict}", flush=True)


def reached(good: bool) -> str:
    """Whether the target was reached."""
    return "reached" if good else "NOT REACHED"


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def interleaved(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each, one after another in every round: a busy neighbour disturbs all alike."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()  # warm
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(seconds(work))
    return {name: statistics.median(times) for name, times in found.items()}


def held_at_most() -> float:
    """Megabytes that this process held at most: VmHWM, since on Linux ru_maxrss begins with that of the parent, through fork and exec."""
    if STATUS.exists():
        (written,) = [row for row in STATUS.read_text().splitlines() if row.startswith("VmHWM")]
        return int(written.split()[1]) * 1024 / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6
