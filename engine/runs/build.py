"""Build what ships, for every playground or for those that are named. Slow on purpose: visits replay the results.

python -m engine.runs.build recordings [playground …]
python -m engine.runs.build claims [playground …]      cells that are missing, or whose code has changed
python -m engine.runs.build restamp [playground …]     see `engine.runs.studies.restamp`
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any

from engine.runs.config import Config
from engine.runs.frame import Array
from engine.runs.playground import engines
from engine.runs.service.policy import RunPolicy
from engine.runs.service.run import Run, State
from engine.runs.service.runs import Runs
from engine.runs.studies.fingerprint import fingerprints, key
from engine.runs.studies.restamp import restamp
from engine.runs.studies.shipped import Shipped

POLICY = RunPolicy(background_queue=100_000, longest_seconds=3_600.0)


def build(what: str, names: Sequence[str], since: str = "", seed: int = 0) -> None:
    """Train and store. Raises RuntimeError when a run fails, `restamp.Differs` where numbers do not come back."""
    for name in names or sorted(engines()):
        shipped = engines()[name].shipped
        if what == "restamp":
            restamp(shipped, since, seed)
        elif what == "recordings":
            for run in _trained(tuple(shipped.recordings.values())):
                shipped.ship(run.recording())
        else:
            _claims(shipped)


def _claims(shipped: Shipped[Any, Any]) -> None:
    code, stored = shipped.read_study() if shipped.study.exists() else ({}, {})
    now = fingerprints(shipped.cells)
    current = {cell: stored[cell] for cell in shipped.cells if cell in stored and code.get(key(cell)) == now[key(cell)]}
    trained = {run.config: _last(run) for run in _trained([cell for cell in shipped.cells if cell not in current])}
    shipped.write_study({cell: current.get(cell) or trained[cell] for cell in shipped.cells})


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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("recordings", "claims", "restamp"))
    parser.add_argument("names", nargs="*", metavar="playground")
    parser.add_argument("--since", default="", metavar="REVISION")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    build(asked.what, asked.names, asked.since, asked.seed)
