"""A model's graph as ONNX, and held against torch before it is handed out.

The libraries are imported when they are needed: they take a second.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from engine.carried import Carried, Graph
from engine.errors import UserError
from engine.onnx_runtime import inference
from engine.runs.frame import Array
from engine.taken.weights import Origin, about

CLOSE = 1e-5
"""The largest difference between the file's answer and torch's, relative to the largest number of the answer."""
_ONE_AT_A_TIME = threading.Lock()
"""The exporter keeps what it does in globals."""


def onnx(carried: Carried, origin: Origin) -> bytes:
    """A model as an ONNX file, for any number of rows at once. Raises UserError where the file answers otherwise than
    torch."""
    graph, said = carried.graph(), about(carried, origin)
    file = written(graph, f"{said['title']}. {graph.about}", said)
    session = Session(file)
    worst = max(farthest(session, graph, example) for example in graph.examples)
    if not worst <= CLOSE:
        raise UserError(
            "The ONNX file answers otherwise than the model, by up to {difference}: it is not handed out.",
            difference=f"{worst:.1e}",
        )
    return file


def written(graph: Graph, said: str, metadata: Mapping[str, str]) -> bytes:
    """The file, not tried yet."""
    axes = tuple({n: name for n, name in enumerate(names) if name} for names in graph.inputs.values())
    with _ONE_AT_A_TIME, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            graph.module.eval(), graph.examples[0], dynamo=True, input_names=list(graph.inputs),
            output_names=list(graph.outputs), dynamic_shapes=axes, verbose=False,
        )  # fmt: skip
    if program is None:
        raise RuntimeError("torch gave no ONNX program")
    proto = program.model_proto
    proto.doc_string = proto.graph.doc_string = said
    for key, value in metadata.items():
        proto.metadata_props.add(key=key, value=value)
    return bytes(proto.SerializeToString())


class Session:
    """An ONNX file in ONNX Runtime, on one core."""

    def __init__(self, file: bytes) -> None:
        self._session = inference(file)
        self.about: str = self._session.get_modelmeta().description
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map

    def __call__(self, names: Sequence[str], inputs: Mapping[str, Array]) -> list[Array]:
        """Some outputs by name."""
        return [np.asarray(found) for found in self._session.run(list(names), dict(inputs))]


def farthest(session: Session, graph: Graph, example: Sequence[Tensor]) -> float:
    """The largest difference from torch on some inputs, relative to the largest number of each output."""
    fed = {name: one.numpy() for name, one in zip(graph.inputs, example, strict=True)}
    given = session(graph.outputs, fed)
    with torch.no_grad():
        wanted = [one.numpy() for one in graph.model(*example)]
    return max(
        float(np.abs(a - b).max(initial=0.0) / max(float(np.abs(b).max(initial=0.0)), 1e-12)) if a.shape == b.shape else np.inf
        for a, b in zip(given, wanted, strict=True)
    )  # fmt: skip
