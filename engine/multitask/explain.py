"""The sum behind one number of a structure, part by part: expert, gate, mixture, tower, prediction; of PLE on both levels."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from engine.multitask.layers import Parallel
from engine.multitask.structures.ple import PLE
from engine.multitask.structures.structure import Forward, Structure
from engine.runs.explanation import Explanation, Term
from engine.runs.frame import Array
from engine.runs.trace import Trace

Sum = Callable[[Structure, Forward, Trace, int, int], Explanation]
"""(model in float64, its forward pass of one row, the float32 trace of that row, number of the part, unit) → the sum.
IndexError where there is no such part or unit."""


def _terms(symbol: str, weights: Tensor, values: Tensor) -> tuple[Term, ...]:
    pairs = zip(weights.tolist(), values.tolist(), strict=True)
    return tuple(Term(symbol.format(i + 1), weight, value) for i, (weight, value) in enumerate(pairs))


def _level(exact: Forward, below: bool) -> str:
    """Which level a symbol is of, where there are two."""
    return f"^{{({1 if below else 2})}}" if exact.lower_gates else ""


def _unit_of_expert(
    layer: Parallel, inputs: Tensor, i: int, unit: int, symbols: tuple[str, str], traced: float
) -> Explanation:
    """relu(w · inputs + b) of one unit; `symbols` are the unit's and, with a place for its number, an input's."""
    assert layer.bias is not None
    terms = _terms(symbols[1], layer.weight[i, unit], inputs)
    return Explanation(symbols[0], terms, float(layer.bias[i, unit]), "relu", traced)


def _explain_expert(model: Structure, exact: Forward, traced: Trace, i: int, unit: int) -> Explanation:
    value = float(traced["experts"][0, i, unit])
    symbol = f"f{_level(exact, False)}_{{{i + 1},{unit + 1}}}"
    if not isinstance(model, PLE) or not exact.lower_mixtures:
        return _unit_of_expert(model.experts, exact.features[0], i, unit, (f"{symbol}(x)", "x_{{{}}}"), value)
    k = _owner(model, i)
    return _unit_of_expert(model.upper_experts, exact.lower_mixtures[-1][0, k], i, unit, (symbol, "m_{{{}}}"), value)


def _explain_lower_expert(model: Structure, exact: Forward, traced: Trace, i: int, unit: int) -> Explanation:
    value = float(_of_below(traced, "lower_experts")[i, unit])
    symbols = f"f{_level(exact, True)}_{{{i + 1},{unit + 1}}}(x)", "x_{{{}}}"
    return _unit_of_expert(model.experts, exact.features[0], i, unit, symbols, value)


def _owner(model: PLE, i: int) -> int:
    """Which mixture below an expert above sees: that of its task, or behind those of the tasks the shared one."""
    return min(i // model.num_specific, model.num_tasks) if model.num_specific else model.num_tasks


def _of_below(traced: Trace, name: str) -> Array:
    """An array of the level below, of the first row. IndexError where there is one level only."""
    if name not in traced:
        raise IndexError
    return traced[name][0]


def _softmax(weight: Tensor, inputs: Tensor, i: int, symbols: tuple[str, str], traced: float) -> Explanation:
    """softmax_i(W inputs); `symbols` are the weight's and, with a place for its number, an input's."""
    logits = weight @ inputs
    terms = _terms(symbols[1], weight[i], inputs)
    return Explanation(symbols[0], terms, None, "softmax", traced, tuple(logits.tolist()))


def _of_own_gate(
    model: PLE, weight: Tensor, inputs: Tensor, at: tuple[int, int], symbols: tuple[str, str], traced: float
) -> Explanation:
    """The weight of expert i in the gate of task k, `at` (k, i): it competes with the task's own experts and the shared ones
    only; of another task's expert there is nothing to sum, its weight is 0."""
    (k, i), own = at, model.num_specific
    first = model.num_tasks * own  # of the shared ones
    if i >= first:
        return _softmax(weight, inputs, own + i - first, symbols, traced)
    if i // own == k:
        return _softmax(weight, inputs, i - k * own, symbols, traced)
    return Explanation(symbols[0], (), None, "identity", traced)


def _explain_gate(model: Structure, exact: Forward, traced: Trace, k: int, i: int) -> Explanation:
    gates = getattr(model, "gates", None)
    if gates is None or k >= model.num_tasks:
        raise IndexError
    value = float(traced["gates"][0, k, i])
    if not isinstance(model, PLE):
        weight = gates.weight[min(k, gates.weight.shape[0] - 1)]  # OMoE has one gate for every task
        return _softmax(weight, exact.features[0], i, (f"g^{{{k + 1}}}(x)_{{{i + 1}}}", "x_{{{}}}"), value)
    if not exact.lower_mixtures:
        symbols = f"g^{{{k + 1}}}(x)_{{{i + 1}}}", "x_{{{}}}"
        return _of_own_gate(model, gates.weight[k], exact.features[0], (k, i), symbols, value)
    symbols = f"g^{{(2),{k + 1}}}_{{{i + 1}}}", "m_{{{}}}"
    weight = model.upper_gates.weight[k]
    return _of_own_gate(model, weight, exact.lower_mixtures[-1][0, k], (k, i), symbols, value)


def _explain_lower_gate(model: Structure, exact: Forward, traced: Trace, k: int, i: int) -> Explanation:
    """Of a task, or behind those of the tasks the one of the shared experts above, which weighs all experts."""
    value = float(_of_below(traced, "lower_gates")[k, i])
    assert isinstance(model, PLE)
    if k == model.num_tasks:
        symbols = f"g^{{(1),s}}(x)_{{{i + 1}}}", "x_{{{}}}"
        return _softmax(model.shared_gate.weight[0], exact.features[0], i, symbols, value)
    symbols = f"g^{{(1),{k + 1}}}(x)_{{{i + 1}}}", "x_{{{}}}"
    return _of_own_gate(model, model.gates.weight[k], exact.features[0], (k, i), symbols, value)


def _explain_mixture(model: Structure, exact: Forward, traced: Trace, k: int, unit: int) -> Explanation:
    level = _level(exact, False)
    gate, of = (f"g^{{(2),{k + 1}}}", "") if level else (f"g^{{{k + 1}}}", "(x)")
    return Explanation(
        f"\\sum_i {gate}_i f{level}_{{i,{unit + 1}}}{of}",
        _terms(f"f_{{{{{{}},{unit + 1}}}}}{of}", exact.gates[0, k], exact.experts[0, :, unit]),
        None,
        "identity",
        float(traced["mixtures"][0, k, unit]),
    )


def _explain_lower_mixture(model: Structure, exact: Forward, traced: Trace, k: int, unit: int) -> Explanation:
    value = float(_of_below(traced, "lower_mixtures")[k, unit])
    whose = "s" if k == model.num_tasks else k + 1
    return Explanation(
        f"\\sum_i g^{{(1),{whose}}}_i f^{{(1)}}_{{i,{unit + 1}}}(x)",
        _terms(f"f_{{{{{{}},{unit + 1}}}}}(x)", exact.lower_gates[-1][0, k], exact.lower_experts[-1][0, :, unit]),
        None,
        "identity",
        value,
    )


def _explain_tower(model: Structure, exact: Forward, traced: Trace, k: int, unit: int) -> Explanation:
    hidden = model.towers.hidden
    assert hidden.bias is not None
    return Explanation(
        f"h_{{{k + 1},{unit + 1}}}",
        _terms("m_{{{}}}", hidden.weight[k, unit], exact.mixtures[0, k]),
        float(hidden.bias[k, unit]),
        "leaky_relu" if model.towers.slope else "relu",
        float(traced["towers"][0, k, unit]),
        slope=model.towers.slope,
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
    "lower_expert": _explain_lower_expert,
    "lower_gate": _explain_lower_gate,
    "lower_mix": _explain_lower_mixture,
    "expert": _explain_expert,
    "gate": _explain_gate,
    "mix": _explain_mixture,
    "tower": _explain_tower,
    "y": _explain_prediction,
}
"""By the name of the part."""
