"""Cells of a study a minute on 1, 2 and 4 workers of a Ray cluster on this machine, and what one server can listen to.

The cluster has a head without CPUs and one node with four, whatever the machine has: where it has fewer cores, more workers
than cores cannot be faster, and efficiency is also said of the cores.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.load import _cpu
from benchmarks.report import line
from benchmarks.throughput import others
from engine.multitask import MultitaskConfig
from engine.runs.frame import Frame
from engine.runs.service.policy import RunPolicy
from engine.runs.service.runs import Runs
from engine.runs.service.study import Study
from engine.runs.workers.far import FarWorker

WORKERS = (1, 2, 4)
CELLS = 12
"""For each number of workers."""
CELL = MultitaskConfig(steps=400, frames=4, runs=8, structures=("mmoe",), learning_rate=(0.01,))
STORE = 150 * 2**20
SECONDS, CALLERS = 5.0, (1, 4, 16)
"""How long it is listened, and to how many hosts at once."""


def run() -> None:
    from engine.runs.workers.cluster import Cluster  # before ray is imported: it says what Ray keeps to itself

    with _local() as address:
        alone = 0.0
        for workers in WORKERS:
            service = Runs(policy=RunPolicy(workers=0, cluster_workers=workers), away=Cluster(address, workers))
            try:
                rate, busy = _rate(service, workers)
            finally:
                service.close()
            alone = alone or rate
            cores = min(workers, os.cpu_count() or 1)
            line(
                f"study on a cluster, {workers} worker(s), cells a minute",
                f"{60 * rate:.1f}",
                f"{rate / alone / workers:.0%} of {workers} alone, {rate / alone / cores:.0%} of {cores} core(s)",
                f"others kept {busy:.1f} cores busy",
            )
        _listening(address)


@contextmanager
def _local() -> Iterator[str]:
    from ray.cluster_utils import Cluster

    made = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": STORE, "include_dashboard": False}
    )
    try:
        made.add_node(num_cpus=max(WORKERS), object_store_memory=STORE)
        yield made.address
    finally:
        made.shutdown()


def _rate(service: Runs, workers: int) -> tuple[float, float]:
    """Cells a second once all workers are warm, and how many cores others kept busy meanwhile."""
    warm = Study(service, [replace(CELL, steps=20, seed=seed) for seed in range(2 * workers)], "warm")
    while warm.active or sum(worker.ready for worker in service.workers) < workers:
        if not warm.active:
            warm = Study(service, [replace(CELL, steps=20, seed=seed) for seed in range(2 * workers)], "warm")
        time.sleep(0.1)
    began, before = time.perf_counter(), _neighbours(service)
    study = Study(service, [replace(CELL, seed=seed) for seed in range(CELLS)], "bench")
    while study.active:
        time.sleep(0.02)
    took = time.perf_counter() - began
    assert len(study.results()) == CELLS, study.failures
    return CELLS / took, max((_neighbours(service) - before) / took, 0.0)


def _neighbours(service: Runs) -> float:
    """CPU seconds of all processes but this one and the workers."""
    return others() - sum(_cpu(worker.pid) for worker in service.workers if isinstance(worker, FarWorker))


class Chatter:
    """A host that always has something to say: one frame."""

    def __init__(self, size: int) -> None:
        self._said = [({"kind": "frame", "job": 1}, Frame(1, {"p": np.zeros(size // 8)}).to_bytes())]

    def records(self, after: int, wait: float, gather: float) -> Any:
        return self._said


def _listening(address: str) -> None:
    """Answers a second that one process takes in, by the size of a frame and the number of hosts."""
    import ray

    from engine.runs.workers.cluster import _init

    _init(address)
    for size in (2_000, 50_000, 1_000_000):
        for hosts in CALLERS:
            actors = [ray.remote(num_cpus=0)(Chatter).remote(size) for _ in range(hosts)]
            ray.get([actor.records.remote(0, 0.0, 0.0) for actor in actors])
            counts, until = [0] * hosts, time.perf_counter() + SECONDS

            def ask(n: int, actor: Any, counts: list[int] = counts, until: float = until) -> None:
                while time.perf_counter() < until:
                    ((_, body),) = ray.get(actor.records.remote(counts[n], 0.0, 0.0))
                    Frame.from_bytes(body)
                    counts[n] += 1

            before = time.process_time()
            threads = [threading.Thread(target=ask, args=(n, actor)) for n, actor in enumerate(actors)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            rate, spent = sum(counts) / SECONDS, 1000 * (time.process_time() - before) / max(sum(counts), 1)
            line(
                f"one server listening to {hosts} host(s), frames of {size // 1000} kB, a second",
                f"{rate:,.0f}",
                f"{rate * size / 1e6:,.1f} MB/s",
                f"{spent:.2f} ms of CPU each",
            )
            for actor in actors:
                ray.kill(actor)
    ray.shutdown()
