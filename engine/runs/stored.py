"""Stored studies: results with their configs and the fingerprint of the code they rest on, as JSON in assets/claims."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from engine.files import write_whole
from engine.runs.config import Config
from engine.runs.fingerprint import fingerprint
from engine.runs.study import Results


def write_study(
    path: Path, results: Results, code: Iterable[str], keep: Callable[[str], bool] = lambda name: True, digits: int = 7
) -> None:
    """Store the metrics that `keep` names, rounded to `digits`; what was stored before stays until all is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "config": cell.to_dict(),
            "metrics": {
                name: np.round(np.asarray(metric, np.float64), digits).tolist()
                for name, metric in metrics.items()
                if keep(name)
            },
        }
        for cell, metrics in results.items()
    ]
    document = json.dumps({"fingerprint": fingerprint(code), "cells": rows}, separators=(",", ":"))
    write_whole(path, document.encode() + b"\n")


def read_study(path: Path, kind: type[Config]) -> tuple[str, Results]:
    """Fingerprint of the code that gave the stored results, and the results."""
    document: dict[str, Any] = json.loads(path.read_text())
    return document["fingerprint"], {
        kind.from_dict(row["config"]): {name: np.array(metric) for name, metric in row["metrics"].items()}
        for row in document["cells"]
    }
