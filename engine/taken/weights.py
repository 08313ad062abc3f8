"""Weights in one safetensors file, which says by itself what model they are of: no pickle, nothing runs when it is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from safetensors.torch import load as read_tensors
from safetensors.torch import save as write_tensors
from torch import Tensor, nn

from engine.carried import Carried
from engine.errors import UserError
from engine.runs.config import Config
from engine.runs.playground import Engine, engines
from engine.runs.restore import loaded

FORMAT = "gatescope model 1"
BESIDE, NOTE = "beside.", "note."
"""What begins the name of an array that is not a parameter, and of a text that serves the model."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a model comes from: the playground, the config of its run, the rung, the training step, and the recording's
    content hash."""

    playground: str
    config: Config
    rung: str
    step: int
    recording: str


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A model that came back, with what serves it."""

    module: nn.Module
    origin: Origin
    beside: Mapping[str, Tensor]
    notes: Mapping[str, str]


def weights(carried: Carried, origin: Origin) -> bytes:
    """A model's parameters as safetensors."""
    tensors = {name: one.detach().contiguous() for name, one in carried.module.named_parameters()}
    tensors |= {BESIDE + name: one.contiguous() for name, one in carried.beside.items()}
    return write_tensors(tensors, metadata=about(carried, origin))


def about(carried: Carried, origin: Origin) -> dict[str, str]:
    """What a model's file says of it, each a text: enough to build it, and to find the run again."""
    engine = engines()[origin.playground]
    return {
        "format": FORMAT,
        "playground": engine.name,
        "rung": origin.rung,
        "title": engine.ladder[origin.rung].title,
        "work": work_of(engine, origin.config),
        "config": origin.config.to_json(),
        "step": str(origin.step),
        "recording": origin.recording,
        **{NOTE + name: text for name, text in carried.notes.items()},
    }


def work_of(engine: Engine[Any, Any], config: Config) -> str:
    """The name of the work that trains such a config."""
    return next(name for name, work in engine.works.items() if work.config is type(config))


def load(data: bytes) -> Loaded:
    """The model of a file that `weights` wrote, to the bit. Raises UserError on any other."""
    try:
        return _loaded(data)
    except Exception as error:  # a file may hold anything
        raise UserError("This file holds no model of Gatescope.") from error


def _loaded(data: bytes) -> Loaded:
    said, tensors = _metadata(data), read_tensors(data)
    if said["format"] != FORMAT:
        raise ValueError(said["format"])
    engine, rung = engines()[said["playground"]], said["rung"]
    config = engine.works[said["work"]].config.from_json(said["config"])
    learnt = {name: one for name, one in tensors.items() if not name.startswith(BESIDE)}
    notes = {name.removeprefix(NOTE): text for name, text in said.items() if name.startswith(NOTE)}
    with torch.device("meta"):  # shapes alone: what was drawn would be overwritten
        module = loaded(engine.leaving.build(config, rung, learnt, notes), learnt)
    return Loaded(
        module, Origin(engine.name, config, rung, int(said["step"]), said["recording"]),
        {name.removeprefix(BESIDE): one for name, one in tensors.items() if name.startswith(BESIDE)},
        notes,
    )  # fmt: skip


def _metadata(data: bytes) -> dict[str, str]:
    """The texts in a safetensors file's header: eight bytes say how long it is, then it is JSON."""
    size = int.from_bytes(data[:8], "little")
    header: dict[str, Any] = json.loads(data[8 : 8 + size])
    found: dict[str, str] = header["__metadata__"]
    return found
