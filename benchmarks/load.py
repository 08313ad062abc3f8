"""Thirty visitors on one server, in rounds: what a click waits for, and whether the server ages.

    .venv/bin/python -m benchmarks.load [--sessions 30] [--rounds 5] [--seconds 60] [--seed 0] [--option KEY=VALUE …]

An option goes to Streamlit. Four visitors train, two of them in the queue, and are polled as a browser would poll; the
others use the page every three seconds. Every round holds the same visitors, who do the same things.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from benchmarks.report import line, reached
from benchmarks.visitor import STEPS, Tally, Visitor
from engine.files import ROOT
from engine.runs.playground import engines

PAGES = tuple(engines())
SESSIONS, ROUNDS, SECONDS, SEED = 30, 5, 60.0, 0
TRAINING = 4
"""Visitors who train: with two workers, two of them wait."""
ARRIVAL, EVERY, JITTER = 0.3, 3.0, 1.0
"""Seconds between two arrivals; between two clicks of a visitor, and by how much that varies."""
BETWEEN, AFTER = 15.0, 150.0
"""Seconds after a round, and after the last: runs outlive their tab by ten, and a session may be taken up again for 120."""
TARGET, WISHED, AGEING = 0.5, 0.3, 1.2
SLOWEST = 5
"""Clicks of a round that are named."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A process of its own; read from /proc, so on Linux alone."""

    port: int
    pid: int
    log: IO[bytes]

    def megabytes(self) -> float:
        """What it holds, of its workers nothing."""
        return self._status("VmRSS") * 1024 / 1e6

    def threads(self) -> int:
        return self._status("Threads")

    def handles(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu(self) -> tuple[float, float]:
        """CPU seconds so far: its own, and those of its workers that are alive."""
        children = Path(f"/proc/{self.pid}/task").glob("*/children")
        workers = [int(pid) for file in children for pid in file.read_text().split()]
        return _cpu(self.pid), sum(map(_cpu, workers))

    def tracebacks(self) -> int:
        """How many it has written to its log."""
        self.log.seek(0)
        return self.log.read().count(b"Traceback (most recent call last)")

    def _status(self, name: str) -> int:
        rows = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(row.split()[1]) for row in rows if row.startswith(f"{name}:"))

    def state(self) -> State:
        return State(self.megabytes(), self.handles(), self.threads())


@dataclass(frozen=True, slots=True)
class State:
    """What a server holds."""

    megabytes: float
    handles: int
    threads: int

    def __str__(self) -> str:
        return f"{self.megabytes:.0f} MB, {self.handles} handles, {self.threads} threads"


@dataclass(slots=True)
class Round:
    """What one round came to. server and workers: CPU seconds; client: share of one core."""

    tallies: list[Tally]
    peak: State = State(0, 0, 0)
    after: State = State(0, 0, 0)
    server: float = 0.0
    workers: float = 0.0
    client: float = 0.0
    clicks: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clicks = sorted(took for tally in self.tallies for times in tally.clicks.values() for took in times)

    def of(self, step: str) -> list[float]:
        return sorted(took for tally in self.tallies for took in tally.clicks.get(step, []))

    @property
    def errors(self) -> list[str]:
        return [error for tally in self.tallies for error in tally.errors]


def run(
    sessions: int = SESSIONS,
    rounds: int = ROUNDS,
    seconds: float = SECONDS,
    seed: int = SEED,
    options: Sequence[str] = (),
) -> None:
    if not Path("/proc/self/fd").exists():
        line("thirty visitors", "not measured", "needs /proc")
        return
    with serving(options) as server:
        opened = asyncio.run(_first_visitors(server))
        before = server.state()
        line("load: first visit of each page on a fresh server", _seconds(opened), "", "")
        line("load: the server before", str(before))
        found = []
        for number in range(1, rounds + 1):
            found.append(asyncio.run(_round(server, sessions, seconds, seed)))
            time.sleep(BETWEEN)
            found[-1].after = server.state()
            _tell(number, found[-1])
        time.sleep(max(AFTER - BETWEEN, 0.0))
        _tell_ageing(found, before, server)


@contextmanager
def serving(options: Sequence[str] = ()) -> Iterator[Server]:
    """The app on a free port, ended whatever happens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = [part for option in options for part in (f"--{option.partition('=')[0]}", option.partition("=")[2])]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), *told]
    ending = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is ended then too
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            _wait(process, port)
            yield Server(port, process.pid, log)
        finally:
            signal.signal(signal.SIGTERM, ending)
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


async def _first_visitors(server: Server) -> list[float]:
    """One visit of each page, alone: whatever is loaded on first use is loaded then."""
    times = []
    for page in PAGES:
        async with Visitor(server.port, page, random.Random(0)) as visitor:
            times += visitor.tally.opened
    await asyncio.sleep(BETWEEN)
    return times


async def _round(server: Server, sessions: int, seconds: float, seed: int) -> Round:
    own, workers = server.cpu()
    used, began = _used(), time.perf_counter()
    peaks: list[State] = []
    watching = asyncio.create_task(_watch(server, peaks))
    end = began + seconds
    tallies = await asyncio.gather(*(_visit(server.port, number, end, seed) for number in range(sessions)))
    watching.cancel()
    found = Round(list(tallies))
    found.peak = State(*(max(getattr(state, name) for state in peaks) for name in ("megabytes", "handles", "threads")))
    found.client = (_used() - used) / (time.perf_counter() - began)
    own_now, workers_now = server.cpu()
    found.server, found.workers = own_now - own, workers_now - workers
    return found


async def _visit(port: int, number: int, end: float, seed: int) -> Tally:
    """One visitor from arrival to the end of the round; what it does depends on its number and the seed alone."""
    chance = random.Random(f"{seed}/{number}")
    await asyncio.sleep(number * ARRIVAL)
    due = time.perf_counter()
    visitor = Visitor(port, PAGES[number % len(PAGES)], chance)
    try:
        async with visitor:
            while (due := max(due + EVERY + chance.uniform(-JITTER, JITTER), time.perf_counter())) < end:
                await asyncio.sleep(due - time.perf_counter())
                await visitor.do(_next(visitor, number < TRAINING, chance))
    except (OSError, TimeoutError) as error:
        visitor.tally.errors.append(f"{visitor.page}: did not open: {error!r}")
    return visitor.tally


def _next(visitor: Visitor, trains: bool, chance: random.Random) -> str:
    """While a fragment is polled, an answer in it may be that of a poll: who trains clicks elsewhere."""
    step = chance.choice(("preset", "look") if trains else STEPS)
    return "train" if trains and not visitor.polls else step


async def _watch(server: Server, peaks: list[State]) -> None:
    while True:
        peaks.append(server.state())
        await asyncio.sleep(1.0)


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def _used() -> float:
    mine = resource.getrusage(resource.RUSAGE_SELF)
    return mine.ru_utime + mine.ru_stime


def _at(times: Sequence[float], share: float) -> float:
    """The quantile of sorted times; endless where there are none, so that no target is reached."""
    return times[min(int(len(times) * share), len(times) - 1)] if times else float("inf")


def _seconds(times: Sequence[float]) -> str:
    return " ".join(f"{took:.1f}" for took in times) + " s"


def _ms(times: Sequence[float]) -> str:
    return "/".join(f"{1000 * _at(times, share):.0f}" for share in (0.5, 0.95, 1.0)) + " ms"


def _tell(number: int, found: Round) -> None:
    tallies, late = found.tallies, _at(found.clicks, 0.95)
    polls = [size for tally in tallies for size in tally.poll_bytes]
    opened = sorted(took for tally in tallies for took in tally.opened)
    line(
        f"load, round {number}: click → script finished, p95 of {len(found.clicks)}",
        f"{1000 * late:.0f} ms",
        f"target {1000 * TARGET:.0f} ms, wished {1000 * WISHED:.0f} ms",
        reached(late <= TARGET),
    )
    line("  errors", str(len(found.errors)), "target 0", reached(not found.errors))
    for error in found.errors[:3]:
        print(f"    {error}")
    print(
        f"  p50/p95/max {_ms(found.clicks)}; of them "
        + ", ".join(f"{step} {_ms(found.of(step))}" for step in (*STEPS, "train"))
    )
    print(f"  opening a page {_ms(opened)}; sent {sum(tally.bytes for tally in tallies) / 1e6:.0f} MB in all")
    slowest = sorted((one for tally in tallies for one in tally.waited), reverse=True)[:SLOWEST]
    print("  slowest: " + "; ".join(f"{what} {1000 * took:.0f} ms" for took, what in slowest))
    print(
        f"  polls {sum(tally.polls_sent for tally in tallies)}, answered {len(polls)} with "
        f"{statistics.median(polls) if polls else 0:,.0f} bytes (median)"
    )
    print(
        f"  CPU: server {found.server:.0f} s, its workers {found.workers:.0f} s, this client {found.client:.0%} of one core; "
        f"peak {found.peak}; {BETWEEN:.0f} s later {found.after}"
    )


def _tell_ageing(found: list[Round], before: State, server: Server) -> None:
    now, first, last = server.state(), found[0], found[-1]
    ratio = _at(last.clicks, 0.95) / _at(first.clicks, 0.95)
    line(
        "load: p95 of the last round against the first",
        f"× {ratio:.2f}",
        f"target × {AGEING}",
        reached(ratio <= AGEING),
    )
    for what, is_now, was, then in (
        ("memory", now.megabytes, first.after.megabytes, "after the first"),
        ("handles", now.handles, before.handles, "before"),
        ("threads", now.threads, before.threads, "before"),
    ):
        line(
            f"load: {what} {AFTER:.0f} s after the last round, against {then}",
            f"{is_now:.0f} : {was:.0f}",
            f"target × {AGEING}",
            reached(is_now <= AGEING * was),
        )
    line("load: tracebacks in the server's log", str(server.tracebacks()), "target 0", reached(not server.tracebacks()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--option", action="append", default=[], metavar="KEY=VALUE")
    asked = parser.parse_args()
    run(asked.sessions, asked.rounds, asked.seconds, asked.seed, asked.option)
