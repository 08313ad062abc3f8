"""All steps of a GRU with a backward written by hand, as `fused` has it for the LSTM: states are columns, and what does not
depend on the step before is taken for all steps at once.

    L steps · S models that vmap stacks, an axis that is there only then · D input · H hidden units · B batch
    m = R h(t-1) + b of the candidate's rows, what the reset gate r lets through of it
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from engine.cells.fused import _add_product, _all_steps, sigmoid_slope, tanh_slope


class FusedGRU(torch.autograd.Function):
    """(x, w, r, b, b_m, h0) → (h, gates, m), as `steps.gru_steps`.

    x (L, S, D, B) · w (S, 3H, D), r (S, 3H, H), b (S, 3H) in the order r, z, g · b_m (S, H), the bias inside the reset ·
    h0 (S, H, B)
    h, m (L, S, H, B) · gates (L, S, 3H, B); the last two serve the backward only
    """

    @staticmethod
    def forward(x: Tensor, w: Tensor, r: Tensor, b: Tensor, b_m: Tensor, h0: Tensor) -> tuple[Tensor, ...]:
        gates = torch.matmul(w, x).add_(b.unsqueeze(-1))  # W x + b of all steps
        h, m = (x.new_empty(len(x), *h0.shape) for _ in range(2))
        m.copy_(b_m.unsqueeze(-1).expand(h0.shape))
        units = h0.shape[-2]
        r_rz, r_g = (part.contiguous() for part in r.split((2 * units, units), -2))
        rz, (reset, update, g) = gates[..., : 2 * units, :].unbind(), (one.unbind() for one in gates.chunk(3, -2))
        h_out, h_t = h.unbind(), h0
        for t, m_t in enumerate(m.unbind()):
            _add_product(rz[t], r_rz, h_t)
            rz[t].sigmoid_()
            _add_product(m_t, r_g, h_t)  # m(t) = R h(t-1) + b
            g[t].addcmul_(reset[t], m_t).tanh_()  # g(t) = tanh(W x + b + r m)
            h_t = torch.lerp(g[t], h_t, update[t], out=h_out[t])  # h(t) = z h(t-1) + (1 - z) g
        return h, gates, m

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, ...], output: tuple[Tensor, ...]) -> None:
        x, w, r, *_, h0 = inputs
        h, gates, m = output
        ctx.mark_non_differentiable(gates, m)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, w, r, h0, h, gates, m)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_h: Tensor | None, *_: None) -> tuple[Tensor | None, ...]:
        """Rows of the sums' slopes come in the order r, m, z, g: the first three have gone through R, r, z and g through W."""
        x, w, r, h0, h, gates, m = ctx.saved_tensors
        units, h_before = h0.shape[-2], torch.cat((h0[None], h[:-1]))
        slope_rm, slope_zg, keeps = _slopes(gates, m, h_before)
        d_all = gates.new_empty(*gates.shape[:-2], 4 * units, gates.shape[-1])
        d_rm, d_zg = (part.unbind() for part in d_all.unflatten(-2, (4, -1)).split(2, -3))
        d_g, through_r = d_all[..., 3 * units :, :].unbind(), d_all[..., : 3 * units, :].unbind()
        r_t = _as_the_slopes(r).mT.contiguous()
        dh, d_hs = torch.zeros_like(h0), None if d_h is None else d_h.unbind()
        for t in range(len(h) - 1, -1, -1):
            if d_hs is not None:
                dh.add_(d_hs[t])
            torch.mul(dh.unsqueeze(-3), slope_zg[t], out=d_zg[t])
            torch.mul(d_g[t].unsqueeze(-3), slope_rm[t], out=d_rm[t])
            _add_product(dh.mul_(keeps[t]), r_t, through_r[t])
        columns, inputs, states = _all_steps(d_all), _all_steps(x), _all_steps(h_before)
        d_r, d_w = columns[..., : 3 * units, :] @ states.mT, columns @ inputs.mT
        sums = columns.sum(-1, keepdim=True)
        d_x = torch.matmul(w.mT, _as_w(d_all)) if ctx.needs_input_grad[0] else None
        d_b, d_b_m = _as_w(sums).squeeze(-1), sums[..., units : 2 * units, 0]
        return d_x, _as_w(d_w), _as_the_slopes(d_r), d_b, d_b_m, dh

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *inputs: Tensor) -> tuple[Any, Any]:
        """Models that vmap stacks share the loop: their axis S goes where the shapes above have it."""

        def stacked(tensor: Tensor, dim: int | None, place: int) -> Tensor:
            each = tensor.expand(info.batch_size, *tensor.shape) if dim is None else tensor.movedim(dim, 0)
            return each.movedim(0, place)

        return fused_gru(*(stacked(*one) for one in zip(inputs, in_dims, (1, 0, 0, 0, 0, 0), strict=True))), (1, 1, 1)


def fused_gru(*inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """`FusedGRU` with types: (x, w, r, b, b_m, h0) → (h, gates, m)."""
    found: tuple[Tensor, Tensor, Tensor] = FusedGRU.apply(*inputs)  # type: ignore[no-untyped-call]
    return found


def _as_the_slopes(rows: Tensor) -> Tensor:
    """Rows r, z, m ↔ rows r, m, z: (…, 3H, ·)."""
    first, second, third = rows.chunk(3, -2)
    return torch.cat((first, third, second), -2)


def _as_w(rows: Tensor) -> Tensor:
    """Rows r, m, z, g (…, 4H, ·) → rows r, z, g, as W has them (…, 3H, ·)."""
    r, _, z, g = rows.chunk(4, -2)
    return torch.cat((r, z, g), -2)


def _slopes(gates: Tensor, m: Tensor, h_before: Tensor) -> tuple[tuple[Tensor, ...], ...]:
    """What one step multiplies by, for every step: the slope of g's sum by r's and by m (S, 2, H, B), ∂h(t) by z's and g's
    sums (S, 2, H, B), and ∂h(t)/∂h(t-1) with z and g held (S, H, B).
    """
    reset, update, g = gates.chunk(3, -2)
    slope_rm, slope_zg = (gates.new_empty(*gates.shape[:-2], 2, *m.shape[-2:]) for _ in range(2))
    sigmoid_slope(m, reset, grad_input=slope_rm[..., 0, :, :])
    slope_rm[..., 1, :, :] = reset
    sigmoid_slope(h_before - g, update, grad_input=slope_zg[..., 0, :, :])
    tanh_slope(1 - update, g, grad_input=slope_zg[..., 1, :, :])
    return slope_rm.unbind(), slope_zg.unbind(), update.unbind()
