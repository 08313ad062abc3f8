"""Look inside one frame: trace any rows, explain any number, take a part away.

All pure functions of a frame and some inputs; every one answers a click within milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import torch
from torch import Tensor
from torch.func import functional_call

from engine.errors import UserError
from engine.multitask.config import MultitaskConfig
from engine.multitask.data import Rows, SyntheticTasks
from engine.multitask.models import Forward, Structure, build
from engine.multitask.training import losses
from engine.runs.explanation import Explanation, Term
from engine.runs.frame import Array, Frame
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
}


def model_at(config: MultitaskConfig, frame: Frame, structure: str) -> Structure:
    """The followed seed's model as it was at this frame. Raises UserError where parameters were thinned away."""
    return loaded(build(config, structure), state_of(frame, structure))


def probe(config: MultitaskConfig) -> Rows:
    """The followed seed's held-out rows: x (N, D), y (N, T)."""
    return SyntheticTasks(config, config.seed).rows(config.test_rows, generator(config.seed, "test"))


@torch.inference_mode()
def trace(config: MultitaskConfig, frame: Frame, structure: str, x: Tensor) -> Trace:
    """Every intermediate for rows x (B, D), named as in `Forward`."""
    forward: Forward = model_at(config, frame, structure)(x)
    arrays = {name: tensor.numpy() for name, tensor in forward._asdict().items()}
    return Trace({"x": x.numpy(), **arrays}, AXES)


@torch.inference_mode()
def intervene(
    config: MultitaskConfig,
    frame: Frame,
    structure: str,
    rows: Rows,
    *,
    removed: Collection[int] = (),
    tied: bool = False,
) -> Array:
    """Held-out loss per task (T,) with experts taken away and, if `tied`, one gate for all tasks.

    A removed expert's gate weight is zero and the rest sum to 1 again; tied gates share the mean of
    the tasks' gate weights, which makes an MMoE an OMoE.
    """
    model = model_at(config, frame, structure)
    parameters: dict[str, Tensor] = dict(model.named_parameters())
    if tied and "gates.weight" in parameters:
        shared = parameters["gates.weight"].mean(0, keepdim=True)
        parameters["gates.weight"] = shared.expand_as(parameters["gates.weight"])
    keep = torch.ones(1, 1, model.experts.weight.shape[0])
    keep[..., list(removed)] = 0.0
    forward: Forward = functional_call(model, parameters, (rows.x, keep))
    binary = torch.tensor([kind == "binary" for kind in config.tasks])
    return losses(forward.predictions[None], rows.y[None], binary)[0].numpy()


@torch.inference_mode()
def explain(config: MultitaskConfig, frame: Frame, structure: str, x: Tensor, part: str, unit: int = 0) -> Explanation:
    """The sum behind one number for one row x (D,).

    part  "expert:i" (unit of the expert), "gate:k" (unit = the expert it weighs), "mix:k", "tower:k"
          (unit of its layer) or "y:k"
    """
    traced = trace(config, frame, structure, x[None])
    model = model_at(config, frame, structure).double()
    exact: Forward = model(x[None].double())
    kind, _, number = part.partition(":")
    index = int(number or 0)
    rules: dict[str, Callable[[Structure, Forward, Trace, int, int], Explanation]] = {
        "expert": _explain_expert,
        "gate": _explain_gate,
        "mix": _explain_mixture,
        "tower": _explain_tower,
        "y": _explain_prediction,
    }
    if kind not in rules:
        raise UserError("There is no sum behind {part}.", part=part[:40])
    try:
        return rules[kind](model, exact, traced, index, unit)
    except IndexError:
        raise UserError("There is no sum behind {part}.", part=part[:40]) from None


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
        float(exact.experts[0, i, unit]),
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
        float(exact.gates[0, k, i]),
        float(traced["gates"][0, k, i]),
        tuple(logits.tolist()),
    )


def _explain_mixture(model: Structure, exact: Forward, traced: Trace, k: int, unit: int) -> Explanation:
    return Explanation(
        f"\\sum_i g^{{{k + 1}}}_i f_{{i,{unit + 1}}}(x)",
        _terms(f"f_{{{{{{}},{unit + 1}}}}}(x)", exact.gates[0, k], exact.experts[0, :, unit]),
        None,
        "identity",
        float(exact.mixtures[0, k, unit]),
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
        float(exact.towers[0, k, unit]),
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
        float(exact.predictions[0, k]),
        float(traced["predictions"][0, k]),
    )
