"""How far a gradient reaches: its length at every step, its factors, and which input moves which answer.

L steps · B batch · H units
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.cells import Cell
from engine.recurrent.models import RUNGS
from engine.recurrent.opened import Opened, embedded, lead, run
from engine.recurrent.tasks import Examples, loss_of
from engine.runs.frame import Array
from engine.runs.seeds import generator


class Flow(NamedTuple):
    """‖∂loss/∂h(t)‖ and ‖∂loss/∂C(t)‖ of every step (L,), the median over the batch; c is None where there is no cell state."""

    h: Array
    c: Array | None


def flow(at: Opened, cell: str, examples: Examples) -> Flow:
    """Gradients of the task's loss on examples with inputs (L, B, …)."""
    model = at.reader(cell)
    kind = at.task.kind

    def loss(h: Tensor) -> Tensor:
        one = model.readout(h)[None]
        return loss_of(kind, one, examples.targets[None])[0] * h.shape[1]  # of each example, not their mean

    return _lengths(model.cell, model.embed(examples.inputs), loss)


def untrained_flow(cell: str, length: int, hidden: int, forget_bias: float | None, seed: int) -> Flow:
    """The setting of the classic figure: two uniform inputs, torch's initialisation, loss = Σ h(L)², batch 32.

    forget_bias None leaves torch's random one.
    """
    made = RUNGS[cell].of(2, hidden, forget_bias)
    made.reset_parameters(generator(seed, "cell"))
    x = torch.rand(length, 32, 2, generator=generator(seed, "noise")).double()  # float32 would end at 1e-45
    return _lengths(made.double().requires_grad_(False), x, lambda h: h[-1].square().sum())


def _lengths(cell: Cell, x: Tensor, loss: Callable[[Tensor], Tensor]) -> Flow:
    nudges = {name: x.new_zeros(*x.shape[:2], cell.hidden_size).requires_grad_() for name in cell.states}
    with torch.enable_grad():
        slopes = torch.autograd.grad(loss(cell.steps(x, nudges=nudges).h), tuple(nudges.values()))
    found = dict(zip(nudges, map(_median, slopes), strict=True))
    return Flow(found["h"], found.get("c"))


def _median(gradient: Tensor) -> Array:
    return gradient.norm(dim=-1).median(1).values.numpy()


class Chain(NamedTuple):
    """The direct path back from the last step, factor by factor.

    running  (L,) size of ∏ of the factors from step t+1 to the last; 1 at the last step
    factors  (L,) running(t) / running(t+1): what step t+1 multiplies by; nan at the last step
    """

    running: Array
    factors: Array


@torch.inference_mode()
def chain(at: Opened, cell: str, inputs: Tensor) -> Chain:
    """The chain rule's product along one sequence: inputs (L,) or (L, D).

    For the RNN the factors are the matrices ∂h(t)/∂h(t-1) = diag(1 - h(t)²) R; for the LSTM's cell state they are
    diag(f(t)), for the GRU's state diag(z(t)), which leaves out the way through its gates and candidate. The size of a product is its Frobenius norm over √H, so that the identity has size 1.
    """
    model = at.exact(cell)
    jacobians = model.cell.jacobians(run(model, embedded(model, inputs)))  # (L, H, H)
    product = torch.eye(jacobians.shape[-1], dtype=torch.float64)
    sizes = [1.0]
    for jacobian in reversed(jacobians[1:]):
        product = product @ jacobian
        sizes.append(float(product.norm()) / len(product) ** 0.5)
    running = np.array(sizes[::-1])
    factors = np.full_like(running, np.nan)
    factors[:-1] = running[:-1] / np.maximum(running[1:], 1e-300)
    return Chain(running, factors)


@torch.inference_mode()
def belt(at: Opened, cell: str, inputs: Tensor) -> Array:
    """How much of what step s wrote is still there at step t: (L, L), row s, column t, nan for t < s.

    For the LSTM, step s wrote i ⊙ g to the cell state and each later step multiplies by f; for the GRU it wrote (1 - z) ⊙ g to
    h and each later step multiplies by z; for the RNN it wrote (1 - h²) ⊙ W x to h and each later step multiplies by
    diag(1 - h²) R. The share is of the absolute sum over units.
    """
    model = at.exact(cell)
    x = embedded(model, inputs)
    steps = run(model, x)
    left = model.cell.written(steps, x[:, 0])  # (L, H): what each step wrote, as far as it is left
    written = left.abs().sum(1).clamp_min(1e-300)
    jacobians = model.cell.jacobians(steps)
    found = np.full((len(left), len(left)), np.nan)
    for t in range(len(left)):
        left[:t] = left[:t] @ jacobians[t].T
        found[: t + 1, t] = (left[: t + 1].abs().sum(1) / written[: t + 1]).numpy()
    return found


def connectivity(at: Opened, cell: str, inputs: Tensor, answer: int) -> Array:
    """‖∂ answer(s) / ∂ x(t)‖ (L, L), row s (output), column t (input), nan for t > s.

    The answer is its log-odds, which still move where the probability is all but 1; for a task of values the number itself.
    """
    model = at.reader(cell)
    x = model.embed(inputs[:, None]).detach().requires_grad_()
    with torch.enable_grad():
        logits = model.readout(run(model, x).h)[:, 0]  # (L, O)
        kind = at.task.kind
        said = lead(kind, logits, answer)
        rows = torch.eye(len(logits))
        (slopes,) = torch.autograd.grad(said, (x,), (rows,), is_grads_batched=True)
    lengths = slopes[:, :, 0].norm(dim=-1).numpy()
    return np.where(np.tri(len(lengths), dtype=bool), lengths, np.nan)
