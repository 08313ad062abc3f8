"""The default live runs and an experiment that is asked, through real worker processes."""

from __future__ import annotations

import time

from benchmarks.report import line, reached
from engine.matching import MatchingConfig
from engine.multitask import MultitaskConfig
from engine.multitask.claims import DECLARED
from engine.multitask.shipped import SHIPPED
from engine.recommender import RecommenderConfig
from engine.recurrent import RecurrentConfig
from engine.runs.config import Config
from engine.runs.service.policy import RunPolicy
from engine.runs.service.run import State
from engine.runs.service.runs import Runs
from engine.runs.service.study import Study
from engine.runs.studies.asked import PREVIEW, Asked


def run() -> None:
    service = Runs(policy=RunPolicy(workers=2))
    _warm(service)
    _default_run(service, MultitaskConfig(), "multitask: 4 structures × 8 seeds")
    _default_run(service, RecurrentConfig(), "recurrent: 3 cells")
    _default_run(service, MatchingConfig(), "matching: 3 models", target=20)
    _default_run(service, RecommenderConfig(), "recommender: recall, then ranking")
    asked = Asked(SHIPPED, [f"mmoe_below_shared_bottom@{DECLARED:g}"], MultitaskConfig())
    cells, said = asked.cells(range(PREVIEW)), asked.seconds(PREVIEW)
    began = time.perf_counter()
    study = Study(service, cells, "bench")
    while study.active:
        time.sleep(0.05)
    took = time.perf_counter() - began
    assert len(study.results()) == len(cells), study.failures
    assert said is not None
    line(
        f"an experiment asked (2 structures × {PREVIEW} seeds, {asked.steps[0]:,} steps, two workers)",
        f"{took:.1f} s",
        f"target {said / 2:.0f} s, what the page says",
        reached(took <= said / 2),
    )
    service.close()


def _default_run(service: Runs, config: Config, what: str, target: int = 15) -> None:
    began = time.perf_counter()
    job = service.submit(config, "bench")
    first = None
    while service.view(job).active:
        if first is None and service.view(job).frames:
            first = time.perf_counter() - began
        time.sleep(0.005)
    assert job.state == State.FINISHED, job.error
    took = time.perf_counter() - began
    line(f"submit → first frame, warm worker ({what.partition(':')[0]})", f"{1000 * (first or 0):.0f} ms")
    line(f"default live run ({what})", f"{took:.1f} s", f"target {target} s", reached(took <= target))


def _warm(service: Runs) -> None:
    while not all(worker.ready for worker in service.workers):
        time.sleep(0.05)
