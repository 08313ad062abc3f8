"""The sum behind one number of one step, or behind an answer."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.cells.explain import explain_step
from engine.errors import UserError
from engine.recurrent.config import RecurrentConfig
from engine.recurrent.models import Reader
from engine.recurrent.tasks import task_of
from engine.recurrent.trace import model_at, run, trace
from engine.runs.explanation import Explanation, Term
from engine.runs.frame import Frame


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
    if part not in (*model.cell.sums, "answer") or not 0 <= step < length or not 0 <= unit < width:
        raise UserError("There is no sum behind {part}.", part=f"{part[:20]}({step + 1})")
    x = model.embed(inputs[:, None] if model.words is not None else inputs[:, None].double())
    exact = run(model, x)
    traced = trace(config, frame, cell, inputs)
    if part == "answer":
        return _answer(config, model, exact.h[step, 0], float(traced["probabilities"][step, unit]), step, unit)
    return explain_step(model.cell, exact, x[:, 0], part, step, unit, float(traced[part][step, unit]))


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
