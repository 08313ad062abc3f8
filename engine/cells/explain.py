"""The sum behind one number of one step of a cell: W x + R h(t-1) + p ⊙ C + b → σ → value.

A new kind of steps is a line in `SUMS`, and a function that says what each of its parts is made of.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from engine.cells.lstm import PeepholeLSTM
from engine.cells.rnn import Cell
from engine.cells.steps import GRUSteps, LSTMSteps, RNNSteps, Steps
from engine.runs.explanation import Explanation, Term

BLOCKS = ("i", "f", "g", "o")
"""Blocks of rows in the LSTM's weights."""
GRU_BLOCKS = ("r", "z", "g")
"""Blocks of rows in the GRU's weights; m has those of g in R."""


def explain_step(cell: Cell, exact: Steps, x: Tensor, part: str, step: int, unit: int, traced: float) -> Explanation:
    """One number of one sequence: x (L, D) what the cell read, `exact` its steps (L, 1, H), both in float64."""
    before = exact.h[step - 1, 0] if step else torch.zeros_like(exact.h[0, 0])
    return SUMS[type(exact)](cell, exact, x[step], before, part, step, unit, traced)


def _rnn(
    cell: Cell, exact: RNNSteps, x: Tensor, before: Tensor, part: str, step: int, unit: int, traced: float
) -> Explanation:
    terms = (*_from_x(cell, x, unit), *_from_h(cell, before, unit))
    return Explanation(f"h_{{{unit + 1}}}({step + 1})", terms, float(cell.bias[unit]), "tanh", traced)


def _gru(
    cell: Cell, exact: GRUSteps, x: Tensor, before: Tensor, part: str, step: int, unit: int, traced: float
) -> Explanation:
    symbol = f"{part}_{{{unit + 1}}}({step + 1})"
    r, z, m, g, _ = (float(one[step, 0, unit]) for one in exact)
    if part == "h":
        mixed = (Term("z \\cdot h(t-1)", z, float(before[unit])), Term("(1 - z) \\cdot g", 1 - z, g))
        return Explanation(symbol, mixed, None, "identity", traced)
    row = GRU_BLOCKS.index("g" if part == "m" else part) * cell.hidden_size + unit
    if part == "m":
        return Explanation(symbol, _from_h(cell, before, row), float(cell.bias_hh_l0[row]), "identity", traced)
    if part == "g":
        terms = (*_from_x(cell, x, row), Term("r \\cdot m", r, m))
        return Explanation(symbol, terms, float(cell.bias_ih_l0[row]), "tanh", traced)
    return Explanation(
        symbol, (*_from_x(cell, x, row), *_from_h(cell, before, row)), float(cell.bias[row]), "sigmoid", traced
    )


def _lstm(
    cell: Cell, exact: LSTMSteps, x: Tensor, before: Tensor, part: str, step: int, unit: int, traced: float
) -> Explanation:
    if part == "c":
        return _cell_state(exact, step, unit, traced)
    if part == "h":
        return _output(exact, step, unit, traced)
    return _gate(cell, exact, x, before, part, step, unit, traced)


SUMS: dict[type[Steps], Callable[..., Explanation]] = {RNNSteps: _rnn, GRUSteps: _gru, LSTMSteps: _lstm}
"""By what a cell computes: who opens one of its numbers."""


def _from_x(cell: Cell, x: Tensor, row: int) -> tuple[Term, ...]:
    """W x of one row; with `_from_h` it is one product with [x, h(t-1)]."""
    w = cell.weight_ih_l0[row].tolist()
    return tuple(
        Term(f"x_{{{n + 1}}}", weight, value) for n, (weight, value) in enumerate(zip(w, x.tolist(), strict=True))
    )


def _from_h(cell: Cell, before: Tensor, row: int) -> tuple[Term, ...]:
    """R h(t-1) of one row."""
    r = cell.weight_hh_l0[row].tolist()
    return tuple(
        Term(f"h_{{{n + 1}}}(t-1)", weight, value)
        for n, (weight, value) in enumerate(zip(r, before.tolist(), strict=True))
    )


def _gate(
    cell: Cell, exact: LSTMSteps, x: Tensor, before: Tensor, gate: str, step: int, unit: int, traced: float
) -> Explanation:
    row = BLOCKS.index(gate) * cell.hidden_size + unit
    terms = (*_from_x(cell, x, row), *_from_h(cell, before, row))
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
