"""A frame's readers, opened: every gate of every step, with gates forced, peepholes off or units taken away.

L steps · B batch · D input · H units · O answers
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping

import torch
from torch import Tensor

from engine.cells import LSTM, PeepholeLSTM
from engine.cells.explain import explain_step
from engine.cells.steps import Clamps, GRUSteps, LSTMSteps, Steps
from engine.cost import ROWS, Served
from engine.errors import UserError
from engine.measures import parameter_count
from engine.recurrent.config import RecurrentConfig
from engine.recurrent.explain import explain_answer
from engine.recurrent.models import Reader, build
from engine.recurrent.tasks import task_of
from engine.runs.explanation import Explanation
from engine.runs.frame import Array, Frame
from engine.runs.playground import Address
from engine.runs.restore import loaded, state_of
from engine.runs.trace import Trace

OF_INPUTS = {"x": ("step", "input"), "probabilities": ("step", "answer")}
OF_UNITS = ("step", "unit")


def clamps_of(length: int, units: int, forced: Mapping[str, float], chosen: Collection[int], steps: range) -> Clamps:
    """Force gates (name → value) of the chosen units at some steps: each (L, 1, H), nan elsewhere."""
    found = {}
    for gate, value in forced.items():
        held = torch.full((length, 1, units), torch.nan)
        held[steps.start : steps.stop, :, list(chosen)] = value
        found[gate] = held
    return found


class Opened:
    """The followed seed's readers as they were at one frame.

    Every method raises UserError where the recording was thinned and this frame keeps no parameters.
    """

    def __init__(self, config: RecurrentConfig, frame: Frame) -> None:
        self.config, self.frame, self.task = config, frame, task_of(config)
        self._readers: dict[str, Reader] = {}

    def reader(self, cell: str) -> Reader:
        """One of them, not to be changed."""
        if cell not in self._readers:
            self._readers[cell] = loaded(build(self.config, cell, self.task), state_of(self.frame, cell))
        return self._readers[cell]

    def exact(self, cell: str) -> Reader:
        """A copy of a reader in float64, for sums and slopes."""
        return copy.deepcopy(self.reader(cell)).double()

    @torch.inference_mode()
    def trace(
        self,
        cell: str,
        inputs: Tensor,
        *,
        clamps: Clamps | None = None,
        without: Collection[str] = (),
        output_sees_old_cell: bool = False,
    ) -> Trace:
        """Every intermediate for one sequence, inputs (L,) word ids or (L, D) numbers.

        `without` names peepholes ("i", "f", "o") that are switched off. Beside what the cell computes: of an LSTM
        "kept" = f ⊙ C(t-1) and "written" = i ⊙ g, which sum to C(t), and "peep_…" = p ⊙ C as the gate sees it; of a GRU
        "kept" = z ⊙ h(t-1) and "written" = "fresh" ⊙ g, which sum to h(t), with "fresh" = 1 - z, and "reset" = r ⊙ m.
        """
        model = _without(self.reader(cell), without)
        x = model.embed(inputs[:, None])  # (L, 1, D)
        steps = run(model, x, clamps, output_sees_old_cell)
        arrays = {"x": x[:, 0], "probabilities": self.probabilities(model.readout(steps.h))[:, 0]}
        arrays |= {name: part[:, 0] for name, part in steps._asdict().items()}
        if isinstance(steps, LSTMSteps):
            arrays |= _belt(steps, model, output_sees_old_cell)
        if isinstance(steps, GRUSteps):
            arrays |= _mixture(steps)
        axes = {name: OF_INPUTS.get(name, OF_UNITS) for name in arrays}
        return Trace({name: tensor.numpy() for name, tensor in arrays.items()}, axes)

    def probabilities(self, answers: Tensor) -> Tensor:
        """What the readout (…, O) says: softmax over the answers, σ of each, or the number itself."""
        kind = self.task.kind
        return answers if kind == "value" else answers.sigmoid() if kind == "next" else answers.softmax(-1)

    @torch.inference_mode()
    def served(self, cell: str, inputs: Tensor) -> Served:
        """The answers after every step of many sequences like this one, (L,) or (L, D)."""
        model, many = self.reader(cell), inputs[:, None].repeat(1, ROWS, *(1,) * (inputs.ndim - 1))
        return Served(parameter_count(model), torch.inference_mode()(lambda: model(many)))

    def explain(self, cell: str, inputs: Tensor, at: Address) -> Explanation:
        """The sum behind one number of one step, in float64: inputs (L,) word ids or (L, D) numbers.

        Parts are the cell's `sums` (unit of the cell) and "answer" (unit = which answer). Raises UserError where
        the cell has no such
        part, step or unit.
        """
        model, part, step, unit = self.exact(cell), at.part, at.step, at.unit
        width = model.readout.out_features if part == "answer" else model.cell.hidden_size
        if part not in (*model.cell.sums, "answer") or not 0 <= step < len(inputs) or not 0 <= unit < width:
            raise UserError("There is no sum behind {part}.", part=f"{part[:20]}({step + 1})")
        x = embedded(model, inputs)
        exact = run(model, x)
        traced = self.trace(cell, inputs)
        if part == "answer":
            value = float(traced["probabilities"][step, unit])
            return explain_answer(self.task.kind, model, exact.h[step, 0], value, step, unit)
        return explain_step(model.cell, exact, x[:, 0], part, step, unit, float(traced[part][step, unit]))

    @torch.inference_mode()
    def carriers(self, cell: str, inputs: Tensor, answer: int) -> Array:
        """How much the answer's lead at the last step falls when a unit is taken away (H,): one forward pass with a copy
        of the sequence for each unit. The lead is the log-odds of the answer; for a task of values, how far the number
        moves.
        """
        model, kind = self.reader(cell), self.task.kind
        units = model.cell.hidden_size
        gone = torch.full((1, units, units), torch.nan)
        gone[0].fill_diagonal_(0.0)  # copy u lacks unit u
        x = model.embed(inputs[:, None])
        whole = lead(kind, model.readout(run(model, x).h[-1]), answer)  # (1,)
        clamps = dict.fromkeys(model.cell.writes, gone)
        parts = lead(kind, model.readout(run(model, x.expand(-1, units, -1), clamps).h[-1]), answer)  # (H,)
        return (parts - whole).abs().numpy() if kind == "value" else (whole - parts).numpy()


def embedded(model: Reader, inputs: Tensor) -> Tensor:
    """What the cell reads of one sequence, (L, 1, D) in the model's own precision: inputs (L,) or (L, D)."""
    x = inputs[:, None]
    return model.embed(x if model.words is not None else x.to(model.readout.weight.dtype))


def run(model: Reader, x: Tensor, clamps: Clamps | None = None, output_sees_old_cell: bool = False) -> Steps:
    """The plain form of the reader's cell on x (L, B, D)."""
    if output_sees_old_cell and isinstance(model.cell, LSTM):
        return model.cell.steps(x, clamps, output_sees_old_cell=True)
    return model.cell.steps(x, clamps)


def _without(model: Reader, off: Collection[str]) -> Reader:
    """The reader with some peepholes switched off: itself where there are none to switch."""
    if not off or not isinstance(model.cell, PeepholeLSTM):
        return model
    cut = copy.deepcopy(model)
    assert isinstance(cut.cell, PeepholeLSTM)
    for gate in off:
        cut.cell.weight_peephole_l0[cut.cell.peeping.index(gate)] = 0.0
    return cut


def _belt(steps: LSTMSteps, model: Reader, output_sees_old_cell: bool) -> dict[str, Tensor]:
    i, f, g, c, *_ = (part[:, 0] for part in steps)  # (L, H)
    p = model.cell.weight_peephole_l0 if isinstance(model.cell, PeepholeLSTM) else torch.zeros(3, c.shape[-1])
    before = torch.cat((torch.zeros_like(c[:1]), c[:-1]))
    seen = before if output_sees_old_cell else c
    peeps = {"peep_i": p[0] * before, "peep_f": p[1] * before, "peep_o": p[2] * seen}
    return {"kept": f * before, "written": i * g} | peeps


def _mixture(steps: GRUSteps) -> dict[str, Tensor]:
    r, z, m, g, h = (part[:, 0] for part in steps)  # (L, H)
    before = torch.cat((torch.zeros_like(h[:1]), h[:-1]))
    return {"kept": z * before, "fresh": 1 - z, "written": (1 - z) * g, "reset": r * m}


def lead(kind: str, answers: Tensor, answer: int) -> Tensor:
    """Log-odds of one answer, or the number itself for a task of values: answers (B, O) → (B,)."""
    if kind in ("value", "next"):
        return answers[:, answer]
    others = answers.clone()
    others[:, answer] = -torch.inf
    return answers[:, answer] - others.logsumexp(-1)
