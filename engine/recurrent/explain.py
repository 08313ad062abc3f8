"""The sum behind one number of one step: W x + R h(t-1) + p ⊙ C + b → σ → value."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.cells import RNN, PeepholeLSTM
from engine.cells.steps import LSTMSteps
from engine.errors import UserError
from engine.recurrent.config import RecurrentConfig
from engine.recurrent.models import Reader
from engine.recurrent.tasks import task_of
from engine.recurrent.trace import GATES, model_at, run, trace
from engine.runs.explanation import Explanation, Term
from engine.runs.frame import Frame

BLOCKS = ("i", "f", "g", "o")
"""Blocks of rows in the LSTM's weights."""


@torch.inference_mode()
def explain(
    config: RecurrentConfig, frame: Frame, cell: str, inputs: Tensor, part: str, step: int, unit: int
) -> Explanation:
    """The sum behind one number, in float64.

    part  "i", "f", "g", "o", "c" or "h" (unit of the cell), or "answer" (unit = which answer)
    Raises UserError where the cell has no such part, step or unit.
    """
    model = model_at(config, frame, cell).double()
    length = len(inputs)
    width = model.readout.out_features if part == "answer" else model.cell.hidden_size
    parts = ("h", "answer") if isinstance(model.cell, RNN) else (*BLOCKS, "c", "h", "answer")
    if part not in parts or not 0 <= step < length or not 0 <= unit < width:
        raise UserError("There is no sum behind {part}.", part=f"{part[:20]}({step + 1})")
    x = model.embed(inputs[:, None] if model.words is not None else inputs[:, None].double())
    exact = run(model, x)
    traced = trace(config, frame, cell, inputs)
    if part == "answer":
        return _answer(config, model, exact.h[step, 0], float(traced["probabilities"][step, unit]), step, unit)
    before = exact.h[step - 1, 0] if step else torch.zeros_like(exact.h[0, 0])
    value = float(traced[part][step, unit])
    if isinstance(exact, LSTMSteps):
        if part == "c":
            return _cell_state(exact, step, unit, value)
        if part == "h":
            return _output(exact, step, unit, value)
        return _gate(model, exact, x[step, 0], before, part, step, unit, value)
    terms = _products(model, x[step, 0], before, unit)
    return Explanation(f"h_{{{unit + 1}}}({step + 1})", terms, float(model.cell.bias[unit]), "tanh",
                       float(exact.h[step, 0, unit]), value)  # fmt: skip


def _products(model: Reader, x: Tensor, before: Tensor, row: int) -> tuple[Term, ...]:
    """W x + R h(t-1), which is one product with [x, h(t-1)]."""
    w, r = model.cell.weight_ih_l0[row].tolist(), model.cell.weight_hh_l0[row].tolist()
    from_x = (
        Term(f"x_{{{n + 1}}}", weight, value) for n, (weight, value) in enumerate(zip(w, x.tolist(), strict=True))
    )
    from_h = (
        Term(f"h_{{{n + 1}}}(t-1)", weight, value)
        for n, (weight, value) in enumerate(zip(r, before.tolist(), strict=True))
    )
    return (*from_x, *from_h)


def _gate(
    model: Reader, exact: LSTMSteps, x: Tensor, before: Tensor, gate: str, step: int, unit: int, value: float
) -> Explanation:
    row = BLOCKS.index(gate) * model.cell.hidden_size + unit
    terms = _products(model, x, before, row)
    if isinstance(model.cell, PeepholeLSTM) and gate in GATES:
        weight = float(model.cell.weight_peephole_l0[GATES.index(gate), unit])
        now = gate == "o"  # the output gate sees C(t), the others C(t-1)
        seen = float(exact.c[step, 0, unit]) if now else float(exact.c[step - 1, 0, unit]) if step else 0.0
        terms = (*terms, Term(f"C_{{{unit + 1}}}({'t' if now else 't-1'})", weight, seen))
    result = float(getattr(exact, gate)[step, 0, unit])
    return Explanation(f"{gate}_{{{unit + 1}}}({step + 1})", terms, float(model.cell.bias[row]),
                       "tanh" if gate == "g" else "sigmoid", result, value)  # fmt: skip


def _cell_state(exact: LSTMSteps, step: int, unit: int, value: float) -> Explanation:
    i, f, g, c = (float(part[step, 0, unit]) for part in (exact.i, exact.f, exact.g, exact.c))
    before = float(exact.c[step - 1, 0, unit]) if step else 0.0
    terms = (Term("f \\cdot C(t-1)", f, before), Term("i \\cdot g", i, g))
    return Explanation(f"C_{{{unit + 1}}}({step + 1})", terms, None, "identity", c, value)


def _output(exact: LSTMSteps, step: int, unit: int, value: float) -> Explanation:
    o, c, h = (float(part[step, 0, unit]) for part in (exact.o, exact.c, exact.h))
    term = Term("o \\cdot \\tanh C(t)", o, float(torch.tanh(torch.tensor(c, dtype=torch.float64))))
    return Explanation(f"h_{{{unit + 1}}}({step + 1})", (term,), None, "identity", h, value)


def _answer(config: RecurrentConfig, model: Reader, h: Tensor, value: float, step: int, answer: int) -> Explanation:
    logits = model.readout(h)
    kind = task_of(config).kind
    activation = {"next": "sigmoid", "value": "identity"}.get(kind, "softmax")
    result = {"softmax": logits.softmax(-1), "sigmoid": logits.sigmoid(), "identity": logits}[activation][answer]
    pairs = zip(model.readout.weight[answer].tolist(), h.tolist(), strict=True)
    terms = tuple(Term(f"h_{{{n + 1}}}(t)", weight, state) for n, (weight, state) in enumerate(pairs))
    others = tuple(logits.tolist()) if activation == "softmax" else ()
    bias = float(model.readout.bias[answer])
    return Explanation(f"y_{{{answer + 1}}}({step + 1})", terms, bias, activation, float(result), value, others)
