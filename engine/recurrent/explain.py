"""The sum behind an answer: what each unit of the state gives to one output of the readout."""

from __future__ import annotations

from torch import Tensor

from engine.recurrent.models import Reader
from engine.runs.explanation import Explanation, Term


def explain_answer(kind: str, model: Reader, h: Tensor, traced: float, step: int, answer: int) -> Explanation:
    """One answer after one step, from the state h (H,) in float64; `kind` is the task's, which says what becomes of it."""
    logits = model.readout(h)
    activation = {"next": "sigmoid", "value": "identity"}.get(kind, "softmax")
    pairs = zip(model.readout.weight[answer].tolist(), h.tolist(), strict=True)
    terms = tuple(Term(f"h_{{{n + 1}}}(t)", weight, state) for n, (weight, state) in enumerate(pairs))
    others = tuple(logits.tolist()) if activation == "softmax" else ()
    bias = float(model.readout.bias[answer])
    return Explanation(f"y_{{{answer + 1}}}({step + 1})", terms, bias, activation, traced, others)
