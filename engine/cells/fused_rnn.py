"""All steps of an RNN with a backward written by hand: the operations of plain autograd, in its order, without its dispatch.

Every sum is taken over the same numbers in the same order, so that each bit is that of `h = tanh(a(t) + h Rᵀ)` under vmap and
autograd, in nine tenths of the time of a training step; tests hold the two equal, digit by digit.

    L steps · S models that vmap stacks, an axis that is there only then · H hidden units · B batch
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

tanh_slope = torch.ops.aten.tanh_backward  # (d, y) → d · (1 - y²), where y = tanh(a)


class FusedRNN(torch.autograd.Function):
    """(a, r, h0) → h, as `steps.rnn_steps`: a = W x + b of all steps and h (L, S, B, H) · r (S, H, H) · h0 (S, B, H)."""

    @staticmethod
    def forward(a: Tensor, r: Tensor, h0: Tensor) -> Tensor:
        h, h_t, r_t = _models_first(a), h0, r.mT
        for a_t, out in zip(a.unbind(), h.unbind(), strict=True):
            h_t = torch.add(a_t, torch.matmul(h_t, r_t), out=out).tanh_()
        return h

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Tensor], output: Tensor) -> None:
        _, r, h0 = inputs
        ctx.save_for_backward(r, h0, output)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_h: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        r, h0, h = ctx.saved_tensors
        d_a, d_r, dh = _models_first(h), torch.zeros_like(r), torch.zeros_like(h0)
        d_hs, hs, d_as = d_h.unbind(), h.unbind(), d_a.unbind()
        for t in range(len(hs) - 1, -1, -1):
            tanh_slope(d_hs[t] + dh, hs[t], grad_input=d_as[t])
            d_r.add_(torch.matmul((hs[t - 1] if t else h0).mT, d_as[t]))  # of Rᵀ, one step after another
            dh = torch.matmul(d_as[t], r)
        return d_a, d_r.mT, dh

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *inputs: Tensor) -> tuple[Tensor, int]:
        """Models that vmap stacks share the loop: their axis S goes where the shapes above have it."""

        def stacked(tensor: Tensor, dim: int | None, place: int) -> Tensor:
            each = tensor.expand(info.batch_size, *tensor.shape) if dim is None else tensor.movedim(dim, 0)
            return each.movedim(0, place)

        return fused_rnn(*(stacked(*one) for one in zip(inputs, in_dims, (1, 0, 0), strict=True))), 1


def fused_rnn(*inputs: Tensor) -> Tensor:
    """`FusedRNN` with types: (a, r, h0) → h."""
    found: Tensor = FusedRNN.apply(*inputs)  # type: ignore[no-untyped-call]
    return found


def _models_first(steps: Tensor) -> Tensor:
    """Room for as many numbers, each model's steps in one block of memory, as vmap lays them out: (L, S, B, H) or (L, B, H)."""
    if steps.dim() == 3:
        return torch.empty_like(steps, memory_format=torch.contiguous_format)
    return steps.new_empty(steps.shape[1], len(steps), *steps.shape[2:]).movedim(0, 1)
