"""A frame's structures, opened: trace any rows, explain any number, take a part away. Each answers within milliseconds."""

from __future__ import annotations

import copy
from collections.abc import Collection

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call

from engine.cost import ROWS, Served
from engine.errors import UserError
from engine.measures import parameter_count
from engine.multitask.config import MultitaskConfig
from engine.multitask.data import Rows, SyntheticTasks
from engine.multitask.explain import SUMS
from engine.multitask.models import build
from engine.multitask.structures.structure import Forward, Structure
from engine.multitask.training import losses
from engine.runs.explanation import Explanation
from engine.runs.frame import Array, Frame
from engine.runs.playground import Address
from engine.runs.restore import loaded, state_of
from engine.runs.seeds import generator
from engine.runs.trace import Trace

AXES = {
    "x": ("row", "input"),
    "features": ("row", "feature"),
    "experts": ("row", "expert", "unit"),
    "gates": ("row", "task", "expert"),
    "mixtures": ("row", "task", "unit"),
    "towers": ("row", "task", "unit"),
    "predictions": ("row", "task"),
    "lower_experts": ("row", "expert", "unit"),
    "lower_gates": ("row", "task or shared", "expert"),
    "lower_mixtures": ("row", "task or shared", "unit"),
}


def probe(config: MultitaskConfig) -> Rows:
    """The followed seed's held-out rows: x (N, D), y (N, T)."""
    return SyntheticTasks(config, config.seed).rows(config.test_rows, generator(config.seed, "test"))


class Opened:
    """The followed seed's structures as they were at one frame.

    Every method raises UserError where the recording was thinned and this frame keeps no parameters.
    """

    def __init__(self, config: MultitaskConfig, frame: Frame) -> None:
        self.config, self.frame = config, frame
        self._models: dict[str, Structure] = {}

    def model(self, structure: str) -> Structure:
        """One of them, not to be changed."""
        if structure not in self._models:
            self._models[structure] = loaded(build(self.config, structure), state_of(self.frame, structure))
        return self._models[structure]

    @torch.inference_mode()
    def trace(self, structure: str, inputs: Tensor) -> Trace:
        """Every intermediate for rows x (B, D), named as in `Forward`; of the level below where there is one."""
        forward: Forward = self.model(structure)(inputs)
        found = {name: one[0] if isinstance(one, tuple) and one else one for name, one in forward._asdict().items()}
        arrays = {name: tensor.numpy() for name, tensor in found.items() if isinstance(tensor, Tensor)}
        return Trace({"x": inputs.numpy(), **arrays}, AXES)

    @torch.inference_mode()
    def living(self, structure: str, part: str, inputs: Tensor) -> Array | None:
        """Which ReLU units (U,) of an expert or a tower answer above 0 for at least one of the rows x (B, D); the others are
        dead: no gradient reaches them any more, unless they are leaky. None of a part that has no such units."""
        kind, _, number = part.partition(":")
        name = {"expert": "experts", "bottom": "experts", "tower": "towers"}.get(kind)
        if name is None:
            return None
        units = self.trace(structure, inputs)[name][:, int(number or 0)]
        return np.asarray((units > 0).any(0))

    def served(self, structure: str, inputs: Tensor) -> Served:
        """The predictions of every task for many rows like the first of x (B, D)."""
        model, x = self.model(structure), inputs[:1].repeat(ROWS, 1)
        return Served(parameter_count(model), torch.inference_mode()(lambda: model(x)))

    def explain(self, structure: str, inputs: Tensor, at: Address) -> Explanation:
        """The sum behind one number of the first row of x (B, D).

        Parts are "expert:i" (unit of the expert), "gate:k" (unit = the expert that it weighs), "mix:k", "tower:k" (unit of
        its layer) and "y:k"; of a level below "lower_expert:i", "lower_gate:k" and "lower_mix:k", k = T for what is shared.
        Raises UserError where there is no such number.
        """
        row = inputs[:1]
        model = copy.deepcopy(self.model(structure)).double()
        kind, _, number = at.part.partition(":")
        try:
            if kind not in SUMS or at.unit < 0 or not (number or "0").isdecimal():
                raise IndexError
            return SUMS[kind](model, model(row.double()), self.trace(structure, row), int(number or 0), at.unit)
        except IndexError:
            raise UserError("There is no sum behind {part}.", part=at.part[:40]) from None

    @torch.inference_mode()
    def intervene(self, structure: str, rows: Rows, *, removed: Collection[int] = (), tied: bool = False) -> Array:
        """Held-out loss per task (T,) with experts taken away and, if `tied`, one gate for all tasks.

        A removed expert's gate weight is zero and the rest sum to 1 again. Tied gates share the mean of what each task has
        for itself, in the parameters named "gate…", which makes an MMoE an OMoE; where tasks have experts of their own there is
        no gate that all could share.
        """
        model = self.model(structure)
        parameters: dict[str, Tensor] = dict(model.named_parameters())
        if tied and not model.own_experts:
            of_gates = {name: value for name, value in parameters.items() if name.startswith("gate")}
            parameters |= {name: value.mean(0, keepdim=True).expand_as(value) for name, value in of_gates.items()}
        keep = torch.ones(1, 1, len(type(model).owners(self.config)))
        keep[..., list(removed)] = 0.0
        forward: Forward = functional_call(model, parameters, (rows.x, keep))
        binary = torch.tensor([kind == "binary" for kind in self.config.tasks])
        return losses(forward.predictions[None], rows.y[None], binary)[0].numpy()
