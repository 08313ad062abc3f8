"""The sum behind one number of one step of a cell: W x + R h(t-1) + p ⊙ C + b → σ → value."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.cells.lstm import PeepholeLSTM
from engine.cells.rnn import Cell
from engine.cells.steps import LSTMSteps, RNNSteps
from engine.runs.explanation import Explanation, Term

BLOCKS = ("i", "f", "g", "o")
"""Blocks of rows in the LSTM's weights."""


def explain_step(
    cell: Cell, exact: RNNSteps | LSTMSteps, x: Tensor, part: str, step: int, unit: int, traced: float
) -> Explanation:
    """One number of one sequence: x (L, D) what the cell read, `exact` its steps (L, 1, H), both in float64."""
    before = exact.h[step - 1, 0] if step else torch.zeros_like(exact.h[0, 0])
    if isinstance(exact, LSTMSteps):
        if part == "c":
            return _cell_state(exact, step, unit, traced)
        if part == "h":
            return _output(exact, step, unit, traced)
        return _gate(cell, exact, x[step], before, part, step, unit, traced)
    terms = _products(cell, x[step], before, unit)
    return Explanation(f"h_{{{unit + 1}}}({step + 1})", terms, float(cell.bias[unit]), "tanh", traced)


def _products(cell: Cell, x: Tensor, before: Tensor, row: int) -> tuple[Term, ...]:
    """W x + R h(t-1), which is one product with [x, h(t-1)]."""
    w, r = cell.weight_ih_l0[row].tolist(), cell.weight_hh_l0[row].tolist()
    from_x = (
        Term(f"x_{{{n + 1}}}", weight, value) for n, (weight, value) in enumerate(zip(w, x.tolist(), strict=True))
    )
    from_h = (
        Term(f"h_{{{n + 1}}}(t-1)", weight, value)
        for n, (weight, value) in enumerate(zip(r, before.tolist(), strict=True))
    )
    return (*from_x, *from_h)


def _gate(
    cell: Cell, exact: LSTMSteps, x: Tensor, before: Tensor, gate: str, step: int, unit: int, traced: float
) -> Explanation:
    row = BLOCKS.index(gate) * cell.hidden_size + unit
    terms = _products(cell, x, before, row)
    if isinstance(cell, PeepholeLSTM) and gate in cell.peeping:
        weight = float(cell.weight_peephole_l0[cell.peeping.index(gate), unit])
        now = gate == "o"  # the output gate sees C(t), the others C(t-1)
        seen = float(exact.c[step, 0, unit]) if now else float(exact.c[step - 1, 0, unit]) if step else 0.0
        terms = (*terms, Term(f"C_{{{unit + 1}}}({'t' if now else 't-1'})", weight, seen, alone=True))
    activation = "tanh" if gate == "g" else "sigmoid"
    return Explanation(f"{gate}_{{{unit + 1}}}({step + 1})", terms, float(cell.bias[row]), activation, traced)


def _cell_state(exact: LSTMSteps, step: int, unit: int, traced: float) -> Explanation:
    i, f, g = (float(part[step, 0, unit]) for part in (exact.i, exact.f, exact.g))
    before = float(exact.c[step - 1, 0, unit]) if step else 0.0
    terms = (Term("f \\cdot C(t-1)", f, before), Term("i \\cdot g", i, g))
    return Explanation(f"C_{{{unit + 1}}}({step + 1})", terms, None, "identity", traced)


def _output(exact: LSTMSteps, step: int, unit: int, traced: float) -> Explanation:
    o, c = (float(part[step, 0, unit]) for part in (exact.o, exact.c))
    term = Term("o \\cdot \\tanh C(t)", o, math.tanh(c))
    return Explanation(f"h_{{{unit + 1}}}({step + 1})", (term,), None, "identity", traced)
