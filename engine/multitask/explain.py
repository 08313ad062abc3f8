"""The sum behind one number of a structure, part by part: expert, gate, mixture, tower, prediction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from engine.multitask.models import Forward, Structure
from engine.runs.explanation import Explanation, Term
from engine.runs.trace import Trace

Sum = Callable[[Structure, Forward, Trace, int, int], Explanation]
"""(model in float64, its forward pass of one row, the float32 trace of that row, number of the part, unit) → the sum.
IndexError where there is no such part or unit."""


def _terms(symbol: str, weights: Tensor, values: Tensor) -> tuple[Term, ...]:
    pairs = zip(weights.tolist(), values.tolist(), strict=True)
    return tuple(Term(symbol.format(i + 1), weight, value) for i, (weight, value) in enumerate(pairs))


def _explain_expert(model: Structure, exact: Forward, traced: Trace, i: int, unit: int) -> Explanation:
    assert model.experts.bias is not None
    return Explanation(
        f"f_{{{i + 1},{unit + 1}}}(x)",
        _terms("x_{{{}}}", model.experts.weight[i, unit], exact.features[0]),
        float(model.experts.bias[i, unit]),
        "relu",
        float(traced["experts"][0, i, unit]),
    )


def _explain_gate(model: Structure, exact: Forward, traced: Trace, k: int, i: int) -> Explanation:
    gates = getattr(model, "gates", None)
    if gates is None or k >= model.num_tasks:
        raise IndexError
    weight = gates.weight[min(k, gates.weight.shape[0] - 1)]  # OMoE has one gate for every task
    logits = weight @ exact.features[0]
    return Explanation(
        f"g^{{{k + 1}}}(x)_{{{i + 1}}}",
        _terms("x_{{{}}}", weight[i], exact.features[0]),
        None,
        "softmax",
        float(traced["gates"][0, k, i]),
        tuple(logits.tolist()),
    )


def _explain_mixture(model: Structure, exact: Forward, traced: Trace, k: int, unit: int) -> Explanation:
    return Explanation(
        f"\\sum_i g^{{{k + 1}}}_i f_{{i,{unit + 1}}}(x)",
        _terms(f"f_{{{{{{}},{unit + 1}}}}}(x)", exact.gates[0, k], exact.experts[0, :, unit]),
        None,
        "identity",
        float(traced["mixtures"][0, k, unit]),
    )


def _explain_tower(model: Structure, exact: Forward, traced: Trace, k: int, unit: int) -> Explanation:
    hidden = model.towers.hidden
    assert hidden.bias is not None
    return Explanation(
        f"h_{{{k + 1},{unit + 1}}}",
        _terms("m_{{{}}}", hidden.weight[k, unit], exact.mixtures[0, k]),
        float(hidden.bias[k, unit]),
        "relu",
        float(traced["towers"][0, k, unit]),
    )


def _explain_prediction(model: Structure, exact: Forward, traced: Trace, k: int, unit: int) -> Explanation:
    output = model.towers.output
    assert output.bias is not None
    return Explanation(
        f"y_{{{k + 1}}}",
        _terms(f"h_{{{{{k + 1},{{}}}}}}", output.weight[k, 0], exact.towers[0, k]),
        float(output.bias[k, 0]),
        "identity",
        float(traced["predictions"][0, k]),
    )


SUMS: Mapping[str, Sum] = {
    "expert": _explain_expert,
    "gate": _explain_gate,
    "mix": _explain_mixture,
    "tower": _explain_tower,
    "y": _explain_prediction,
}
"""By the name of the part."""
