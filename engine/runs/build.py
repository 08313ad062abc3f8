"""Build what ships: `python -m engine.runs.build recordings|claims [playground …]`.

For every playground whose engine has a module `shipped`. Slow on purpose: visits replay the results.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Sequence
from types import ModuleType

from engine.runs.config import Config
from engine.runs.frame import Array
from engine.runs.policy import RunPolicy
from engine.runs.run import Run, State
from engine.runs.runs import Runs
from engine.runs.worker import playgrounds

POLICY = RunPolicy(background_queue=100_000, longest_seconds=3_600.0)


def build(what: str, names: Sequence[str]) -> None:
    """Train and store. Raises RuntimeError when a run fails."""
    for name in names or sorted(playgrounds()):
        shipped = importlib.import_module(f"engine.{name}.shipped")
        (_recordings if what == "recordings" else _claims)(shipped)


def _recordings(shipped: ModuleType) -> None:
    for run in _trained(shipped.recorded_configs()):
        shipped.ship_recording(run.recording())


def _claims(shipped: ModuleType) -> None:
    shipped.ship_claims({run.config: _last(run) for run in _trained(shipped.claim_cells())})


def _last(run: Run) -> dict[str, Array]:
    """Every metric as it was last: a run of two phases ends with those of the second."""
    return {name: value for frame in run.frames for name, value in frame.metrics.items()}


def _trained(configs: Sequence[Config]) -> list[Run]:
    service = Runs(policy=POLICY)
    jobs = [service.submit(config, "build", background=True) for config in configs]
    began, told = time.monotonic(), -1
    while (done := sum(job.state == State.FINISHED for job in jobs)) < len(jobs):
        failed = next((job for job in jobs if job.state in (State.FAILED, State.STOPPED)), None)
        if failed is not None:
            service.close()
            raise RuntimeError(f"{failed.config}: {failed.error or failed.state}")
        if done != told:
            told = done
            print(f"{done} of {len(jobs)} after {time.monotonic() - began:.0f} s", flush=True)
        time.sleep(0.2)
    service.close()
    return jobs


if __name__ == "__main__":
    build(sys.argv[1], sys.argv[2:])
