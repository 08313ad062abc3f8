"""ONNX Runtime tells nobody what it runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from engine.files import ROOT

RUNS_A_MODEL = """
import numpy as np
from onnx import TensorProto, helper
from engine.onnx_runtime import inference

one, other = (helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows"]) for name in ("x", "y"))
graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "negative", [one], [other])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
print(inference(model.SerializeToString()).run(None, {"x": np.array([1.0, -2.0], np.float32)})[0].tolist())
"""


def test_it_writes_no_id_of_the_machine_and_keeps_nothing_to_be_sent(tmp_path: Path) -> None:
    """What it would send it first keeps in a database in the home folder, beside an id; in a CI it is silent by itself."""
    outside = {name: value for name, value in os.environ.items() if name not in ("CI", "TF_BUILD", "GITHUB_ACTIONS")}
    outside.pop("ORT_DISABLE_TELEMETRY", None)
    homes = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    ran = subprocess.run(
        [sys.executable, "-c", RUNS_A_MODEL],
        cwd=ROOT,
        env={**outside, **homes},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "[-1.0, 2.0]"
    assert not [str(path) for path in tmp_path.rglob("*")]


def test_it_is_loaded_in_one_place_alone() -> None:
    loads = re.compile(r"^\s*(import|from) onnxruntime\b", re.MULTILINE)
    found = {
        str(path.relative_to(ROOT))
        for folder in ("engine", "pages", "serving", "benchmarks", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if loads.search(path.read_text())
    }
    assert found == {"engine/onnx_runtime.py"}
