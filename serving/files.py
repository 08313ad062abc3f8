"""Any ONNX file as a model: what it takes and gives stands in the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.features import Array
from serving.bundle import Refused
from serving.funnel import session
from serving.tensors import Spec, Wrong

DATATYPES = {
    "tensor(float)": "FP32", "tensor(double)": "FP64", "tensor(float16)": "FP16", "tensor(int64)": "INT64",
    "tensor(int32)": "INT32", "tensor(int16)": "INT16", "tensor(int8)": "INT8", "tensor(uint8)": "UINT8",
    "tensor(bool)": "BOOL", "tensor(string)": "BYTES",
}  # fmt: skip
MOST_ROWS = 100_000
"""Of one request."""


class File:
    """One ONNX file in this process: `inputs`, `outputs`, and `answer`. Raises Refused where ONNX Runtime does not read it."""

    def __init__(self, path: Path) -> None:
        try:
            self._session = session(path.read_bytes())
        except OSError as error:
            raise Refused(f"{path} cannot be read: {error}") from error
        self.inputs, self.outputs = (_specs(some) for some in (self._session.get_inputs(), self._session.get_outputs()))
        self.about: str = self._session.get_modelmeta().description

    def answer(self, given: Mapping[str, Array]) -> dict[str, Array]:
        """Every output by name. Raises Wrong."""
        if any(len(one) > MOST_ROWS for one in given.values()):
            raise Wrong(f"the request holds more than {MOST_ROWS:,} rows, which are taken at once")
        names = [one.name for one in self.outputs]
        try:
            return dict(zip(names, self._session.run(names, dict(given)), strict=True))
        except Exception as error:  # an id that no table has, axes that do not belong together: only the graph knows
            raise Wrong(f"the model does not take these tensors: {error}") from error


def _specs(some: Any) -> tuple[Spec, ...]:
    return tuple(
        Spec(
            one.name, DATATYPES[one.type], tuple(size if isinstance(size, int) else -1 for size in one.shape),
            rows=str(one.shape[0]) if one.shape else "",
        )
        for one in some
    )  # fmt: skip


def found(folder: Path) -> dict[str, dict[str, Path]]:
    """ONNX files by model and version: NAME.onnx, or NAME/VERSION/model.onnx as in a model repository."""
    models: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.glob("*.onnx")):
        models.setdefault(path.stem, {})["1"] = path
    for path in sorted(folder.glob("*/*/*.onnx")):
        if path.parent.name.isdigit():
            models.setdefault(path.parent.parent.name, {})[path.parent.name] = path
    return models
