"""Build what ships, for every playground or for those that are named. Slow on purpose: visits replay the results.

python -m engine.runs.build recordings [playground …]
python -m engine.runs.build claims [playground …]      chooses the learning rates, then trains what is compared: cells that are
                                                       missing, or whose code has changed; it may be broken off
python -m engine.runs.build verdicts [playground …]    prints a line of JSON for each stored claim
python -m engine.runs.build restamp [playground …]     see `engine.runs.studies.restamp`
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.runs.config import Config
from engine.runs.frame import Array
from engine.runs.playground import engines
from engine.runs.service.policy import RunPolicy
from engine.runs.service.run import Run, State
from engine.runs.service.started import started
from engine.runs.studies.claims import flat, flat_withdrawn
from engine.runs.studies.fingerprint import fingerprints, key, work_of
from engine.runs.studies.restamp import restamp
from engine.runs.studies.shipped import Shipped
from engine.runs.studies.stored import read_seconds, read_study, write_study
from engine.runs.studies.tuning import chosen, every_cell, write_found

POLICY = RunPolicy(background_queue=100_000, longest_seconds=3_600.0)


def build(what: str, names: Sequence[str], since: str = "", seed: int = 0) -> None:
    """Train and store. Raises RuntimeError when a run fails, `restamp.Differs` where numbers do not come back."""
    for name in names or sorted(engines()):
        shipped = engines()[name].shipped
        if what == "restamp":
            restamp(shipped, since, seed)
        elif what == "verdicts":
            for line in _verdicts(shipped):
                print(json.dumps({"playground": name} | line))
        elif what == "recordings":
            for run in _trained(tuple(shipped.recordings.values())):
                shipped.ship(run.recording())
        elif _tuned(shipped):
            _again(what, name)
        else:
            _claims(shipped)


def _again(what: str, name: str) -> None:
    """The rest in a process of its own, to which the claims are those at the rates that were just written."""
    subprocess.run([sys.executable, "-m", "engine.runs.build", what, name], check=True)


def _verdicts(shipped: Shipped[Any, Any]) -> Iterator[dict[str, object]]:
    """A line for each claim that is stored, then for each that is made no more."""
    for claim in shipped.claims:
        if claim.id in shipped.verdicts:
            yield flat(claim, shipped.verdicts[claim.id])
    for id_, why in shipped.withdrawn.items():
        yield flat_withdrawn(id_, why)


def _tuned(shipped: Shipped[Any, Any]) -> bool:
    """Choose the learning rate of every setting that has one of its own, on seeds that judge nothing, and write down what was
    found; whether it is something else than before. What was tried with today's code is not tried again; where the best is the
    first or the last, further ones are."""
    tunings, going_on = shipped.tunings, True
    while going_on:
        asked = frozenset(every_cell(tunings))
        known = [
            cell for cell in shipped.cells if cell in asked
        ]  # in the order in which several workers are done soonest
        results, _ = _finished(shipped, (*known, *asked.difference(known)))
        further = [tuning.further(results) for tuning in tunings]
        tunings = tuple(more or tuning for more, tuning in zip(further, tunings, strict=True))
        going_on = any(further)
    found = chosen(tunings, results)
    for name in sorted(name for name in found if found[name] != shipped.found.get(name)):
        print(f"{shipped.playground}, {name}: {found[name][0]:g}, the best of {len(found[name][1])} rates", flush=True)
    if found == shipped.found:
        return False
    write_found(shipped.playground, found)
    return True


def _claims(shipped: Shipped[Any, Any]) -> None:
    """Train what is missing of a study, and store it."""
    now = fingerprints(shipped.cells)
    current, seconds = _finished(shipped, shipped.cells, now)
    begun = _begun(shipped)
    if fingerprints(shipped.cells) != now:
        raise RuntimeError(f"The code was changed meanwhile: {begun.name} is of the code as it was.")
    shipped.write_study({cell: current[cell] for cell in shipped.cells}, seconds)
    begun.unlink(missing_ok=True)


def _begun(shipped: Shipped[Any, Any]) -> Path:
    return shipped.study.with_suffix(".begun.json")


def _finished(
    shipped: Shipped[Any, Any], cells: Sequence[Any], code: Mapping[str, str] | None = None
) -> tuple[dict[Config, Mapping[str, Array]], dict[Config, float]]:
    """Results of some cells, and the seconds that they took where that is known. Every cell is on disk as soon as it is trained,
    in a file beside the study, and is not trained again where this was broken off."""
    kept = tuple(dict.fromkeys((*cells, *shipped.cells)))
    now, begun = code or fingerprints(kept), _begun(shipped)
    current: dict[Config, Mapping[str, Array]] = {}
    seconds: dict[Config, float] = {}
    for path in (shipped.study, begun):
        if path.exists():
            was, stored = read_study(path, shipped.config)
            current |= {cell: stored[cell] for cell in kept if cell in stored and was.get(key(cell)) == now[key(cell)]}
            seconds |= read_seconds(path, shipped.config)
    for run in _trained([cell for cell in cells if cell not in current]):
        current[run.config], seconds[run.config] = run.metrics, run.worked
        write_study(begun, current, shipped.keeps, seconds, now)
    return current, seconds


def _trained(configs: Sequence[Config]) -> Iterator[Run]:
    """Train these on as many processes as a server has, and on a cluster where RAY_ADDRESS names one; each run as soon as it
    has ended."""
    if not configs:
        return
    server = RunPolicy.from_environment()
    policy = replace(POLICY, workers=server.workers, cluster_workers=server.cluster_workers)
    service = started(policy, alike=True)  # what is stored is of processors like this one
    try:
        began = time.monotonic()
        going = [service.submit(config, "build", work=work_of(type(config)), background=True) for config in configs]
        while going:
            for run in [run for run in going if not run.state.active]:
                if run.state != State.FINISHED:
                    raise RuntimeError(f"{run.config}: {run.error or run.state}")
                going.remove(run)
                print(
                    f"{len(configs) - len(going)} of {len(configs)} after {time.monotonic() - began:.0f} s", flush=True
                )
                yield run
            time.sleep(0.2)
    finally:
        service.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("recordings", "claims", "verdicts", "restamp"))
    parser.add_argument("names", nargs="*", metavar="playground")
    parser.add_argument("--since", default="", metavar="REVISION")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    build(asked.what, asked.names, asked.since, asked.seed)
