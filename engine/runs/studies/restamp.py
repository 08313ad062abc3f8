"""Restamp: renew the fingerprints of stored studies whose code was rearranged, where it still gives the same numbers.

    python -m engine.runs.build restamp [playground …] [--since REVISION] [--seed N]

At least one cell of each claim and of each rung whose code was changed is trained again, drawn by the seed. Every stored digit must come back. Another
processor adds in another order, so that a digit may differ there: `--since` names a revision whose fingerprints held, and where
the stored digits do not come back its code must give the same ones on this machine. What was done is added to assets/claims/restamp.log.
"""

from __future__ import annotations

import datetime
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from engine.files import ROOT
from engine.runs.config import Config
from engine.runs.frame import Array
from engine.runs.studies.fingerprint import key, work_of
from engine.runs.studies.shipped import Shipped
from engine.runs.studies.stored import Results, renew, rounded

LOG = ROOT / "assets" / "claims" / "restamp.log"
TRAIN = """
import dataclasses, importlib, json, sys
import numpy as np, torch
torch.set_num_threads(1)
engine = importlib.import_module(f"engine.{sys.argv[1]}")
work = (engine.ENGINE.works if hasattr(engine, "ENGINE") else engine.WORKS)[sys.argv[3]]  # as it was declared once
found, known = {}, {field.name for field in dataclasses.fields(work.config)}
asked = {name: value for name, value in json.loads(sys.stdin.read()).items() if name in known}  # newer settings it had not
for frame in work.run(work.config.from_dict(asked)):
    found.update(frame.metrics)
np.savez(sys.argv[2], **found)
"""
"""One cell in a process of its own, as a worker trains it: it runs in any revision's tree."""


class Differs(Exception):
    """The code gives other numbers than those that are stored."""


def restamp(shipped: Shipped[Any, Any], since: str = "", seed: int = 0) -> None:
    """Renew one playground's fingerprints. Raises Differs, and leaves all as it was, where a number does not come back."""
    name, stored = shipped.playground, shipped.read_study()[1]
    cells = sample({claim.id: claim.needs for claim in shipped.claims}, stored, seed, shipped.old())
    print(f"{name}: {len(cells)} of {len(stored)} cells", flush=True)
    seconds: dict[Config, float] = {}
    trained = dict(zip(cells, _trained(ROOT, name, cells, seconds), strict=True))
    moved = [c for c in cells if rounded(trained[c], shipped.keeps) != rounded(stored[c])]
    if moved and not since:
        raise Differs(f"{name}: {len(moved)} of {len(cells)} cells give other digits, as {_said(moved[0])}")
    if moved:
        with _tree(since) as tree:
            before = dict(zip(moved, _trained(tree, name, moved), strict=True))
        other = [c for c in moved if rounded(before[c], shipped.keeps) != rounded(trained[c], shipped.keeps)]
        if other:
            raise Differs(f"{name}: {len(other)} of {len(cells)} cells differ from {since}, as {_said(other[0])}")
    renew(shipped.study, stored, seconds)
    _note(name, cells, moved, since, seed)


def sample(
    by_claim: Mapping[str, Sequence[Config]], stored: Results, seed: int, old: Collection[str] = ()
) -> list[Config]:
    """At least one cell of each claim that has been trained, and one of each rung; where only the code of some is `old` (by
    `key`), of those alone: the others rest on nothing that was changed."""
    chance = random.Random(seed)
    asked = [cell for cell in stored if not old or key(cell) in old]
    trained = {id_: cells for id_, cells in by_claim.items() if all(cell in stored for cell in cells)}
    some = {id_: [cell for cell in cells if not old or key(cell) in old] for id_, cells in trained.items()}
    found = dict.fromkeys(chance.choice(cells) for _, cells in sorted(some.items()) if cells)
    for rungs in sorted({key(cell) for cell in asked} - {key(cell) for cell in found}):
        found[chance.choice([cell for cell in asked if key(cell) == rungs])] = None
    return list(found)


def _trained(
    tree: Path, name: str, cells: Sequence[Config], seconds: dict[Config, float] | None = None
) -> list[dict[str, Array]]:
    """What each cell's metrics are at the end, by the code of a tree; into `seconds` goes how long each took."""

    def one(cell: Config, file: Path) -> dict[str, Array]:
        began = time.monotonic()
        found = _train(tree, name, cell, file)
        if seconds is not None:
            seconds[cell] = time.monotonic() - began
        return found

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        files = [Path(folder) / f"{n}.npz" for n in range(len(cells))]
        return list(pool.map(one, cells, files))


def _train(tree: Path, name: str, cell: Config, file: Path) -> dict[str, Array]:
    few = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    command = [sys.executable, "-c", TRAIN, name, str(file), work_of(type(cell))]
    subprocess.run(command, cwd=tree, env=os.environ | few, input=cell.to_json().encode(), check=True)
    print(".", end="", flush=True)
    with np.load(file) as found:
        return dict(found)


@contextmanager
def _tree(revision: str) -> Iterator[Path]:
    """The files of a revision, in a folder that goes again."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(tree), revision], cwd=ROOT, check=True)
        try:
            yield tree
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)


def _note(name: str, cells: Sequence[Config], moved: Sequence[Config], since: str, seed: int) -> None:
    kept = [cell for cell in cells if cell not in moved]
    lines = [f"{datetime.date.today()} {name}: {len(cells)} cells trained again, drawn by seed {seed}"]
    lines += [f"  every stored digit: {_said(cell)}" for cell in kept]
    lines += [f"  every digit that is stored, as at {since} on this processor: {_said(cell)}" for cell in moved]
    with LOG.open("a", encoding="utf-8") as log:
        log.write("\n".join(lines) + "\n")


def _said(cell: Config) -> str:
    """A cell by what sets it apart from the defaults."""
    return json.dumps({name: mine for name, (mine, _) in cell.differences(type(cell)()).items()})
