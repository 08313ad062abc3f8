"""Stored studies: results with their configs and the fingerprints of the code they rest on, as JSON in assets/claims."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from engine.files import write_whole
from engine.runs.config import Config
from engine.runs.frame import Array
from engine.runs.studies.fingerprint import TRAIN, fingerprints, kind_of, work_of

Results = Mapping[Config, Mapping[str, Array]]
"""Cell → metrics of its last frame."""
SECONDS, WORK = "seconds", "work"
DIGITS = 7
"""Decimals of a stored number."""


def write_study(
    path: Path,
    results: Results,
    keep: Callable[[str], bool] = lambda name: True,
    seconds: Mapping[Config, float] = MappingProxyType({}),
    code: Mapping[str, str] | None = None,
) -> None:
    """Store the metrics that `keep` names, with the fingerprints of the code that gave them, as it is now where none are told,
    and how many seconds a cell took where that is known; what was stored before stays until all is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {"config": cell.to_dict(), "metrics": rounded(metrics, keep)}
        | ({} if (work := work_of(type(cell))) == TRAIN else {WORK: work})
        | ({SECONDS: round(seconds[cell], 1)} if cell in seconds else {})
        for cell, metrics in results.items()
    ]
    _write(path, {"fingerprints": dict(code or fingerprints(results)), "cells": rows})


def renew(path: Path, cells: Iterable[Config], seconds: Mapping[Config, float] = MappingProxyType({})) -> None:
    """Write the fingerprints of the code as it is now beside results that stay as they are, and how long some cells took."""
    document: dict[str, Any] = json.loads(path.read_text())
    kinds = {work_of(type(cell)): type(cell) for cell in seconds}
    for row in document["cells"]:
        if (kind := kinds.get(row.get(WORK, TRAIN))) is not None and (cell := kind.from_dict(row["config"])) in seconds:
            row[SECONDS] = round(seconds[cell], 1)
    _write(path, {"fingerprints": fingerprints(cells), "cells": document["cells"]})


def rounded(metrics: Mapping[str, Array], keep: Callable[[str], bool] = lambda name: True) -> dict[str, Any]:
    """The metrics of a cell as they are stored: rounded, as nested lists in their own shapes."""
    return {
        name: np.round(np.asarray(metric, np.float64), DIGITS).tolist()
        for name, metric in metrics.items()
        if keep(name)
    }


def _write(path: Path, document: Mapping[str, Any]) -> None:
    write_whole(path, json.dumps(document, separators=(",", ":")).encode() + b"\n")


def read_study(path: Path, kind: type[Config]) -> tuple[dict[str, str], Results]:
    """Fingerprints of the code that gave the stored results (see `fingerprints`), and the results. `kind` is what the
    playground trains."""
    document: dict[str, Any] = json.loads(path.read_text())
    return document.get("fingerprints", {}), {
        _cell(row, kind): {name: np.array(metric) for name, metric in row["metrics"].items()}
        for row in document["cells"]
    }


def read_seconds(path: Path, kind: type[Config]) -> dict[Config, float]:
    """By cell how many seconds its training took, where that was stored."""
    document: dict[str, Any] = json.loads(path.read_text())
    return {_cell(row, kind): row[SECONDS] for row in document["cells"] if SECONDS in row}


def _cell(row: Mapping[str, Any], kind: type[Config]) -> Config:
    return kind_of(kind, row.get(WORK, TRAIN)).from_dict(row["config"])
