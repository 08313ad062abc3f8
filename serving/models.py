"""Models as KServe serves them: tensors in and out by either protocol, the work in a thread so that the loop goes on."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from kserve import InferOutput, InferRequest, InferResponse, Model
from kserve.errors import InvalidInput

from engine.features import Array
from serving.files import File
from serving.funnel import Funnel
from serving.tensors import TYPES, Spec, Wrong, checked, of_columns, of_rows

Answer = Callable[[Mapping[str, Array]], dict[str, Array]]


class Served(Model):  # type: ignore[misc]
    """One model of one version: named tensors → named tensors."""

    def __init__(
        self,
        name: str,
        version: str,
        inputs: Sequence[Spec],
        outputs: Sequence[Spec],
        answer: Answer,
        of: Mapping[str, Any],
    ) -> None:
        super().__init__(name)
        self.version, self.inputs, self.outputs, self._answer = version, tuple(inputs), tuple(outputs), answer
        self._of = dict(of)  # which run it is of: it stands in every answer of v2
        self.ready = True

    def get_input_types(self) -> list[dict[str, Any]]:
        return [one.metadata() for one in self.inputs]

    def get_output_types(self) -> list[dict[str, Any]]:
        return [one.metadata() for one in self.outputs]

    async def predict(self, payload: Any, headers: dict[str, str] | None = None, response_headers: Any = None) -> Any:
        """v1 (a dict) or v2. Raises InvalidInput, which is HTTP's 400 and gRPC's INVALID_ARGUMENT."""
        try:
            if isinstance(payload, InferRequest):
                return await asyncio.to_thread(self._infer, payload)
            return await asyncio.to_thread(self._predict, payload)
        except Wrong as error:
            raise InvalidInput(f"{self.name}: {error}") from error

    def _predict(self, payload: Any) -> dict[str, Any]:
        """TensorFlow Serving's two formats: rows of `instances` → `predictions`, columns of `inputs` → `outputs`."""
        if isinstance(payload, bytes):  # of a client that does not say that it sends JSON
            payload = _json(payload)
        if not isinstance(payload, dict) or ("instances" in payload) == ("inputs" in payload):
            raise Wrong(
                "the request must be a mapping with either “instances”, a list of rows, or “inputs”, columns by name"
            )
        if "inputs" in payload:
            found = self._answer(checked(self.inputs, of_columns(self.inputs, payload["inputs"])))
            return {"outputs": {name: _list(array) for name, array in found.items()}}
        given = of_rows(self.inputs, payload["instances"])
        found = {name: _list(array) for name, array in self._answer(checked(self.inputs, given)).items()}
        if len(found) == 1:
            return {"predictions": next(iter(found.values()))}
        return {"predictions": [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)]}

    def _infer(self, request: InferRequest) -> InferResponse:
        found = self._answer(checked(self.inputs, {one.name: _tensor(one) for one in request.inputs}))
        wanted = [one.name for one in request.request_outputs or ()] or list(found)
        for name in wanted:
            if name not in found:
                raise Wrong(f"there is no output “{name}”: the outputs are {', '.join(found)}")
        binary = {one.name: bool((one.parameters or {}).get("binary_data")) for one in request.request_outputs or ()}
        raw = request.use_binary_outputs
        outputs = [_output(name, found[name], raw or binary.get(name, False)) for name in wanted]
        return InferResponse(
            response_id=request.id or str(uuid.uuid4()), model_name=self.name, model_version=self.version,
            infer_outputs=outputs, parameters=self._of or None, use_binary_outputs=raw,
            requested_outputs=None if raw or not any(binary.values()) else request.request_outputs,
        )  # fmt: skip


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise Wrong(f"the request is no JSON: {error}") from error


def _tensor(given: Any) -> Array:
    """What a request says of one tensor. Raises Wrong where its data are not of its shape and datatype."""
    if given.datatype not in TYPES:
        raise Wrong(f"the input “{given.name}” is of the datatype {given.datatype}, which there is not")
    try:
        array: Array = given.as_numpy()
    except (ValueError, TypeError, OverflowError, InvalidInput) as error:
        raise Wrong(
            f"the data of the input “{given.name}” are not of the shape {given.shape} and {given.datatype}: {error}"
        ) from error
    return array


def _output(name: str, array: Array, binary: bool) -> InferOutput:
    datatype = "BYTES" if array.dtype.kind in "UO" else next(k for k, v in TYPES.items() if np.dtype(v) == array.dtype)
    output = InferOutput(name=name, shape=list(array.shape), datatype=datatype)
    output.set_data_from_numpy(array.astype(np.object_) if datatype == "BYTES" else array, binary_data=binary)
    return output


def _list(array: Array) -> Any:
    """As JSON has it: no infinity."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        told = array.astype(np.object_)
        told[~np.isfinite(array)] = None
        return told.tolist()
    return array.tolist()


def of_bundle(funnel: Funnel, version: str) -> list[Served]:
    """The four models of a bundle."""
    of = {"recording": funnel.bundle.recording, "step": funnel.bundle.step}
    return [
        Served(name, version, _specs(said["inputs"]), _specs(said["outputs"]), funnel.answers[name], of)
        for name, said in funnel.bundle.schema["models"].items()
    ]


def of_file(name: str, version: str, file: File) -> Served:
    """An ONNX file as a model."""
    return Served(name, version, file.inputs, file.outputs, file.answer, {})


def _specs(some: Sequence[Mapping[str, Any]]) -> list[Spec]:
    return [Spec.of(one) for one in some]
