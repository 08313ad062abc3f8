"""Look inside one frame: every gate of every step, with gates forced, peepholes off or units taken away.

All pure functions of a frame and some inputs. L steps · B batch · D input · H units · O answers
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import torch
from torch import Tensor

from engine.cells import LSTM, PeepholeLSTM
from engine.cells.steps import Clamps, LSTMSteps, RNNSteps
from engine.recurrent.config import RecurrentConfig
from engine.recurrent.models import Reader, build
from engine.recurrent.tasks import task_of
from engine.runs.frame import Array, Frame
from engine.runs.restore import loaded, state_of
from engine.runs.trace import Trace

STEP, UNIT = "step", "unit"
AXES = {
    "x": (STEP, "input"),
    "probabilities": (STEP, "answer"),
    **{name: (STEP, UNIT) for name in ("h", "i", "f", "g", "c", "o", "kept", "written", "peep_i", "peep_f", "peep_o")},
}


def model_at(config: RecurrentConfig, frame: Frame, cell: str) -> Reader:
    """The followed seed's reader as it was at this frame. Raises UserError where parameters were thinned away."""
    return loaded(build(config, cell, task_of(config)), state_of(frame, cell))


def clamps_of(length: int, units: int, forced: Mapping[str, float], chosen: Collection[int], steps: range) -> Clamps:
    """Force gates (name → value) of the chosen units at some steps: each (L, 1, H), nan elsewhere."""
    found = {}
    for gate, value in forced.items():
        held = torch.full((length, 1, units), torch.nan)
        held[steps.start : steps.stop, :, list(chosen)] = value
        found[gate] = held
    return found


@torch.inference_mode()
def trace(
    config: RecurrentConfig,
    frame: Frame,
    cell: str,
    inputs: Tensor,
    *,
    clamps: Clamps | None = None,
    without: Collection[str] = (),
    output_sees_old_cell: bool = False,
) -> Trace:
    """Every intermediate for one sequence, inputs (L,) word ids or (L, D) numbers.

    `without` names peepholes ("i", "f", "o") that are switched off. Beside the gates: "kept" = f ⊙ C(t-1) and
    "written" = i ⊙ g, which sum to C(t); "peep_…" = p ⊙ C as the gate sees it.
    """
    model = model_at(config, frame, cell)
    p = _without(model, without)
    x = model.embed(inputs[:, None])  # (L, 1, D)
    steps = run(model, x, clamps, output_sees_old_cell)
    arrays = {"x": x[:, 0], "probabilities": probabilities(config, model.readout(steps.h))[:, 0]}
    arrays |= {name: part[:, 0] for name, part in steps._asdict().items()}
    if isinstance(steps, LSTMSteps):
        arrays |= _belt(steps, p, output_sees_old_cell)
    return Trace({name: tensor.numpy() for name, tensor in arrays.items()}, AXES)


def run(
    model: Reader, x: Tensor, clamps: Clamps | None = None, output_sees_old_cell: bool = False
) -> RNNSteps | LSTMSteps:
    """The plain form of the reader's cell on x (L, B, D)."""
    if output_sees_old_cell and isinstance(model.cell, LSTM):
        return model.cell.steps(x, clamps, output_sees_old_cell=True)
    return model.cell.steps(x, clamps)


def probabilities(config: RecurrentConfig, answers: Tensor) -> Tensor:
    """What the readout says: softmax over the answers, σ of each, or the number itself."""
    kind = task_of(config).kind
    return answers if kind == "value" else answers.sigmoid() if kind == "next" else answers.softmax(-1)


def _without(model: Reader, off: Collection[str]) -> Tensor:
    """Switch peepholes off, in place; the (3, H) that are left, zeros where the cell has none."""
    if not isinstance(model.cell, PeepholeLSTM):
        return torch.zeros(3, model.cell.hidden_size)
    for gate in off:
        model.cell.weight_peephole_l0[model.cell.peeping.index(gate)] = 0.0
    return model.cell.weight_peephole_l0


def _belt(steps: LSTMSteps, p: Tensor, output_sees_old_cell: bool) -> dict[str, Tensor]:
    i, f, g, c, *_ = (part[:, 0] for part in steps)  # (L, H)
    before = torch.cat((torch.zeros_like(c[:1]), c[:-1]))
    seen = before if output_sees_old_cell else c
    peeps = {"peep_i": p[0] * before, "peep_f": p[1] * before, "peep_o": p[2] * seen}
    return {"kept": f * before, "written": i * g} | peeps


@torch.inference_mode()
def carriers(config: RecurrentConfig, frame: Frame, cell: str, inputs: Tensor, answer: int) -> Array:
    """How much the answer's lead at the last step falls when a unit is taken away (H,): one forward pass with a copy of
    the sequence for each unit. The lead is the log-odds of the answer; for a task of values, how far the number moves.
    """
    model = model_at(config, frame, cell)
    units = model.cell.hidden_size
    gone = torch.full((1, units, units), torch.nan)
    gone[0].fill_diagonal_(0.0)  # copy u lacks unit u
    x = model.embed(inputs[:, None])
    whole = model.readout(run(model, x).h[-1])  # (1, O)
    parts = model.readout(run(model, x.expand(-1, units, -1), dict.fromkeys(model.cell.writes, gone)).h[-1])  # (H, O)
    kind = task_of(config).kind
    if kind == "value":
        return (lead(kind, parts, answer) - lead(kind, whole, answer)).abs().numpy()
    return (lead(kind, whole, answer) - lead(kind, parts, answer)).numpy()


def lead(kind: str, answers: Tensor, answer: int) -> Tensor:
    """Log-odds of one answer, or the number itself for a task of values: answers (B, O) → (B,)."""
    if kind in ("value", "next"):
        return answers[:, answer]
    others = answers.clone()
    others[:, answer] = -torch.inf
    return answers[:, answer] - others.logsumexp(-1)
